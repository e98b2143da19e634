"""What a stream sends: each record once at first, then the variables that changed, by value."""

from tests.streams.environment import CONTACTS, LEADS, ago


def test_the_first_run_sends_everybody(streams, org):
    one, other = org.load(
        "Contact",
        {"FirstName": "Ada", "LastName": "One", "Email": "Ada@example.com"},
        {"LastName": "Other"},
    )

    outcome = streams.run()

    assert (outcome.is_baseline, outcome.is_full) == (True, True)
    first, second = sorted(streams.taken(), key=lambda each: each.identifiers["salesforce_id"])
    assert first.identifiers == {"salesforce_id": one, "email": "ada@example.com"}
    assert first.variables == {"first_name": "Ada", "title": None}
    assert (first.audience, first.call_type, first.bulk) == ("people", "ADD", True)
    assert first.profile_id.startswith("person:")
    assert second.identifiers == {"salesforce_id": other}


def test_a_later_run_sends_what_changed(streams, org):
    with ago(org, 60):
        (one,) = org.load("Contact", {"LastName": "One", "Title": "CEO"})
    streams.run()
    streams.taken()

    org.edit("Contact", one, Title="CTO")
    streams.run()

    assert streams.sent() == [(one, "UPDATE", {"title": "CTO"})]


def test_a_stamp_that_moved_sends_nothing(streams, org):
    """A task moves the stamp of its person."""
    with ago(org, 60):
        (one,) = org.load("Contact", {"LastName": "One"})
    streams.run()
    streams.taken()
    before = org.record(one, "Contact")["SystemModstamp"]

    org.edit("Task", None, Subject="Call", WhoId=one)
    outcome = streams.run()

    assert org.record(one, "Contact")["SystemModstamp"] > before
    assert (outcome.counts.changed, streams.sent()) == (0, [])


def test_a_run_with_nothing_new_is_one_call(streams, org):
    with ago(org, 60):
        org.load("Contact", *[{"LastName": f"L{n}"} for n in range(3)])
    streams.run()
    streams.calls.clear()

    streams.run()

    assert len(streams.calls) == 1


def test_a_run_after_many_rows_of_one_stamp_is_one_call(streams, org):
    """Otherwise the overlap would read them again and again."""
    with ago(org, 700):
        org.order("load", {"object": "Contact", "range": {"count": 2500}})
    streams.run()
    streams.calls.clear()

    streams.run()

    assert len(streams.calls) == 1


def test_rows_of_one_stamp_are_all_read(streams, org):
    org.order("load", {"object": "Contact", "range": {"count": 2500}})

    outcome = streams.run()

    assert (outcome.counts.read, outcome.sent) == (2500, 2500)
    assert len({each.profile_id for each in streams.taken()}) == 2500


def test_a_row_that_becomes_visible_late_is_found(streams, org):
    with ago(org, 400):
        org.load("Contact", {"LastName": "Early"})
    streams.run()
    streams.taken()

    with ago(org, 180):
        (late,) = org.load("Contact", {"LastName": "Late"})
    streams.run()

    assert [name for name, *_ in streams.sent()] == [late]


def test_deleted_and_merged_records_are_noted_and_nothing_is_sent(streams, org):
    one, other = org.load(
        "Contact",
        {"LastName": "One", "Email": "a@example.com"},
        {"LastName": "Two", "Email": "b@example.com"},
    )
    (deleted,) = org.load("Contact", {"LastName": "Three"})
    streams.run()
    streams.taken()

    org.order("merge", {"master": one, "losers": [other]})
    org.order("delete", {"ids": [deleted]})
    outcome = streams.run()

    known = streams.known()
    assert (known[other].gone, known[deleted].gone, known[one].gone) == (True, True, False)
    assert known[other].person == known[one].person
    assert (outcome.counts.gone, streams.sent()) == (2, [])


def test_a_converted_lead_and_its_contact_are_one_person(streams, org):
    (lead,) = org.load("Lead", {"LastName": "One", "Company": "Acme", "Email": "a@example.com"})
    streams.run(LEADS)
    (before,) = streams.taken()

    contact = org.order("convert", {"lead": lead})["ConvertedContactId"]
    streams.run(LEADS)
    streams.run(CONTACTS)

    (after,) = streams.taken()
    assert (after.profile_id, after.identifiers["salesforce_id"]) == (before.profile_id, contact)


def test_an_activation_that_is_too_long_is_counted_and_its_person_logged(streams, org, caplog):
    """A long text of Salesforce has up to 131,072 characters, an activation 64 KiB."""
    with ago(org, 60):
        long, _ = org.load("Contact", {"LastName": "One", "Title": "x" * 70_000}, {"LastName": "Two"})

    outcome = streams.run()

    assert (outcome.counts.refused, outcome.sent) == (1, 1)
    (line,) = [record for record in caplog.records if record.message == "activations refused"]
    assert (line.source, line.people) == ("contacts", [f"person:{streams.known()[long].person}"])
