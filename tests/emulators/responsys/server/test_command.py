"""The command line of the emulator."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from emulators.responsys.server.options import parse_options
from tests.emulators.conftest import ROOT, Emulator, running, to

COMMAND = [sys.executable, "-m", "emulators.responsys"]


def run(*arguments):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


def test_without_options_there_is_an_account_to_try_things_on():
    with running() as url, (emulator := Emulator(url)).http:
        answer = emulator.trigger(emulator.login(), to("demo-999"), to("demo-1000"))

        assert [result["success"] for result in answer.json()] == [True, False]


def test_columns_may_stand_in_one_option():
    (account,) = parse_options(["--column", "TIER,POINTS:NUMBER", "--column", "TITLE"]).accounts.accounts

    assert account.lists[0].fields == {"TIER": "STR500", "POINTS": "NUMBER", "TITLE": "STR500"}


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ([], "Members: 1,000, such as demo-0@example.com."),
        (["--members", "0"], "Members: 0."),
        (["--any-recipient"], "Members: anybody."),
    ],
)
def test_its_first_words_name_a_member_to_try(options, members):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        words = iter(process.stdout.readline, "")
        told = next(line for line in words if line.startswith("Events:"))
    finally:
        process.terminate()
        process.communicate(timeout=60)

    assert told.strip().endswith(members)


def test_options_describe_the_accounts():
    options = ["--account=a:anna:p:w", "--account=b:bert:pw", "--list=PEOPLE:Sales", "--event=BOUGHT"]
    limits = ["--limit=triggerCustomEvent=5", "--members=0", "--any-recipient", "--extension=PET=TIER"]

    with running(*options, *limits) as url, (emulator := Emulator(url)).http:
        anna, bert = emulator.ask("accounts")
        emulator.login("anna", "p:w")

    people = {"name": "PEOPLE", "folder": "Sales", "members": 0, "any_recipient": True}
    assert (anna["name"], anna["users"], anna["lists"]) == (
        "a",
        ["anna"],
        [people | {"extensions": {"PET": 0}}],
    )
    assert (bert["name"], bert["events"], bert["limits"]["triggerCustomEvent"]) == ("b", ["BOUGHT"], 5)


def test_options_describe_campaigns_and_tables():
    columns = "ID*:STR25,LINE*:INTEGER,TOTAL"

    with (
        running("--campaign=HELLO:CONTACTS_LIST", f"--table=Sales/ORDERS={columns}") as url,
        (emulator := Emulator(url)).http,
    ):
        (account,) = emulator.ask("accounts")
        table = emulator.ask("table")

    assert account["campaigns"] == {"HELLO": "CONTACTS_LIST"}
    assert (table["folder"], table["primary_key"]) == ("Sales", ["ID", "LINE"])
    assert table["fields"] == {"ID": "STR25", "LINE": "INTEGER", "TOTAL": "STR500"}


def test_a_seed_file_describes_them_too(tmp_path):
    lists = [{"name": "PEOPLE", "ranges": [{"count": 5, "prefix": "x"}]}]
    account = {"name": "a", "users": {"anna": "pw"}, "lists": lists}
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"accounts": [account]}))

    with running("--seed", str(seed)) as url, (emulator := Emulator(url)).http:
        (anna,) = emulator.ask("accounts")

    assert [(one["name"], one["folder"], one["members"]) for one in anna["lists"]] == [("PEOPLE", "Main", 5)]


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--account=anna", '"anna" is not NAME:USER:PASSWORD'),
        ("--limit=fly=1", 'there is no function "fly"; there are: login, triggerCustomEvent'),
        ("--column=TIER:STR7", '"STR7" is not a type; there are: CHAR, STR25'),
        ("--campaign=HELLO:NO", 'campaign "HELLO": no list "NO"; there are: CONTACTS_LIST'),
        ("--table=ORDERS", '"ORDERS" is not [FOLDER/]NAME=COLUMN[*][:TYPE],...'),
        ("--limit=login", '"login" is not FUNCTION=N'),
        ("--seed=/nowhere.json", "No such file or directory"),
    ],
)
def test_a_bad_option_is_reported(option, complaint):
    finished = run(option)

    assert finished.returncode == 2
    assert complaint in finished.stderr


def test_a_taken_port_is_reported_in_one_line():
    with running() as url:
        port = url.rpartition(":")[2]
        finished = run("--port", port)

    assert finished.returncode == 1
    assert finished.stderr == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use. Choose another one with --port\n"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_when_told_to(number):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    process.stdout.readline()

    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (0, "")


def test_it_ends_quietly_although_a_client_waits_for_an_answer():
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    url = process.stdout.readline().removeprefix("responsys emulator on ").strip()
    with (emulator := Emulator(url)).http, ThreadPoolExecutor() as pool:
        token = emulator.login()
        emulator.order("faults", [{"kind": "hang"}])
        waiting = pool.submit(Emulator(url).trigger, token, to("demo-1"))
        while emulator.ask("faults")[0]["fired"] == 0:
            assert not waiting.done()

        process.terminate()
        _, errors = process.communicate(timeout=50)  # the client would wait longer

        assert (process.returncode, errors) == (0, "")
        assert isinstance(waiting.exception(), requests.ConnectionError)


def test_the_activation_command_hands_everything_on():
    program = "from pipeline.cli.emulator import emulator; emulator()"
    command = [sys.executable, "-c", program, "responsys", "--limit", "fly=1"]

    finished = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert finished.returncode == 2
    assert 'activation emulator responsys: error: there is no function "fly"' in finished.stderr
