"""E-mails whose answers were lost: settled by the files of what was really sent, or proven not to be sent."""

import pytest

from tests.emulators.sftp.conftest import serving
from tests.processes.actions.unknown_emails import ACCOUNT, Mail, members, people, seconds_after

AMOUNT, ROWS, WINDOW = 300, 6, 2


@pytest.fixture
def mail(mailings, tmp_path):
    company = mailings(
        "unknown", members=members(AMOUNT), connector={"account_id": ACCOUNT}, max_rows=ROWS, dedupe=0,
        settle_within=f"{WINDOW}s",
    )  # fmt: skip
    with serving(tmp_path / "sftp", "--files", "0") as sftp:
        yield Mail(company, sftp)


def test_each_lost_answer_is_settled_rightly_and_nothing_is_sent_twice(mail):
    mail.lose(0.3)
    mail.company.deliver(*people(AMOUNT))
    mail.company.faults()
    unknown = mail.letters()
    sent_at_first = mail.outbox()
    seconds_after(unknown, WINDOW)
    mail.write_files()
    mail.take()
    proven = mail.letters()
    resolved = mail.letters("--state", "resolved")

    addresses = {each["profile_id"]: f"{each['profile_id']}@example.com" for each in unknown}
    was_sent = {profile for profile, address in addresses.items() if sent_at_first[address]}
    assert 0 < len(was_sent) < len(unknown)
    assert {each["profile_id"] for each in resolved} == was_sent
    assert {each["outcome"] for each in resolved} == {"delivered"}
    assert {each["finding"] for each in proven} == {"not sent: safe to replay"}

    mail.company.run("dead-letters", "replay", "--proven", "--connector", mail.company.name, "--yes")
    mail.company.settled()
    assert mail.letters() == []
    assert mail.outbox() == {f"p{n}@example.com": 1 for n in range(AMOUNT)}
    assert mail.company.count("received", "sent", "dead_letters") == (AMOUNT, AMOUNT, 0)
    assert mail.company.numbers()["resolved"] == {"delivered": len(was_sent)}
