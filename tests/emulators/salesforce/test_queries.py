import pytest

from tests.emulators.salesforce.conftest import error_of

PEOPLE = [
    {"LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines", "Email": "Ada@x.com", "Rating": "Hot"},
    {"LastName": "Hopper", "FirstName": "Grace", "Company": "Navy", "Email": "grace@x.com"},
    {"LastName": "O'Neil", "Company": "100%", "HasOptedOutOfEmail": True},
]


@pytest.fixture
def leads(salesforce):
    return salesforce.load("Lead", *PEOPLE)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Email = 'ADA@X.COM'", [0]),
        ("Email != 'ada@x.com'", [1, 2]),
        ("Email = null", [2]),
        ("Email IN ('ada@x.com', 'grace@x.com')", [0, 1]),
        ("Email NOT IN ('ada@x.com')", [1, 2]),
        ("LastName LIKE 'lo%'", [0]),
        ("LastName LIKE '_opper'", [1]),
        (r"Company LIKE '%\%'", [2]),
        (r"LastName = 'O\'Neil'", [2]),
        (r"LastName = 'O\u0027Neil'", [2]),
        ("HasOptedOutOfEmail = true", [2]),
        ("NOT HasOptedOutOfEmail = true", [0, 1]),
        ("Rating = 'Hot' OR (Company = 'Navy' AND LastName > 'a')", [0, 1]),
        ("CreatedDate > 2020-01-01T00:00:00Z", [0, 1, 2]),
        ("CreatedDate < 2020-01-01T00:00:00+02:00", []),
        ("Owner.Name = 'ada@acme.example'", [0, 1, 2]),
        ("Rating > 'A'", [0]),
    ],
)
def test_conditions(salesforce, leads, condition, expected):
    found = salesforce.found(f"SELECT Id FROM Lead WHERE {condition} ORDER BY Id")

    assert found == [leads[number] for number in expected]
    assert salesforce.violations() == []


def test_ids_of_fifteen_characters_are_understood(salesforce, leads):
    assert salesforce.found(f"SELECT Id FROM Lead WHERE Id = '{leads[0][:15]}'") == [leads[0]]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Leed", "INVALID_TYPE"),
        ("SELECT Id, Nme FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Foo__c = 1", "INVALID_FIELD"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2020-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE HasOptedOutOfEmail = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE LastName = 'a' AND Email = 'b' OR City = 'c'", "MALFORMED_QUERY"),
        (r"SELECT Id FROM Lead WHERE LastName = '\d'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName = 'open", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead LIMIT 5 WHERE Id = null", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Id FROM Lead WHERE LastName = '" + "x" * 12_000 + "'", None),
    ],
)
def test_queries_that_are_refused(salesforce, soql, code):
    answer = salesforce.query(soql)

    if code is None:
        assert answer.status_code == 200
    else:
        assert error_of(answer) == (400, code)
        assert len(salesforce.violations()) == 1


def test_a_hidden_field_fails_the_whole_query(salesforce, leads):
    salesforce.order("fields", {"object": "Lead", "hide": ["Email"]})

    assert error_of(salesforce.query("SELECT Id, Email FROM Lead")) == (400, "INVALID_FIELD")
    names = {field["name"] for field in salesforce.call("GET", "/sobjects/Lead/describe").json()["fields"]}
    assert "Email" not in names


def test_parents_stand_inside_their_row(salesforce):
    (account,) = salesforce.load("Account", {"Name": "Acme"})
    salesforce.load("Contact", {"LastName": "A", "AccountId": account}, {"LastName": "B"})

    rows = salesforce.rows("SELECT LastName, Account.Name FROM Contact ORDER BY LastName")
    assert rows[0]["Account"]["Name"] == "Acme"
    assert rows[0]["Account"]["attributes"]["type"] == "Account"
    assert rows[1]["Account"] is None


