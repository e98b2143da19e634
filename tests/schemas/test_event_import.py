import pytest

from pipeline.event_files.event_header import OF_A_PERSON, USUAL
from pipeline.event_files.file_name import ARCHIVES, ENCRYPTED, PLAIN
from pipeline.event_files.row_values import NOT_KEPT
from schemas.companion import OF_DATA
from schemas.configuration import ConfigurationSchema
from schemas.document import paths
from schemas.event_columns import BUILT_IN, COUNTED

EVENTS = {"connector": "acme-files"}
FILES = {"kind": "responsys_sftp", "host": "files.example.com", "username": "acme_scp", "private_key": "k"}
AFTER = 'after: must be "leave", "delete", or "move:" and a folder below, such as "move:done"'
PIN = f"SHA256:{'A' * 43}"


def problems(**changes):
    errors = ConfigurationSchema().validate({"imports": {"events": {**EVENTS, **changes}}})
    return [line.removeprefix("imports.events.") for line in paths(errors)]


def connector_problems(**changes):
    errors = ConfigurationSchema().validate({"connectors": {"acme-files": {**FILES, **changes}}})
    return [line.removeprefix("connectors.acme-files.") for line in paths(errors)]


def test_an_import_has_defaults():
    assert ConfigurationSchema().load({"imports": {"events": EVENTS}})["imports"] == {
        "events": {
            **EVENTS,
            "folder": "",
            "accounts": [],
            "delimiter": ",",
            "encoding": "utf-8",
            "time_zone": "UTC",
            "sms_time_zone": "UTC",
            "every": 60,
            "late_after": 780,
            "ready": "size",
            "count": "",
            "after": "leave",
            "channels": ["email"],
            "link_by": "not_bounced",
            "columns": {},
            "enabled": True,
        }
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"delimiter": "tab", "ready": ".ready", "count": ".count", "after": "move:done", "every": 1440},
        {"ready": "none", "after": "delete", "channels": ["email", "sms"], "link_by": "all", "every": 1},
        {"accounts": ["1234", "5"], "folder": "events/hourly", "time_zone": "Europe/Berlin"},
        {
            "columns": {" offer_name ": "MY_OFFER", "REASON": "WHY"},
            "encoding": "latin-1",
            "enabled": False,
            "label": "Hourly",
        },
    ],
)
def test_each_option_can_be_set(changes):
    assert problems(**changes) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"every": 0}, "every: must be at least 1, not 0"),
        ({"every": 1441}, "every: must be at least 1 and at most 1440, not 1441"),
        ({"accounts": [1234]}, 'accounts: must be a list of account ids, such as ["1234"]'),
        ({"accounts": ["acme"]}, 'accounts: must be a list of account ids, such as ["1234"]'),
        ({"accounts": ["1", "1"]}, "accounts: must not name anything twice"),
        ({"delimiter": "x"}, 'delimiter: "x" is not a delimiter; there are: ,, ;, tab, |'),
        ({"time_zone": "Europe/Berlim"},
         'time_zone: "Europe/Berlim" is not a time zone; did you mean "Europe/Berlin"?'),
        ({"time_zone": "localtime"}, 'time_zone: "localtime" is not a time zone; one is "Europe/Berlin"'),
        ({"ready": "ready"}, 'ready: must be "size", "none", or an extension such as ".ready"'),
        ({"count": "../x"}, 'count: must be "", or an extension such as ".count"'),
        ({"after": "move"}, AFTER),
        ({"after": "move:../up"}, AFTER),
        ({"folder": "/etc"}, "folder: must be a folder below the connector's"),
        ({"folder": "a/../../b"}, "folder: must be a folder below the connector's"),
        ({"channels": []}, "channels: must be a list of at least one of: email, sms, mms, push, webpush"),
        ({"link_by": "none"}, 'link_by: "none" is not a way to link; there are: all, not_bounced'),
        ({"encoding": "utf-99"}, 'encoding: "utf-99" is not an encoding'),
        ({"evry": 1}, 'evry: is not a known key; did you mean "every"?'),
        ({"late_after": 0}, "late_after: must be above 0, not 0"),
        ({"after": "move:."}, AFTER),
        ({"ready": ".txt"},
         'ready: ".txt" is an extension of data files; companions have another, such as ".ready"'),
        ({"count": ".ZIP"},
         'count: ".ZIP" is an extension of data files; companions have another, such as ".count"'),
        ({"ready": ".done", "count": ".done"}, "count: must be another extension than that of ready files"),
        ({"columns": {"RIID": "B", "EMAIL": "B"}}, 'columns.EMAIL: "B" is the name of RIID already'),
        ({"columns": {"RIID": "b", "EMAIL": " B "}}, 'columns.EMAIL: " B " is the name of RIID already'),
        ({"columns": {"RIID": "B", "riid": "C"}}, "columns.riid: is the same column as RIID"),
        ({"columns": {"RIID": ""}}, "columns.RIID: must not be empty"),
        ({"columns": {"RIDD": "MY_RIID"}},
         'columns.RIDD: "RIDD" is not a built-in column; did you mean "RIID"?'),
        ({"columns": {"offer_nam": "MY_OFFER"}},
         'columns.offer_nam: "offer_nam" is not a built-in column; did you mean "OFFER_NAME"?'),
        ({"columns": {"ZZ": "MY_OFFER"}},
         f'columns.ZZ: "ZZ" is not a built-in column; there are: {", ".join(sorted(COUNTED))}; any other is '
         "kept under the account's name, by which profile_fields can have it"),
        ({"columns": ["A"]}, "columns: must be a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes, problem):
    assert problems(**changes) == [problem]


def test_columns_that_rows_are_read_by_are_built_in():
    assert NOT_KEPT <= BUILT_IN
    assert {*USUAL, *OF_A_PERSON, "EVENT_UUID", "STATUS_CODE", "OFFER_NUMBER", "ORDER_ID"} <= BUILT_IN


def test_companions_have_no_extension_of_data_files():
    assert {extension.removeprefix(".") for extension in OF_DATA} == {*PLAIN, *ARCHIVES, *ENCRYPTED}


def test_an_import_names_its_connector():
    assert paths(ConfigurationSchema().validate({"imports": {"events": {}}})) == [
        "imports.events.connector: is missing"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"port": 2222, "folder": "download", "host_key": PIN, "algorithms": "legacy", "pgp": "gnupg"},
        {"host_key": [PIN, PIN.replace("AA", "BB")], "private_key_passphrase": "", "pgp_passphrase": ""},
        {"folder": "/home/acme/download"},
        {"folder": "..acme/a..b"},
        {"host": "2001:db8::1"},
        {"host": "10.0.0.1"},
        {"host": "sftp_server"},
        {"host": "bücher.example."},
        {"private_key": {"file": "/k"}, "pgp_private_key": {"env": "PGP"}, "pgp_passphrase": {"keep": True}},
    ],
)
def test_a_connector_to_files_takes_keys_and_pins(changes):
    assert connector_problems(**changes) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"port": "22"}, "port: must be a whole number"),
        ({"port": 70_000}, "port: must be at least 1 and at most 65535, not 70000"),
        ({"host_key": "MD5:aa:bb"}, "host_key: must be a fingerprint such as"),
        ({"host_key": []}, "host_key: must be a fingerprint such as"),
        ({"algorithms": "old"}, 'algorithms: "old" is not a set of algorithms; there are: legacy, modern'),
        ({"pgp": "gpg"}, 'pgp: "gpg" is not a library for OpenPGP;'),
        ({"password": "x"}, "password: is not a known key"),
        ({"api": "sync"}, "api: is not a known key"),
        ({"folder": "../x"}, "folder: must be a folder below the login's own, such as"),
        ({"folder": "/home/acme/../x"}, "folder: must be a folder below the login's own, such as"),
        ({"folder": "a\\b"}, "folder: must be a folder below the login's own, such as"),
        *(
            ({"host": host}, "host: must be the name or address of a host, without user and port")
            for host in (
                "files.example.com:22",
                "me@files.example.com",
                "files..example.com",
                "a b",
                "x" * 64,
            )
        ),
    ],
)
def test_a_connector_to_files_is_refused_with_the_reason(changes, problem):
    [found] = connector_problems(**changes)

    assert found.startswith(problem)
