import pytest
from marshmallow import ValidationError

from schemas.configuration import ConfigurationSchema
from schemas.connector import FUNCTIONS
from schemas.document import paths

ACME = {
    "kind": "responsys",
    "username": "api_user",
    "password": "pass-w0rd",
    "auth_endpoint": "https://login5.responsys.net",
    "profile_list": "CONTACTS_LIST",
}


def load(**changes):
    document = {key: value for key, value in {**ACME, **changes}.items() if value is not ...}
    return ConfigurationSchema().load({"connectors": {"acme": document}})["connectors"]["acme"]


def problems(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return paths(caught.value.messages)


def test_what_is_left_out_has_a_default():
    assert load() == {
        "kind": "responsys",
        "name": None,
        "username": "api_user",
        "password": "pass-w0rd",
        "auth_endpoint": "https://login5.responsys.net",
        "profile_list": "CONTACTS_LIST",
        "list_folder": None,
        "identifier_type": "hashed_email",
        "enabled": True,
        "api": "sync",
        "limits": {},
        "utilisation": 0.95,
        "max_in_flight": 4,
    }


def test_everything_may_be_given():
    given = {
        "kind": "responsys",
        "name": "Acme EU",
        "username": "api_user",
        "password": "pass-w0rd",
        "auth_endpoint": "https://login5.responsys.net",
        "profile_list": "CONTACTS_LIST",
        "list_folder": "Main",
        "identifier_type": "riid",
        "enabled": False,
        "api": "sync",
        "limits": {"triggerCustomEvent": 1},
        "utilisation": 1,
        "max_in_flight": 1,
    }

    assert load(**given) == given


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "marketo"},
         'kind: "marketo" is not a kind of connector; there are: responsys, responsys_sftp, salesforce'),
        ({"kind": ...}, "kind: is missing; there are: responsys, responsys_sftp, salesforce"),
        ({"kind": 1}, "kind: must be text"),
        ({"username": ...}, "username: is missing"),
        ({"username": ""}, "username: must not be empty"),
        ({"username": None}, "username: must not be null"),
        ({"profile_list": ...}, "profile_list: is missing"),
        ({"profile_list": " "}, "profile_list: must not be empty"),
        ({"profile_list": "!MasterData/CONTACTS"}, "profile_list: must not contain slashes"),
        ({"list_folder": "a\tb"}, "list_folder: must not contain control characters"),
        ({"name": "x" * 256}, "name: must not be longer than 255 characters"),
        ({"password": ...}, "password: is missing"),
        ({"auth_endpoint": ...}, "auth_endpoint: is missing"),
        (
            {"identifier_type": "hashed-email"},
            'identifier_type: "hashed-email" is not a type of identifier; did you mean "hashed_email"? '
            "there are: crm_id, hashed_email, riid",
        ),
        ({"identifier_type": 27}, "identifier_type: must be text"),
        ({"enabled": "yes"}, "enabled: must be true or false"),
        ({"enabled": 1}, "enabled: must be true or false"),
        ({"api": "rest"}, 'api: "rest" is not an API; there are: async, sync'),
        ({"limits": 200}, "limits: must be a table"),
        ({"limits": {"triggerCustomEvent": 0}}, "limits.triggerCustomEvent: must be at least 1, not 0"),
        ({"limits": {"triggerCustomEvent": 1.5}}, "limits.triggerCustomEvent: must be a whole number"),
        (
            {"limits": {"trigerCustomEvent": 1}},
            'limits.trigerCustomEvent: "trigerCustomEvent" is not a function; '
            'did you mean "triggerCustomEvent"? '
            f"there are: {', '.join(sorted(FUNCTIONS))}",
        ),
        ({"limits": {"/": 1}}, 'limits."/": must be the name of a function, such as "triggerCustomEvent"'),
        ({"utilisation": 0}, "utilisation: must be above 0 and at most 1, not 0"),
        ({"utilisation": 1.01}, "utilisation: must be above 0 and at most 1, not 1.01"),
        ({"utilisation": float("nan")}, "utilisation: must be a number"),
        ({"utilisation": "0.95"}, "utilisation: must be a number"),
        ({"max_in_flight": 0}, "max_in_flight: must be at least 1, not 0"),
        ({"max_in_flight": True}, "max_in_flight: must be a whole number"),
        ({"usernam": "x"}, "usernam: is not a known key"),
        ({"utilization": 0.5}, 'utilization: is not a known key; did you mean "utilisation"?'),
    ],
)  # fmt: skip
def test_a_problem_is_reported_with_its_path(change, problem):
    assert problems(**change) == [f"connectors.acme.{problem}"]


def test_all_problems_are_reported_at_once():
    assert sorted(problems(kind="marketo", max_in_flight=0, enabled=0)) == [
        "connectors.acme.enabled: must be true or false",
        'connectors.acme.kind: "marketo" is not a kind of connector; '
        "there are: responsys, responsys_sftp, salesforce",
        "connectors.acme.max_in_flight: must be at least 1, not 0",
    ]


@pytest.mark.parametrize(
    "password", ["pass-w0rd", " ", {"env": "ACME_PASSWORD"}, {"file": "/run/secrets/acme"}, {"keep": True}]
)
def test_a_password_may_be_given_in_several_ways(password):
    assert load(password=password)["password"] == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        4711,
        ["w0rd"],
        {},
        {"env": ""},
        {"env": 1},
        {"keep": False},
        {"x": "w0rd"},
        {"env": "A", "file": "B"},
    ],
)
def test_a_wrong_password_is_not_repeated(password):
    assert problems(password=password) == [
        'connectors.acme.password: must be text, { env = "NAME" }, { file = "/path" }, '
        "or { keep = true } for what is stored"
    ]


@pytest.mark.parametrize("name", ["acme", "a", "0", "acme-eu_2", "a" * 63])
def test_a_name_may_be(name):
    assert list(ConfigurationSchema().load({"connectors": {name: ACME}})["connectors"]) == [name]


@pytest.mark.parametrize("name", ["", "Acme", "-acme", "_acme", "a" * 64, "ac me", "acme\n", "ácme", "a:b"])
def test_a_name_may_not_be(name):
    with pytest.raises(ValidationError, match="this name must be 1 to 63 of a-z, 0-9, _ and -"):
        ConfigurationSchema().load({"connectors": {name: ACME}})
