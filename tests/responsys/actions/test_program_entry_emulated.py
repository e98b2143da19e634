"""program_entry against the Responsys emulator, all steps of it."""

from pipeline.model.call import Rejection
from pipeline.responsys.actions.program_entry import ProgramEntry
from tests.responsys.actions.test_program_entry import entry, lead

HERE = {"event": "LAPSED", "columns": {"first_name": "CITY_"}}


def entered(emulator):
    """Return the recipients of each event: the identifier, and whether it was entered."""
    calls = emulator.ask("ledger?function=triggerCustomEvent&detail=1")["calls"]
    return [[(row["kind"], row["errorMessage"]) for row in call["rows"]] for call in calls]


def test_new_people_are_added_and_entered_by_the_riid_that_they_got(emulator, run):
    verdicts = run(ProgramEntry, entry(**HERE), lead("new"), lead("demo-1"))

    assert verdicts == [None, None]
    assert entered(emulator) == [[("recipientId", None), ("recipientId", None)]]
    assert emulator.violations() == []


def test_a_person_whom_the_merge_did_not_take_is_not_entered(emulator, run):
    destination = entry(**{**HERE, "insert_on_no_match": False})
    verdicts = run(ProgramEntry, destination, lead("new"), lead("demo-1"))

    assert verdicts == [Rejection("MERGEFAILED", "RECORD_NOT_FOUND: No records found"), None]
    assert entered(emulator) == [[("recipientId", None)]]
    assert emulator.violations() == []
