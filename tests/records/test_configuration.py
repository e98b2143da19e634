import os
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.records import configuration
from pipeline.records.kinds import destination_documents
from tests.salesforce.keys import EC_KEY, RSA_KEY, SHORT_KEY

ACME = """\
[connectors.acme]
kind = "responsys"
username = "api_user"
password = PASSWORD
auth_endpoint = "https://login5.responsys.net"
profile_list = "CONTACTS_LIST"
"""
CRM = """\
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
login = "jwt"
client_id = "3MVG9"
username = "api@acme.example"
private_key = { file = "key.pem" }
"""
LAPSED = """\
[destinations.lapsed]
audience = "lapsed-buyers"
connector = "acme"
action = "custom_event"
event = "LAPSED"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "activation.toml"


def password(file: Path, value: str, environ=None, stored=()):
    """Read a connector with this password."""
    file.write_text(ACME.replace("PASSWORD", value))
    return configuration.read_configuration(str(file), environ or {}, stored)["connectors"]["acme"][
        "password"
    ]


def problems(file: Path, stored=()):
    with pytest.raises(Misconfigured) as caught:
        configuration.read_configuration(str(file), {}, stored)
    return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]


def test_a_password_may_stand_there_itself(file):
    assert password(file, '"pass-w0rd"') == "pass-w0rd"


def test_a_password_may_come_from_the_environment(file):
    assert password(file, '{ env = "ACME" }', {"ACME": "pass-w0rd"}) == "pass-w0rd"


@pytest.mark.parametrize("content", [b"pass-w0rd", b"pass-w0rd\n", b"pass-w0rd\r\n"])
def test_a_password_may_come_from_a_file_without_its_line_end(file, tmp_path, content):
    (tmp_path / "secret").write_bytes(content)

    assert password(file, f'{{ file = "{tmp_path}/secret" }}') == "pass-w0rd"


def test_spaces_and_further_lines_belong_to_the_password(file, tmp_path):
    (tmp_path / "secret").write_text(" pass \n w0rd \n\n")

    assert password(file, f'{{ file = "{tmp_path}/secret" }}') == " pass \n w0rd \n"


def test_a_relative_file_is_looked_for_beside_the_configuration(file, tmp_path):
    (tmp_path / "secret").write_text("pass-w0rd")

    assert password(file, '{ file = "secret" }') == "pass-w0rd"


def test_a_stored_password_may_be_kept(file):
    assert password(file, "{ keep = true }", stored={"acme"}) == {"keep": True}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ('{ env = "ACME_PASSWORD" }', "the environment variable ACME_PASSWORD is not set"),
        ('{ file = "/no/such/file" }', "cannot read /no/such/file: No such file or directory"),
        ('{ file = "/" }', "cannot read /: Is a directory"),
        ('{ file = "/dev/null" }', "/dev/null is empty"),
        ("{ keep = true }", "there is none stored that could be kept; give it once"),
    ],
)
def test_a_password_that_is_not_there_is_reported_with_its_path(file, value, problem):
    file.write_text(ACME.replace("PASSWORD", value))

    assert problems(file) == [f"connectors.acme.password: {problem}"]


def test_a_password_in_a_wrong_encoding_is_reported_with_its_path(file, tmp_path):
    (tmp_path / "secret").write_bytes("pässword".encode("latin-1"))
    file.write_text(ACME.replace("PASSWORD", '{ file = "secret" }'))

    assert problems(file) == [f"connectors.acme.password: {tmp_path}/secret is not text in UTF-8"]


def test_bytes_of_the_environment_that_are_no_text_are_no_password(file):
    file.write_text(ACME.replace("PASSWORD", '{ env = "ACME" }'))

    with pytest.raises(Misconfigured, match="the environment variable ACME is not text in UTF-8"):
        configuration.read_configuration(str(file), {"ACME": os.fsdecode(b"p\xff")}, ())


@pytest.mark.parametrize(
    ("name", "problem"), [("/dev/zero", "has more than 1 MiB"), (r"a\u0000b", "holds a NUL character")]
)
def test_a_file_of_a_password_that_cannot_be_one_is_reported(file, name, problem):
    file.write_text(ACME.replace("PASSWORD", f'{{ file = "{name}" }}'))

    assert [each.endswith(problem) for each in problems(file)] == [True]


def test_a_destination_may_name_a_connector_that_is_only_stored(file):
    file.write_text(LAPSED)

    assert list(configuration.read_configuration(str(file), {}, {"acme"})["destinations"]) == ["lapsed"]


def test_a_destination_of_an_unknown_connector_is_reported_the_known_ones(file):
    file.write_text(LAPSED.replace("acme", "acne"))

    assert problems(file) == ['destinations.lapsed.connector: "acne" is not a connector; there are: none']
    assert problems(file, stored=["acme", "b"]) == [
        'destinations.lapsed.connector: "acne" is not a connector; did you mean "acme"? there are: acme, b'
    ]


def test_all_problems_of_all_kinds_are_reported_at_once(file):
    file.write_text(
        ACME.replace("PASSWORD", '{ env = "ACME" }').replace("username", "user")
        + LAPSED.replace("acme", "acne").replace("custom_event", "custom_evnt")
    )

    assert sorted(problems(file)) == [
        "connectors.acme.password: the environment variable ACME is not set",
        'connectors.acme.user: is not a known key; did you mean "username"?',
        "connectors.acme.username: is missing",
        'destinations.lapsed.action: "custom_evnt" is not an action; did you mean "custom_event"? '
        f"there are: {', '.join(sorted(destination_documents()))}",
        'destinations.lapsed.connector: "acne" is not a connector; there is: acme',
    ]


def test_the_kinds_of_stored_connectors_are_looked_at_beside_other_problems(file):
    file.write_text(LAPSED + '[mappings.person]\nname = { salesforce = "Name", type = "txt" }\n')

    with pytest.raises(Misconfigured) as refused:
        configuration.read_configuration(str(file), {}, {"acme"}, stored_kinds=lambda: {"acme": "salesforce"})

    action, kind = sorted(str(refused.value).splitlines())
    assert 'destinations.lapsed.action: "custom_event" is not an action of connector "acme"' in action
    assert 'mappings.person.name.type: "txt" is not a type' in kind


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'a = 1\nb = "p\xe4ssword"\n', "is not text in UTF-8 (at line 2)"),
        ("a = 1".encode("utf-16"), "is not text in UTF-8 (at line 1)"),
        (b"a = " + b"[" * 100_000, "is not TOML: it is nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_problem_with_its_line(file, content, problem):
    file.write_bytes(content)

    assert problems(file) == [problem]


def test_a_slip_in_the_syntax_is_one_problem_with_its_line(file):
    file.write_text('[connectors.acme]\nkind = "responsys\n')

    [problem] = problems(file)

    assert problem.startswith("is not TOML: ")
    assert problem.endswith("(at line 2, column 18)")


def test_a_file_that_is_not_there_is_one_problem(file):
    assert problems(file) == ["No such file or directory"]


def test_the_mark_that_some_editors_put_first_does_no_harm(file):
    file.write_text(ACME.replace("PASSWORD", '"x"'), encoding="utf-8-sig", newline="\r\n")

    assert configuration.read_configuration(str(file), {}, ())["connectors"]["acme"]["password"] == "x"


def test_the_example_is_right_and_names_every_key():
    """A key that is commented out there is named as well."""
    example = Path(__file__).parents[2] / "activation.example.toml"

    documents = configuration.read_configuration(
        str(example), {"ACME_PASSWORD": "x", "CRM_SECRET": "x", "WAREHOUSE_URL": "x"}, ()
    )

    lines = [line.lstrip("# ") for line in example.read_text().splitlines()]
    for found in documents.values():
        for document in found.values():
            assert [key for key in document if not any(line.startswith(f"{key} = ") for line in lines)] == []


QUIET = """\
[sources.quiet]
audience = "lapsed-buyers"
url = URL
query = "SELECT profile_id FROM customers"
every = 60
"""


def test_the_url_of_a_source_may_come_from_the_environment(file):
    file.write_text(QUIET.replace("URL", '{ env = "WAREHOUSE" }'))

    found = configuration.read_configuration(str(file), {"WAREHOUSE": "sqlite:///x"}, ())["sources"]

    assert found == {
        "quiet": {
            "audience": "lapsed-buyers",
            "url": "sqlite:///x",
            "query": "SELECT profile_id FROM customers",
            "every": 60,
            "columns": {},
            "max_leaving": 20,
            "enabled": True,
        }
    }


def test_the_url_of_a_source_is_kept_only_where_one_is_stored(file):
    file.write_text(QUIET.replace("URL", "{ keep = true }"))

    assert configuration.read_configuration(str(file), {}, (), {"quiet"})["sources"]["quiet"]["url"] == {
        "keep": True
    }
    assert problems(file) == ["sources.quiet.url: there is none stored that could be kept; give it once"]


def test_a_configuration_of_more_than_16_mib_is_refused(tmp_path):
    file = tmp_path / "activation.toml"
    file.write_bytes(b"#" * (16 << 20))
    assert configuration.parse_toml(str(file)) == {}

    file.write_bytes(b"#" * ((16 << 20) + 1))
    with pytest.raises(Misconfigured, match=r"activation.toml: has more than 16 MiB$"):
        configuration.parse_toml(str(file))


def test_a_number_of_more_digits_than_python_reads_is_no_toml(tmp_path):
    file = tmp_path / "activation.toml"
    file.write_text(f"x = {'9' * 5000}")

    with pytest.raises(Misconfigured, match="is not TOML: a number has too many digits"):
        configuration.parse_toml(str(file))


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (EC_KEY, "must be an RSA key: Salesforce takes RS256 alone"),
        (SHORT_KEY, "has 1024 bits: 2048 are the least"),
        ("text", "is no key in PEM: -----BEGIN PRIVATE KEY-----"),
    ],
)
def test_a_key_that_salesforce_does_not_take_is_refused(file, tmp_path, key, problem):
    (tmp_path / "key.pem").write_text(key)
    file.write_text(CRM)

    assert problems(file) == [f"connectors.crm.private_key: {problem}"]


def test_a_key_that_salesforce_takes_is_read(file, tmp_path):
    (tmp_path / "key.pem").write_text(RSA_KEY)
    file.write_text(CRM)

    read = configuration.read_configuration(str(file), {}, ())
    assert read["connectors"]["crm"]["private_key"].strip() == RSA_KEY.strip()
