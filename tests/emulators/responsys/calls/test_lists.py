"""Profile lists, as section 7 of the API reference has them."""

import pytest

from tests.emulators.conftest import refusal

ADA = {"customer_id": "C-1", "email": "ada@example.com", "riid": 7, "fields": {"TIER": "gold"}}


@pytest.fixture
def ada(responsys):
    seed = {"name": "CONTACTS_LIST", "fields": {"TIER": "STR25"}, "members": [ADA]}
    responsys.order("lists", {"lists": [seed]})


def test_lists_come_as_a_bare_array_with_their_columns(responsys, token, ada):
    (profile_list,) = responsys.get("/v1.3/lists", token).json()

    assert (profile_list["name"], profile_list["folderName"]) == ("CONTACTS_LIST", "Main")
    assert profile_list["fields"][0] == {"fieldName": "RIID_", "fieldType": "INTEGER"}
    assert profile_list["fields"][-1] == {"fieldName": "TIER", "fieldType": "STR25"}
    assert responsys.get("/v1.3/lists/CONTACTS_LIST/fields", token).json() == profile_list


@pytest.mark.parametrize(
    "path", ["/members/7?fs=", "/members?qa=c&id=C-1&fs=", "/members?qa=e&id=ADA@example.com&fs="]
)
def test_a_member_is_found_by_id_or_by_attribute(responsys, token, ada, path):
    answer = responsys.get(f"/v1.3/lists/CONTACTS_LIST{path}RIID_,tier,CITY_", token).json()

    assert answer["recordData"] == {
        "fieldNames": ["RIID_", "TIER", "CITY_"],
        "records": [["7", "gold", None]],
        "mapTemplateName": None,
    }
    assert set(answer["mergeRule"].values()) == {None, False}


def test_all_columns_may_be_asked_for(responsys, token, ada):
    data = responsys.get("/v1.3/lists/CONTACTS_LIST/members/7?fs=all", token).json()["recordData"]

    row = dict(zip(data["fieldNames"], data["records"][0], strict=True))
    assert (row["CUSTOMER_ID_"], row["EMAIL_ADDRESS_"], row["TIER"]) == ("C-1", "ada@example.com", "gold")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/OTHER/fields", (404, "LIST_NOT_FOUND", "OTHER List Not Found")),
        ("/CONTACTS_LIST/members/8?fs=all", (404, "RECORD_NOT_FOUND", "No records found for the given ids")),
        ("/CONTACTS_LIST/members/x?fs=all", (404, "RECORD_NOT_FOUND", "No records found for the given ids")),
        ("/CONTACTS_LIST/members/7", (400, "INVALID_PARAMETER", "fs is missing")),
        (
            "/CONTACTS_LIST/members/7?fs=SHOE_SIZE",
            (400, "INVALID_FIELD_NAME", "SHOE_SIZE is not a field of CONTACTS_LIST"),
        ),
        (
            f"/CONTACTS_LIST/members/7?fs={151 * 'A'}",
            (400, "INVALID_PARAMETER", "fs is longer than 150 characters"),
        ),
        (
            "/CONTACTS_LIST/members?qa=x&id=1&fs=all",
            (400, "INVALID_PARAMETER", "qa is not one of r, e, c, m, e_md5, e_sha256"),
        ),
    ],
)
def test_a_query_that_finds_nothing_or_cannot_be_read_is_reported(responsys, token, ada, path, expected):
    assert refusal(responsys.get(f"/v1.3/lists{path}", token)) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"queryAttribute": "e", "fieldList": [], "ids": ["a"]}, "FieldList is null OR empty"),
        ({"queryAttribute": "e", "fieldList": ["EMAIL_ADDRESS_"], "ids": ["a"] * 201}, "200"),
        ({"queryAttribute": "e", "fieldList": ["EMAIL_ADDRESS_"], "ids": ["a" * 501]}, "longer than 500"),
    ],
)
def test_a_wrong_look_at_many_members_is_refused(responsys, token, body, message):
    answer = responsys.post("/lists/CONTACTS_LIST/members?action=get", token, body)

    assert answer.status_code == 400
    assert message in answer.text
    assert responsys.violations()
