"""Boxes of Salesforce: a change is a statement, our own write is none, a cleared box is a conflict."""

from sqlalchemy import select

from pipeline.stores.database import reading
from pipeline.stores.people_tables import conflicts
from tests.consents.conftest import ADA, told

LEAD, OTHER = "00Q000000000001EAA", "00Q000000000002EAA"


def asked(consent):
    with reading(consent.events) as connection:
        return [
            (row.kind, row.settled) for row in connection.execute(select(conflicts).order_by(conflicts.c.id))
        ]


def test_a_tick_is_an_opting_out(consent):
    assert consent.lead(LEAD, box=False) == []

    (activation,) = consent.lead(LEAD, box=True)

    assert consent.statuses == [("out", 1)]
    assert activation.audience == "consent-email"
    assert activation.call_type == "UPDATE"
    assert activation.identifiers == {"email": ADA, "salesforce_id": LEAD}
    assert activation.variables == {
        "consent": "out",
        "opted_out": True,
        "source": "leads",
        "captured_at": "2027-01-15T08:00:00Z",
    }


def test_a_box_that_stays_ticked_says_nothing_new(consent):
    consent.lead(LEAD, box=True)
    consent.now += 60_000

    assert consent.lead(LEAD, box=True) == []
    assert consent.kept == [("out", "new", "out")]


def test_the_same_reading_counts_once(consent):
    consent.lead(LEAD, box=False)
    before = dict(consent.records)
    consent.lead(LEAD, box=True)
    consent.records.update(before)

    assert consent.lead(LEAD, box=True) == []
    assert consent.kept == [("out", "box", "out")]


def test_a_box_that_was_ticked_when_it_was_first_read_counts(consent):
    """Nobody saw the tick, and not to write to the person is the safe side."""
    assert told(consent.lead(LEAD, box=True, is_baseline=True)) == [("out", ADA)]
    assert consent.kept == [("out", "existing", "out")]


def test_a_box_that_comes_with_a_new_record_counts(consent):
    assert told(consent.lead(LEAD, box=True)) == [("out", ADA)]
    assert consent.kept == [("out", "new", "out")]


def test_a_ticked_record_that_gets_another_address_bars_it_as_well(consent):
    consent.lead(LEAD, box=True)
    consent.now += 1000

    assert told(consent.lead(LEAD, box=True, email="new@example.com")) == [("out", "new@example.com")]
    assert consent.statuses == [("out", 1), ("out", 1)]


def test_a_record_without_an_address_is_about_all_addresses_of_its_person(consent):
    consent.lead(LEAD, box=False)
    consent.records[LEAD] = {"HasOptedOutOfEmail": False, "Email": None}

    consent.lead(LEAD, box=True, email="")

    assert consent.statuses == [("out", 1)]


def test_our_own_write_is_no_statement(consent):
    consent.lead(LEAD, box=False)
    activations = consent.event("OPT_OUT")
    consent.now += 2000

    assert consent.lead(LEAD, box=True) == []
    consent.answer(activations)
    assert consent.kept == [("out", "event", "out")]


def test_an_old_tick_that_is_still_on_its_way_is_no_statement(consent):
    """Its write was under way when the new epoch began."""
    consent.lead(LEAD, box=False)
    consent.event("OPT_OUT")
    consent.now += 10_000
    assert told(consent.event("OPT_IN")) == [("in", ADA)]
    consent.now += 5000

    assert consent.lead(LEAD, box=True) == []
    assert consent.statuses == [("in", 2)]


def test_a_human_tick_from_before_the_new_epoch_is_no_statement_for_it(consent):
    consent.lead(LEAD, box=False)
    consent.event("OPT_OUT", email="other@example.com")
    ticked = consent.now
    consent.now += 60_000
    consent.event("OPT_OUT")
    consent.now += 10_000
    consent.answer(consent.event("OPT_IN"))

    assert consent.lead(LEAD, box=True, stamp=ticked) == []
    assert ("in", 2) in consent.statuses


