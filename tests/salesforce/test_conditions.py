"""Conditions: what a query says of them and what is looked at here come to the same."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.salesforce.org.ids import new_id
from emulators.salesforce.org.org import Org
from emulators.salesforce.soql.parser import read_query
from emulators.salesforce.soql.rows import row_maker
from emulators.salesforce.soql.search import Search
from pipeline.model.condition_values import WrongComparison
from pipeline.model.matching import match_of
from pipeline.model.record_condition import AllOf, changes_in, paths_in, read_condition, type_problems
from pipeline.salesforce.conditions import divide
from pipeline.salesforce.soql import select
from schemas.record_condition import Condition

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
NAMES = ["Acme", "ACME 1", "acme_1", "a%b", "O'Neil \\ Sons", "Zoë", "2026-01-02", "x;y"]
STAGES = ["Prospecting", "Demo Done", "Closed Won"]
DAYS = ["2026-02-22", "2026-02-23", "2026-03-01", "2027-01-01"]
TIMES = ["2026-02-22T12:00:00Z", "2026-02-22T23:30:00Z", "2026-03-01T11:59:59Z"]
ACCOUNTS = [new_id("001", number) for number in (1, 2, 3)]
KINDS = {
    "Name": "text",
    "StageName": "choice",
    "Amount": "number",
    "CloseDate": "day",
    "IsWon": "flag",
    "LastStageChangeDate": "moment",
    "AccountId": "id",
    "Account.Name": "text",
}
VALUES = {
    "Name": NAMES,
    "StageName": STAGES,
    "Amount": [0, 1, 12.5, 1000],
    "CloseDate": DAYS,
    "LastStageChangeDate": [*TIMES, *DAYS],
    "AccountId": [*ACCOUNTS, *(each[:15] for each in ACCOUNTS)],
    "Account.Name": NAMES,
}
PLAIN_TEXTS = ("Name", "StageName", "Account.Name")


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def opportunity(org: Org, number: int, **fields) -> None:
    table = org.table("Opportunity")
    moment = int(NOW.timestamp())
    stamps = {"SystemModstamp": moment, "CreatedDate": moment, "IsDeleted": False, "IsWon": number % 2 == 0}
    values = {name: value for name, value in (stamps | fields).items() if value is not None}
    table.put({"Id": new_id("006", number), **values}, 0, 0)


@pytest.fixture(scope="module")
def org() -> Org:
    """Opportunities with all kinds of values, nulls among them, and two accounts, one without a name."""
    org = Org(lambda: NOW.timestamp())
    org.store("Account", {"Id": ACCOUNTS[0], "Name": NAMES[0]})
    org.store("Account", {"Id": ACCOUNTS[1]})
    for number in range(40):
        opportunity(
            org,
            number,
            Name=[*NAMES, None][number % 9],
            StageName=STAGES[number % 3],
            Amount=[None, 0, 1, 12.5, 1000.0][number % 5],
            CloseDate=[*DAYS, None][number % 5],
            LastStageChangeDate=[None, *map(seconds, TIMES), int(NOW.timestamp())][number % 5],
            AccountId=[ACCOUNTS[0], ACCOUNTS[1], None][number % 3],
        )
    return org


def operators_of(path: str):
    value = st.sampled_from(VALUES[path])
    among = value | st.lists(value, min_size=1, max_size=3)
    found = [among.map(lambda each: {"not": each}), st.booleans().map(lambda each: {"set": each}), among]
    if path in ("Amount", "CloseDate", "LastStageChangeDate"):
        found += [
            value.map(lambda each, sign=sign: {sign: each}) for sign in ("above", "least", "below", "most")
        ]
    if path in ("CloseDate", "LastStageChangeDate"):
        found.append(st.sampled_from(["1s", "12h", "6d", "7d", "9w"]).map(lambda each: {"within": each}))
    if path in PLAIN_TEXTS:
        part = value.flatmap(lambda text: st.integers(0, len(text) - 1).map(lambda start: text[start:][:4]))
        found += [part.map(lambda each, word=word: {word: each}) for word in ("begins", "contains")]
    return st.one_of(found)


def fields():
    flags = st.booleans() | st.booleans().map(lambda each: {"not": each})
    named = [st.tuples(st.just(path), operators_of(path)) for path in VALUES]
    return st.lists(st.one_of(*named, st.tuples(st.just("IsWon"), flags)), min_size=1, max_size=3).map(dict)


def groups(parts):
    alternatives = st.lists(parts, min_size=1, max_size=3)
    return st.tuples(parts, st.sampled_from(["any", "none"]), alternatives).map(
        lambda found: {**found[0], found[1]: found[2]}
    )


def by_query(org: Org, document, kinds) -> list[str]:
    """Ask the org as far as a query goes, and look at the rest here."""
    condition = read_condition(document)
    where, rest = divide(condition, kinds, NOW, PARIS)
    table = org.table("Opportunity")
    query = read_query(select(["Id"], "Opportunity", where=where))
    ids = set(Search(org, table, query, with_deleted=False).ids())
    return [record["Id"] for record in matching(org, rest, kinds) if record["Id"] in ids]


def matching(org: Org, condition, kinds):
    """Look at every record here."""
    table = org.table("Opportunity")
    make = row_maker(org, table, ("Id", *paths_in(condition)), "/services/data/v66.0")
    match = match_of(condition, kinds, PARIS)
    return [row for each in table.records if match(row := make(table.current(each)), None, NOW)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.recursive(fields(), groups, max_leaves=4))
def test_a_query_and_a_look_here_find_the_same_records(org, document):
    loaded = Condition().deserialize(document)

    everything_here = [row["Id"] for row in matching(org, read_condition(loaded), KINDS)]
    assert by_query(org, loaded, KINDS) == everything_here
    assert list(type_problems(read_condition(loaded), KINDS)) == []


@pytest.mark.parametrize(
    "document",
    [
        {"Name": {"begins": "acme"}, "Amount": {"least": 1}},
        {"CloseDate": {"above": "2026-02-22"}, "LastStageChangeDate": {"within": "7d"}},
        {"none": [{"AccountId": ACCOUNTS[0][:15]}, {"LastStageChangeDate": {"below": TIMES[2]}}]},
    ],
)
def test_kinds_that_are_not_known_are_seen_by_the_values(org, document):
    assert by_query(org, document, {}) == by_query(org, document, KINDS)


def where(document, kinds=KINDS):
    found = divide(read_condition(document), kinds, NOW, PARIS)
    return (found.where and found.where.text), found.rest


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"Name": "O'Neil"}, r"Name = 'O\'Neil'"),
        ({"Name": ["a", "b"], "IsWon": True}, "Name IN ('a', 'b') AND IsWon = true"),
        ({"Name": {"not": ["a", "b"]}}, "Name NOT IN ('a', 'b')"),
        ({"Name": {"set": True}}, "Name != null"),
        ({"Name": "2026-01-02"}, "Name = '2026-01-02'"),
        ({"CloseDate": "2026-01-02"}, "CloseDate = 2026-01-02"),
        ({"LastStageChangeDate": {"least": "2026-01-02"}}, "LastStageChangeDate >= 2026-01-01T23:00:00Z"),
        ({"LastStageChangeDate": {"within": "1h"}}, "LastStageChangeDate >= 2026-03-01T11:00:00Z"),
        ({"CloseDate": {"within": "1d"}}, "CloseDate >= 2026-02-28"),
        ({"CreatedDate": {"within": "1h"}}, "CreatedDate >= 2026-03-01T11:00:00Z"),
        ({"AccountId": ACCOUNTS[0][:15]}, f"AccountId = '{ACCOUNTS[0]}'"),
        (
            {"any": [{"Name": "a"}, {"Name": "b", "IsWon": True}], "Amount": 1},
            "(Name = 'a' OR (Name = 'b' AND IsWon = true)) AND Amount = 1",
        ),
        ({"none": [{"Name": "a"}, {"IsWon": True}]}, "NOT (Name = 'a' OR IsWon = true)"),
    ],
)
def test_a_condition_as_a_query_says_it(document, text):
    assert where(document) == (text, AllOf())


def test_what_soql_cannot_say_is_left_to_be_looked_at_here():
    said, rest = where({"Amount": 1, "StageName": {"becomes": "x"}, "Name": {"contains": "\\"}})
    assert said == "Amount = 1"
    assert paths_in(rest) == ("StageName", "Name")
    assert changes_in(rest) == ("StageName",)

    said, rest = where({"any": [{"Amount": 1}, {"Skills__c": {"contains": "A"}}]}, {"Skills__c": "set"})
    assert said is None
    assert paths_in(rest) == ("Amount", "Skills__c")


def holds(document, record, before=None, kinds=KINDS):
    return match_of(read_condition(document), kinds)(record, before, NOW)


@pytest.mark.parametrize(
    ("wanted", "before", "after", "expected"),
    [
        ({"becomes": "Won"}, None, "won", True),
        ({"becomes": "Won"}, "Lost", "Won", True),
        ({"becomes": "Won"}, "Won", "Won", False),
        ({"becomes": ["Won", "Lost"]}, "Won", "Lost", False),
        ({"becomes": "Won"}, "Lost", None, False),
        ({"was": "Won"}, None, "Won", False),
        ({"was": ["Won", "Lost"], "not": "Won"}, "Won", "Open", True),
        ({"changed": True}, None, "Won", False),
        ({"changed": True}, "Won", "Won", False),
        ({"changed": True}, "Won", "Lost", True),
        ({"changed": False}, None, "Won", True),
    ],
)
def test_changes_are_seen_by_the_earlier_value(wanted, before, after, expected):
    seen = None if before is None else {"StageName": before}

    assert holds({"StageName": wanted}, {"StageName": after}, seen) is expected


def test_a_value_of_a_set_is_found_whole():
    kinds = {"Skills__c": "set"}

    assert holds({"Skills__c": {"contains": "a"}}, {"Skills__c": "A;B"}, kinds=kinds)
    assert not holds({"Skills__c": {"contains": "a"}}, {"Skills__c": "AB;B"}, kinds=kinds)


def test_the_future_is_no_longer_ago_than_any_span():
    later = (NOW + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    assert holds({"LastStageChangeDate": {"within": "1d"}}, {"LastStageChangeDate": later})


@pytest.mark.parametrize("record", [{}, {"Amount": "12"}, {"Amount": True}])
def test_a_value_of_another_type_is_an_error_and_not_false(record):
    with pytest.raises(WrongComparison, match=r"^Amount: (was not read|is no number)$"):
        holds({"Amount": {"above": 1}}, record)


@pytest.mark.parametrize(
    ("path", "wanted", "problem"),
    [
        ("Name", 5, "a field of type text is compared with a number"),
        ("Name", True, "a field of type text is compared with true or false"),
        ("Name", {"above": "2026-01-02"}, '"above" does not go with a field of type text'),
        ("Amount", "x", "a field of type number is compared with text"),
        ("Amount", {"begins": "1"}, '"begins" does not go with a field of type number'),
        ("IsWon", "true", "a field of type flag is compared with text"),
        ("IsWon", {"set": True}, '"set" does not go with a field that is true or false'),
        ("CloseDate", "2026-01-02T03:04:05Z", "a field of type day is compared with a time"),
        ("CloseDate", "2026-02-30", '"2026-02-30" is no day, such as 2026-01-02'),
        ("AccountId", "001000000000001AAB", '"001000000000001AAB" is no id of Salesforce'),
        ("AccountId", {"contains": "1"}, '"contains" does not go with a field of type id'),
        ("Name", {"within": "1d"}, '"within" does not go with a field of type text'),
        ("Id", 5, "a field of type id is compared with a number"),
    ],
)  # fmt: skip
def test_comparisons_of_wrong_types_are_told(path, wanted, problem):
    condition = read_condition({"any": [{path: wanted}]})

    assert list(type_problems(condition, KINDS)) == [(path, problem)]
