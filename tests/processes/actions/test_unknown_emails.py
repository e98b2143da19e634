"""E-mails whose answers were lost: settled by the files of what was really sent, or proven not to be sent.

All 3,000 of the proof: ``python -m tests.processes.actions.lost_answers``.
"""

from tests.emulators.sftp.conftest import serving
from tests.processes.actions.unknown_emails import open_mail, prove


def test_each_lost_answer_is_settled_rightly_and_nothing_is_sent_twice(mailings, tmp_path):
    with serving(tmp_path / "sftp", "--files", "0") as sftp:
        mail = open_mail(mailings, 200, 4, 2, sftp)
        found = prove(mail, 200, 0.4, 2)

    assert found["delivered"] > 0
    assert found["not_sent"] > 0
