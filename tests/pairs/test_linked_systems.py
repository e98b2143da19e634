"""T4 end to end: two emulators, the real worker and commands, by the example's configuration."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.pairs.linked_systems import LinkedSystems, linked_systems


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedSystems]:
    with linked_systems(tmp_path_factory.mktemp("worker")) as found:
        yield found


BOSS = {"Title": "Boss", "Phone": "+33123456789"}


def test_an_edit_in_salesforce_reaches_responsys_once(systems):
    [(contact, riid)] = systems.people("ada", **BOSS)

    systems.edit(contact, Title="Chief")

    assert systems.settle() == 1
    assert systems.columns(riid)["TITLE"] == "Chief"
    assert systems.differences() == []


def test_an_edit_in_responsys_reaches_salesforce_once(systems):
    [(contact, riid)] = systems.people("bob", **BOSS)

    systems.edit_member(riid, TITLE="Dean", PHONE="01 22 22 22 22")

    assert systems.settle() == 1
    assert systems.contact(contact).items() >= {"Title": "Dean", "Phone": "+33122222222"}.items()
    assert systems.differences() == []


def test_if_both_were_edited_the_owner_wins(systems):
    [(contact, riid)] = systems.people("cleo", **BOSS)

    systems.edit(contact, Phone="+33111111111")
    systems.edit_member(riid, PHONE="+33222222222")

    assert systems.settle() == 2
    assert systems.contact(contact)["Phone"] == systems.columns(riid)["PHONE"] == "+33222222222"


def test_if_both_were_edited_and_nobody_owns_it_a_person_decides(systems):
    [(contact, riid)] = systems.people("dora", **BOSS)

    systems.edit(contact, Title="Chief")
    systems.edit_member(riid, TITLE="Dean")

    assert systems.settle() == 1  # that of Salesforce was decided before the other was read
    [conflict] = systems.told("conflicts", "list")["conflicts"]
    assert (
        conflict["values"].items() >= {"field": "title", "salesforce": "Chief", "responsys": "Dean"}.items()
    )
    systems.run("conflicts", "settle", str(conflict["id"]), "value:Head of Sales")
    assert systems.settle() == 2
    assert systems.contact(contact)["Title"] == systems.columns(riid)["TITLE"] == "Head of Sales"
    assert systems.told("conflicts", "list")["conflicts"] == []
    assert systems.differences() == []


def test_a_refused_write_is_listed_and_stops_nothing(systems):
    [(contact, riid), (other, second)] = systems.people("eve", "finn", **BOSS)

    systems.edit_member(riid, TITLE="x" * 200, PHONE="+33133333333")
    systems.edit_member(second, TITLE="Dean")
    systems.settle()

    assert systems.contact(other)["Title"] == "Dean"
    assert systems.contact(contact)["Title"] == "Boss"
    listed = [(one["field"], one["state"], one["to"]) for one in systems.differences()]
    assert sorted(listed) == [("phone", "refused", "salesforce"), ("title", "refused", "salesforce")]
    systems.edit_member(riid, TITLE="Short")
    systems.settle()
    assert systems.contact(contact).items() >= {"Title": "Short", "Phone": "+33133333333"}.items()
    assert systems.differences() == []


def test_edits_that_waited_for_a_person_do_not_undo_later_ones_of_the_other_side(systems, monkeypatch):
    monkeypatch.setattr("pipeline.streams.change_guard.FEW", 1)
    people = systems.people("ina", "jo", **BOSS)
    for contact, _ in people:
        systems.edit(contact, Phone="+33111111111", Title="Chief")
    monkeypatch.setattr("pipeline.streams.change_guard.known_people", lambda *_: len(people))
    assert systems.read("contacts") == ["contacts is held: `activation status` tells why"]
    [(ina, first), (jo, second)] = people
    systems.edit_member(first, PHONE="+33222222222", TITLE="Dean")
    systems.read("members")
    systems.deliver()

    systems.run("sync", "--source", "contacts", "--confirm", "changing")
    systems.deliver()

    assert systems.columns(first).items() >= {"PHONE": "+33222222222", "TITLE": "Dean"}.items()
    assert systems.columns(second).items() >= {"PHONE": "+33111111111", "TITLE": "Chief"}.items()
    assert (systems.contact(ina)["Phone"], systems.contact(jo)["Phone"]) == ("+33222222222", "+33111111111")
    [conflict] = systems.told("conflicts", "list")["conflicts"]
    systems.run("conflicts", "settle", str(conflict["id"]), "responsys")
    systems.settle()
    assert systems.contact(ina)["Title"] == "Dean"
    assert systems.differences() == []


def test_automation_on_one_side_costs_a_second_write_and_ends(systems):
    [(contact, riid)] = systems.people("gus", **BOSS)

    with systems.automation("title"):
        systems.edit_member(riid, TITLE="head of sales")
        assert systems.settle() == 2

    assert systems.contact(contact)["Title"] == systems.columns(riid)["TITLE"] == "Head Of Sales"
    assert systems.differences() == []


class Killed(BaseException):
    """The end of a process."""


def test_an_edit_whose_run_was_killed_before_it_appended_arrives_once(systems, monkeypatch):
    [(contact, riid)] = systems.people("gil", **BOSS)
    systems.edit(contact, Title="Chief")
    systems.edit_member(riid, PHONE="+33144444444")
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.produce.appender.Appender.append_chunk", killed)
        for source in ("contacts", "members"):
            with pytest.raises(Killed):
                systems.read(source)

    assert systems.settle() == 2
    assert (systems.columns(riid)["TITLE"], systems.contact(contact)["Phone"]) == ("Chief", "+33144444444")
    assert systems.differences() == []


def killed(*_):
    raise Killed


def test_two_runs_at_once_send_an_edit_once(systems):
    [(contact, riid)] = systems.people("hal", **BOSS)
    systems.edit(contact, Title="Chief")
    systems.edit_member(riid, PHONE="+33155555555")
    systems.ahead()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(systems.worker.run_source, ("contacts", "members") * 2))

    assert systems.settle() == 2
    assert (systems.columns(riid)["TITLE"], systems.contact(contact)["Phone"]) == ("Chief", "+33155555555")
    assert systems.differences() == []


def test_edits_that_wait_for_consent_are_not_lost(systems):
    people = systems.people(*(f"many{number}" for number in range(21)), **BOSS)
    for number, (contact, _) in enumerate(people):
        systems.edit(contact, Phone=f"+3316666{number:04d}")
    systems.read("contacts")
    assert systems.deliver() == 0
    systems.edit_member(people[0][1], TITLE="Dean")
    assert systems.settle() == 1
    assert {systems.columns(riid)["PHONE"] for _, riid in people} == {BOSS["Phone"]}

    systems.run("sync", "--source", "contacts", "--confirm")

    assert systems.settle() == 21
    phones = [systems.columns(riid)["PHONE"] for _, riid in people]
    assert phones == [f"+3316666{number:04d}" for number in range(21)]
    assert systems.contact(people[0][0])["Title"] == "Dean"
    assert systems.differences() == []
