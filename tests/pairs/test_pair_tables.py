"""Tables of pairs follow people: a merge moves their fields, an erasure takes them out."""

from sqlalchemy import insert, select

from pipeline.people.erasing import count_of_people, erase_people
from pipeline.people.merging import move_people
from pipeline.stores.pair_tables import pair_events, pair_fields


def put_field(connection, person, field="title", state="{}"):
    connection.execute(insert(pair_fields).values(pair="person", person=person, field=field, state=state))


def test_a_merge_moves_fields_and_keeps_those_of_the_lower_number(events):
    with events.begin() as connection:
        put_field(connection, 4, state="lower")
        put_field(connection, 9, state="higher")
        put_field(connection, 9, field="phone", state="higher")

        move_people(connection, [(4, 9)])

        found = connection.execute(select(pair_fields.c.person, pair_fields.c.field, pair_fields.c.state))
        assert sorted(tuple(row) for row in found) == [(4, "phone", "higher"), (4, "title", "lower")]


def test_an_erasure_takes_fields_and_their_history_out(events):
    with events.begin() as connection:
        put_field(connection, 4)
        event = {"pair": "person", "person": 4, "field": "title", "at": 1, "side": "salesforce"}
        connection.execute(insert(pair_events).values(**event, event="edit"))
        assert count_of_people(connection, [4]) == {"pair_fields": 1, "pair_events": 1}

        erase_people(connection, [4])

        assert count_of_people(connection, [4]) == {}