def test_a_new_tick_in_the_new_epoch_is_an_opting_out(consent):
    consent.lead(LEAD, box=False)
    consent.answer(consent.event("OPT_OUT"))
    consent.now += 10_000
    consent.answer(consent.event("OPT_IN"))
    consent.now += 10_000

    assert told(consent.lead(LEAD, box=True)) == [("out", ADA)]
    assert consent.statuses == [("out", 2)]


def test_a_new_tick_counts_even_if_an_answer_never_came(consent):
    consent.lead(LEAD, box=False)
    consent.event("OPT_OUT")
    consent.now += 10_000
    consent.event("OPT_IN")
    consent.now += 601_000

    assert told(consent.lead(LEAD, box=True)) == [("out", ADA)]


def test_a_box_that_a_human_cleared_is_a_conflict_and_the_state_stays(consent):
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 60_000

    assert consent.lead(LEAD, box=False) == []
    assert consent.statuses == [("out", 1)]
    assert asked(consent) == [("consent", None)]


def test_a_box_that_is_cleared_again_is_asked_about_once(consent):
    consent.answer(consent.lead(LEAD, box=True))
    consent.answer(consent.lead(OTHER, box=True))
    consent.now += 60_000
    consent.lead(LEAD, box=False)
    consent.lead(OTHER, box=False)

    assert asked(consent) == [("consent", None)]


def test_a_box_that_is_ticked_again_answers_the_question(consent):
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 60_000
    consent.lead(LEAD, box=False)
    consent.now += 60_000

    assert consent.lead(LEAD, box=True) == []
    assert asked(consent) == [("consent", "gone")]


def test_a_box_that_we_cleared_is_no_conflict(consent):
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 10_000
    activations = consent.event("OPT_IN")
    consent.now += 1000
    consent.answer(activations)
    cleared = consent.now
    consent.now += 1000
    consent.event("OPT_OUT")

    consent.lead(LEAD, box=False, stamp=cleared)

    assert asked(consent) == []


def test_a_record_that_is_added_later_carries_it(consent):
    consent.answer(consent.event("OPT_OUT"))
    consent.now += 86_400_000

    (activation,) = consent.lead(LEAD, box=False)

    assert told([activation]) == [("out", ADA)]
    assert activation.id == "consent:1:2"
    assert activation.identifiers["salesforce_id"] == LEAD


def test_a_record_that_moves_to_an_address_that_is_out_carries_it(consent):
    consent.event("OPT_OUT")
    consent.lead(LEAD, box=False, email="other@example.com")

    assert told(consent.lead(LEAD, box=False)) == [("out", ADA)]


def test_two_addresses_of_one_person_are_told_under_two_profiles(consent):
    """Rows of one profile are laid over each other while they wait."""
    (first,) = consent.lead(LEAD, box=True)
    (second,) = consent.lead(LEAD, box=True, email="new@example.com")

    assert first.profile_id != second.profile_id


def test_a_ticked_box_that_gets_its_first_address_counts(consent):
    """Without an address there is nobody to note it for; a null is what the org says then."""
    consent.lead(LEAD, box=True, email="")
    consent.records[LEAD]["Email"] = None

    assert told(consent.lead(LEAD, box=True)) == [("out", ADA)]
    assert consent.kept == [("out", "moved", "out")]


def test_a_tick_after_our_clearing_counts_though_the_box_was_never_read_cleared(consent):
    """Reading coalesces: our write cleared the box and a human ticked it again between two runs."""
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 60_000
    taken_in = consent.event("OPT_IN")
    assert told(consent.lead(LEAD, box=True)) == []
    consent.now += 1_000
    consent.answer(taken_in)
    consent.now += 60_000

    assert told(consent.lead(LEAD, box=True)) == [("out", ADA)]
    assert consent.statuses == [("out", 2)]
    consent.now += 60_000
    assert consent.lead(LEAD, box=True) == []


def test_a_box_whose_clearing_was_refused_stays_as_it_was(consent):
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 60_000
    consent.answer(consent.event("OPT_IN"), verdict="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    consent.now += 60_000

    assert consent.lead(LEAD, box=True) == []
    assert consent.statuses == [("in", 2)]
