"""``activation pairs`` and conflicts of pairs, on what both sides have read."""

import io
import json

import pytest

from pipeline.cli.pairs import write_csv
from pipeline.operate.checking import questions_about
from pipeline.runtime.stores import open_stores
from pipeline.settings import Settings
from pipeline.stores.database import EVENTS, migrate, open_database
from tests.fixtures.intake import Entries
from tests.fixtures.stores import empty_events
from tests.pairs.environment import TwoSides

CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "u"
password = "p"
auth_endpoint = "https://login5.responsys.net"
profile_list = "CONTACTS_LIST"
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
client_id = "3MVG9LOCAL"
client_secret = "local-secret"
[mappings.person]
title = { salesforce = "Title", null = "blank" }
phone = { salesforce = "Phone", type = "phone", region = "FR" }
[sources.contacts]
kind = "salesforce"
connector = "crm"
object = "Contact"
mapping = "person"
every = 60
audience = "people"
[sources.leads]
kind = "salesforce"
connector = "crm"
object = "Lead"
mapping = "person"
every = 60
audience = "people"
[sources.members]
kind = "responsys"
connector = "acme"
columns = { TITLE = "title", PHONE = "phone" }
every = 60
audience = "members"
[destinations.list]
audience = "people"
connector = "acme"
action = "audience_export"
identifiers = { riid = "RIID_" }
match_column_1 = "RIID_"
columns = { title = "TITLE", phone = "PHONE" }
[destinations.back]
audience = "members"
connector = "crm"
action = "salesforce_record"
fields = { title = "Title", phone = "Phone" }
[pairs.person]
salesforce = ["contacts", "leads"]
responsys = "members"
fields = { title = "ask", phone = "responsys" }
mode = "MODE"
"""
BOSS = {"title": "Boss", "phone": "+33123456789"}
CHIEF = {"title": "Chief", "phone": "0123456789"}


@pytest.fixture
def apply(run, redis, tmp_path):
    def apply(mode="live", columns='{ title = "TITLE", phone = "PHONE" }'):
        path = tmp_path / "pairs.toml"
        own = 'columns = { title = "TITLE", phone = "PHONE" }'
        path.write_text(CONFIGURATION.replace("MODE", mode).replace(own, f"columns = {columns}"))
        result = run("apply", str(path))
        assert result.exit_code == 0, result.stderr

    return apply


@pytest.fixture
def sides(environ, apply):
    """Ada on both sides, whose titles differ from the beginning."""
    apply()
    engine = open_database(Settings.load(environ).events_place)
    migrate(engine, EVENTS)
    empty_events(engine)
    two = TwoSides(engine)
    two.salesforce(BOSS)
    two.later(1).responsys(CHIEF)
    yield two.later(1)
    engine.dispose()


def test_pairs_are_listed(apply, run):
    apply()

    (found,) = json.loads(run("pairs", "list", "--json").stdout)["pairs"]
    assert found == {
        "name": "person",
        "salesforce": ["contacts", "leads"],
        "responsys": "members",
        "fields": {"title": "ask", "phone": "responsys"},
        "mode": "live",
    }
    assert "title (ask), phone (responsys)" in run("pairs", "list").stdout


def test_differences_are_shown_in_three_forms(sides, run, tmp_path):
    found = json.loads(run("pairs", "diff", "person", "--json").stdout)
    assert found["people"] == 1
    assert [
        (one["field"], one["salesforce"], one["responsys"], one["state"]) for one in found["differences"]
    ] == [("title", "Boss", "Chief", "first")]
    shown = run("pairs", "diff", "person").stdout
    assert "1 person compared: 1 field differs" in shown
    assert run("pairs", "diff", "person", "--field", "phone").stdout == "1 person compared: 0 fields differ\n"
    file = tmp_path / "all.csv"
    run("pairs", "diff", "person", "--csv", str(file))
    assert file.read_text().splitlines()[0] == "person,field,salesforce,responsys,state,to,value,why"
    assert ",title,Boss,Chief,first," in file.read_text()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("@here", "'@here"),
        ("-x", "'-x"),
        ("+33 1 23", "+33 1 23"),
        ("-7.5", "-7.5"),
        ('a, "b"', '"a, ""b"""'),
    ],
)
def test_no_cell_of_a_csv_file_is_a_formula(value, told):
    keys = ("person", "field", "salesforce", "responsys", "state", "to", "value", "why")
    file = io.StringIO()

    write_csv(iter([dict.fromkeys(keys) | {"salesforce": value}]), file)

    assert file.getvalue().splitlines()[1] == f",,{told},,,,,"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("diff", "people"), 'pair "people" does not exist; there are: person'),
        (
            ("diff", "person", "--field", "name"),
            'field of the pair "name" does not exist; there are: phone, title',
        ),
    ],
)
def test_what_does_not_exist_is_named(apply, run, words, problem):
    apply()

    result = run("pairs", *words)

    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_side_is_taken(sides, run, redis):
    counted = {"people": 1, "differ": 1, "taken": 1, "asked": 0, "skipped": 0}
    words = ("pairs", "take", "person", "--field", "title", "--from", "salesforce")
    assert json.loads(run(*words, "--dry-run", "--json").stdout) == counted
    assert Entries(redis)() == []

    assert "1 written from salesforce" in run(*words).stdout
    under_way = {"people": 1, "differ": 1, "taken": 0, "asked": 0, "skipped": 1}
    assert json.loads(run(*words, "--dry-run", "--json").stdout) == under_way
    assert json.loads(run(*words, "--json").stdout) == under_way
    (written,) = Entries(redis)()
    assert (written.audience, written.variables) == ("people", {"title": "Boss"})
    history = json.loads(run("people", "explain", "ada@example.com", "title", "--json").stdout)["history"]
    assert [(one["side"], one["event"], one["value"]) for one in history] == [
        ("salesforce", "taken", "Boss"), ("responsys", "write", "Boss")
    ]  # fmt: skip


