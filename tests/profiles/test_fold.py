"""Folding in ranges, its crash points, and further fields."""

from functools import reduce
from itertools import permutations

import pytest

from pipeline.profiles.erasure import erase_from_events
from pipeline.profiles.export import exported_lines
from pipeline.profiles.fold import Folding
from pipeline.profiles.further_field import FurtherField, read_fields
from tests.event_files.folder import export, land
from tests.profiles.reference import parsed, reference

HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL,OFFER_NAME,ORDER_TOTAL\n"
NAME = "12_CLICK_20260105_000000.txt"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / NAME
    rows = [
        f"{n % 17},{n % 28 + 1:02d}-Jan-2026 14:03:22,a{n % 23}@example.com,o{n % 3},{n}\n"
        for n in range(200)
    ]
    path.write_text(HEADER + "".join(rows))
    return path


def test_a_fold_that_was_interrupted_goes_on_at_its_cursor(events, path, monkeypatch):
    land(events, [path])
    done = []

    def cut_off(amount):
        done.append(amount)
        if len(done) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Folding(events, range_events=20).run(cut_off)

    rest = Folding(events, range_events=20).run()

    assert 0 < sum(done) < 200
    assert sum(done) + rest == 200
    assert parsed(export(events)) == reference([(NAME, path.read_bytes())])


def test_ranges_are_smaller_in_the_database_of_deliveries(events, path, monkeypatch):
    monkeypatch.setattr("pipeline.profiles.fold.SHARED_RANGE_EVENTS", 10)
    land(events, [path])
    ranges = []

    Folding(events).run(ranges.append)

    assert max(ranges) < sum(ranges) if events.dialect.name == "postgresql" else len(ranges) == 1


def test_a_range_that_fails_is_rolled_back(events, path, monkeypatch):
    land(events, [path])
    monkeypatch.setattr("pipeline.profiles.fold.write_rows", None)
    with pytest.raises(TypeError):
        Folding(events, range_events=20).run()
    monkeypatch.undo()

    assert Folding(events).run() == 200
    assert parsed(export(events)) == reference([(NAME, path.read_bytes())])


def test_a_person_that_is_erased_during_a_fold_stays_erased(events, path):
    land(events, [path])

    Folding(events, range_events=20).run(lambda _events: erase_from_events(events, "3"))

    assert "3" not in [profile.get("rs_user_id") for profile in parsed(export(events))]
    assert not erase_from_events(events, "3")


def test_events_of_later_files_are_added_to_the_same_rows(events, path):
    later = path.with_name("12_CLICK_20260105_000001.txt")
    later.write_text(HEADER + "1,28-Dec-2026 14:03:22,new@example.com,,\n")
    land(events, [path])
    export(events)
    land(events, [later])

    files = [(one.name, one.read_bytes()) for one in (path, later)]
    assert parsed(export(events)) == reference(files)


def test_a_chain_of_handles_becomes_one_person_from_either_end(events, tmp_path):
    """Each row connects a RIID with the address before it, so that all depend on all."""
    rows = [f"{n},05-Jan-2026 14:03:2{s},a{n + s}@example.com,,\n" for n in range(300) for s in (0, 1)]
    paths = [tmp_path / NAME, tmp_path / "12_CLICK_20260105_000001.txt"]
    paths[0].write_text(HEADER + "".join(rows[::-2]))
    paths[1].write_text(HEADER + "".join(rows[::2]))

    land(events, paths)

    [person] = parsed(export(events))
    assert person["email_click_ct"] == 600


def test_further_fields_are_of_any_column(events, path):
    further = (
        FurtherField("last_offer", "last", "OFFER_NAME", ("CLICK",)),
        FurtherField("most", "max", "ORDER_TOTAL"),
        FurtherField("least", "min", "ORDER_TOTAL"),
        FurtherField("totals", "valuect", "ORDER_TOTAL"),
        FurtherField("clicks", "count", feeds=("CLICK",)),
        FurtherField("opens", "count", feeds=("OPEN",)),
    )
    path.write_text(
        HEADER
        + "1,05-Jan-2026 14:03:22,a@example.com,Shoes,9\n1,06-Jan-2026 14:03:22,a@example.com,Boots,10\n"
        + ",07-Jan-2026 14:03:22,a@example.com,,10\n"
    )
    land(events, [path])
    Folding(events).run()
    Folding(events, further).run()  # of other fields: all is built anew

    [line] = exported_lines(events, further)

    [profile] = parsed(line)
    assert {field.name: profile.get(field.name) for field in further} == {
        "last_offer": "Boots",
        "most": "10",
        "least": "9",
        "totals": {"10": 2, "9": 1},
        "clicks": 3,
        "opens": None,
    }


@pytest.mark.parametrize(("kind", "extreme"), [("min", "-2"), ("max", "nan")])
def test_least_and_greatest_do_not_depend_on_the_order(kind, extreme):
    field = FurtherField("mine", kind, "X")

    found = {reduce(field.combine, values) for values in permutations(["nan", "5", "Inf", "1_0", "-2", ".5"])}

    assert found == {extreme}


def test_fields_name_columns_and_feeds_as_files_may_spell_them():
    document = {"kind": "set", "column": " offer_name ", "feeds": ["sms_divered"]}

    [field] = read_fields({"mine": document})

    assert (field.column, field.feeds) == ("OFFER_NAME", ("SMS_DELIVERED",))