def test_nulls_come_first_unless_told_otherwise(salesforce, leads):
    first = salesforce.found("SELECT Id FROM Lead ORDER BY Email")
    last = salesforce.found("SELECT Id FROM Lead ORDER BY Email DESC NULLS LAST")

    assert first == [leads[2], leads[0], leads[1]]
    assert last == [leads[1], leads[0], leads[2]]


def test_ids_are_in_the_order_in_which_they_are_compared(salesforce):
    """Whatever other field comes first: a page by key would pass some otherwise."""
    salesforce.order("load", {"object": "Contact", "range": {"count": 80}})

    ids = salesforce.found("SELECT Id FROM Contact ORDER BY CreatedDate, Id")

    assert ids == sorted(ids) == salesforce.found("SELECT Id FROM Contact ORDER BY Id")


def test_counting(salesforce, leads):
    answer = salesforce.query("SELECT COUNT() FROM Lead WHERE Rating = null")

    assert answer.json() == {"totalSize": 2, "done": True, "records": []}


def test_a_long_result_comes_in_pages(salesforce):
    salesforce.order("load", {"object": "Contact", "range": {"count": 450}})

    answer = salesforce.query("SELECT Id FROM Contact", headers={"Sforce-Query-Options": "batchSize=200"})
    sizes = []
    while "nextRecordsUrl" in answer.json():
        sizes.append(len(answer.json()["records"]))
        answer = salesforce.http.get(salesforce.url + answer.json()["nextRecordsUrl"])
    assert sizes == [200, 200]
    assert answer.json()["done"] is True
    assert answer.json()["totalSize"] == 450
    assert len(answer.json()["records"]) == 50


def test_a_locator_that_is_gone(salesforce):
    assert error_of(salesforce.call("GET", "/query/01g000000000001AAA-2000")) == (
        400,
        "INVALID_QUERY_LOCATOR",
    )


def test_pages_by_key_pass_thousands_of_one_stamp(salesforce):
    salesforce.order("load", {"object": "Contact", "range": {"count": 2500}})
    first = salesforce.rows("SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id LIMIT 2000")
    stamp, last = first[-1]["SystemModstamp"].replace(".000+0000", "Z"), first[-1]["Id"]

    second = salesforce.found(
        f"SELECT Id FROM Contact WHERE SystemModstamp > {stamp} OR "
        f"(SystemModstamp = {stamp} AND Id > '{last}') ORDER BY SystemModstamp, Id LIMIT 2000"
    )
    assert len(second) == 500
    assert len({row["Id"] for row in first} | set(second)) == 2500


def test_a_row_is_seen_later_than_it_is_stamped(salesforce):
    salesforce.order("settings", {"delay": 100})
    (lead,) = salesforce.load("Lead", PEOPLE[0])

    assert salesforce.found("SELECT Id FROM Lead") == []
    salesforce.order("clock", {"ahead": 101})
    (row,) = salesforce.rows("SELECT Id, SystemModstamp FROM Lead")
    assert row["Id"] == lead
    assert row["SystemModstamp"] == salesforce.record(lead, "Lead")["SystemModstamp"]


def test_deleted_and_merged_rows_are_in_query_all_only(salesforce, leads):
    salesforce.order("merge", {"master": leads[0], "losers": [leads[1]]})
    salesforce.order("delete", {"ids": [leads[2]]})

    soql = "SELECT Id, IsDeleted, MasterRecordId FROM Lead ORDER BY Id"
    assert [row["Id"] for row in salesforce.rows(soql)] == [leads[0]]
    everything = salesforce.rows(soql, every=True)
    assert [row["IsDeleted"] for row in everything] == [False, True, True]
    assert everything[1]["MasterRecordId"] == leads[0]


def test_a_long_address_is_refused(salesforce):
    soql = "SELECT Id FROM Lead WHERE LastName = '" + "x" * 20_000 + "'"

    assert salesforce.query(soql).status_code == 414
