"""What becomes of rows when the answer to their call is lost, garbled, late or a refusal."""

import pytest

from tests.processes.house import until
from tests.processes.outlet import people

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
def test_rows_whose_answer_was_lost_become_dead_letters_and_no_others_do(home, name, fault, code):
    outlet = home.open(name)
    home.emulator.fault(name, times=1, **fault)

    outlet.activate(people(600))
    home.drain(outlet)

    (call,) = [call for call in home.emulator.calls(name) if call["lost"]]
    assert call["recipients"] == 200
    assert outlet.refused() == {(row["optionalData"]["profileId"], 0): code for row in call["rows"]}
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(600))
    assert outlet.missing_from_books() == 0


@lost
def test_rows_whose_answer_was_lost_are_sent_again_where_that_is_wanted(home, name, fault, code):
    outlet = home.open(f"{name}-again", on_unknown="resend")
    home.emulator.fault(outlet.name, times=1, **fault)

    outlet.activate(people(600))
    home.drain(outlet)

    (call,) = [call for call in home.emulator.calls(outlet.name) if call["lost"]]
    twice = [row["optionalData"]["profileId"] for row in call["rows"]]
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in [*people(600), *twice])
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_while_nothing_listens_there_rows_wait_and_then_go_once(home):
    """A refused connection proves that nothing was sent."""
    outlet = home.open("absent")
    home.emulator.stop()

    outlet.activate(people(600))
    until(lambda: any(batch["tries"] != "0" for batch in home.batches()))
    home.emulator.start()
    home.drain(outlet)

    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(600))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_a_row_that_spoils_its_call_stands_alone_in_the_end(home):
    outlet = home.open("spoilt")
    home.emulator.fault("spoilt", "error", errorCode="INVALID_PARAMETER", match="p77")

    outlet.activate(people(200))
    home.drain(outlet)

    assert outlet.refused() == {("p77", 0): "INVALID_PARAMETER"}
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(200) if profile != "p77")
    assert outlet.missing_from_books() == 0