def test_a_pair_that_watches_takes_nothing(sides, apply, run):
    apply("watch")

    result = run("pairs", "take", "person", "--field", "title", "--from", "salesforce")

    assert result.exit_code == 2
    assert 'pair "person" only watches' in result.stderr


def test_a_conflict_of_a_pair_is_shown_and_settled(sides, run):
    sides.salesforce({**BOSS, "title": "Head"})
    sides.later(1).responsys({**CHIEF, "title": "Dean"})

    (found,) = json.loads(run("conflicts", "list", "--json").stdout)["conflicts"]
    assert (found["kind"], found["other"], found["values"]["field"]) == ("pair", None, "title")
    assert "asked" in run("conflicts", "show", str(found["id"])).stdout
    assert run("conflicts", "settle", str(found["id"]), "same").exit_code == 2
    assert "is settled: responsys" in run("conflicts", "settle", str(found["id"]), "responsys").stdout
    with sides.events.begin() as connection:
        waiting = sorted((one.audience, one.variables["title"]) for one in sides.taken(connection))
    assert waiting == [("members", "Dean"), ("people", "Dean")]


def standing(run):
    """Return conflicts and pairs of the status, and the troubles that are about them."""
    found = json.loads(run("status", "--json").stdout)
    about = ("pair", "conflict is open", "conflicts are open")
    texts = [one["text"] for one in found["troubles"] if any(word in one["text"] for word in about)]
    return found.get("conflicts"), found["pairs"], texts


def test_status_counts_conflicts_and_fields_in_question(sides, run):
    none = {"name": "person", "mode": "live", "asked": 0, "frozen": 0, "refused": 0}
    assert standing(run) == (None, [none], [])

    sides.salesforce({**BOSS, "title": "Head"})
    sides.later(1).responsys({**CHIEF, "title": "Dean"})

    assert standing(run) == (
        {"pair": 1},
        [{**none, "asked": 1}],
        ["1 conflict is open: pair (1)", 'pair "person": 1 field asked about'],
    )


def test_status_counts_refused_fields(sides, run):
    sides.salesforce({**BOSS, "title": "Head"})
    sides.later(1).verdict("responsys", code="Invalid")

    _, [pair], [text] = standing(run)
    assert (pair["asked"], pair["refused"]) == (0, 1)
    assert text == 'pair "person": 1 field refused'
    sides.later(1).salesforce({**BOSS, "title": "Dean"})
    sides.later(1).verdict("responsys")
    assert standing(run)[1][0]["refused"] == 0


def test_status_and_check_say_that_a_pair_only_watches(sides, apply, run, environ):
    sides.salesforce({**BOSS, "title": "Head"})
    sides.later(1).responsys({**CHIEF, "title": "Dean"})
    apply("watch")

    assert standing(run)[2][-1] == 'pair "person" only watches: it compares, and writes nothing'
    with open_stores(environ) as stores:
        catalog = stores.records.load()
        found = {name: questions_about(stores, catalog, catalog.connectors[name]) for name in ("crm", "acme")}
    assert found["crm"] == found["acme"]
    assert [(one.check, one.ok, one.text) for one in found["crm"]] == [
        ("conflicts", True, "1 conflict is open: pair (1); `activation conflicts list` has them"),
        ("pairs", True, 'pair "person" only watches: 1 field asked about'),
    ]


def test_check_finds_a_variable_that_no_destination_writes(apply, run, environ):
    apply(columns='{ phone = "PHONE" }')

    with open_stores(environ) as stores:
        catalog = stores.records.load()
        found = questions_about(stores, catalog, catalog.connectors["acme"])

    assert [one.text for one in found if not one.ok] == [
        'pair "person": no destination writes title where responsys is read'
    ]
