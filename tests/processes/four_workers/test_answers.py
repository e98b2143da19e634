"""What becomes of rows when the answer to their call is lost, garbled, late or a refusal."""

import pytest

from tests.processes.environment import until
from tests.processes.limited_account import people

LOST = {
    "closed": ({"kind": "close", "when": "after"}, "OutcomeUnknown"),
    "html": ({"kind": "html", "status": 502, "when": "after"}, "OutcomeUnknown"),
    "error-500": ({"kind": "html", "status": 500, "when": "after"}, "OutcomeUnknown"),
    "truncated": ({"kind": "truncate"}, "OutcomeUnknown"),
    "short": ({"kind": "short"}, "OutcomeUnknown"),
    "long": ({"kind": "long"}, "OutcomeUnknown"),
    "late": ({"kind": "hang", "when": "after"}, "Timeout"),
}
lost = pytest.mark.parametrize(("name", "fault", "code"), [(n, *what) for n, what in LOST.items()], ids=LOST)


@lost
def test_rows_whose_answer_was_lost_become_dead_letters_and_no_others_do(environment, name, fault, code):
    limited_account = environment.open(name)
    environment.emulator.fault(name, times=1, **fault)

    limited_account.activate(people(600))
    environment.drain(limited_account)

    (call,) = [call for call in environment.emulator.calls(name) if call["lost"]]
    assert call["recipients"] == 200
    assert limited_account.refused() == {(row["optionalData"]["profileId"], 0): code for row in call["rows"]}
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(600))
    assert limited_account.missing_from_books() == 0


@lost
def test_rows_whose_answer_was_lost_are_sent_again_where_that_is_wanted(environment, name, fault, code):
    limited_account = environment.open(f"{name}-again", on_unknown="resend")
    environment.emulator.fault(limited_account.name, times=1, **fault)

    limited_account.activate(people(600))
    environment.drain(limited_account)

    (call,) = [call for call in environment.emulator.calls(limited_account.name) if call["lost"]]
    twice = [row["optionalData"]["profileId"] for row in call["rows"]]
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in [*people(600), *twice])
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_while_nothing_listens_there_rows_wait_and_then_go_once(environment):
    """A refused connection proves that nothing was sent."""
    limited_account = environment.open("absent")
    environment.emulator.stop()

    limited_account.activate(people(600))
    until(lambda: any(batch["tries"] != "0" for batch in environment.batches()))
    environment.emulator.start()
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(600))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_a_row_that_spoils_its_call_stands_alone_in_the_end(environment):
    limited_account = environment.open("spoilt")
    environment.emulator.fault("spoilt", "error", errorCode="INVALID_PARAMETER", match="p77")

    limited_account.activate(people(200))
    environment.drain(limited_account)

    assert limited_account.refused() == {("p77", 0): "INVALID_PARAMETER"}
    assert sorted(limited_account.delivered()) == sorted(
        (profile, 0) for profile in people(200) if profile != "p77"
    )
    assert limited_account.missing_from_books() == 0
