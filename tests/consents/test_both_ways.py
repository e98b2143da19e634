"""T2 and T5 end to end: clicks become tasks; opting out reaches the other side and bars the address."""

from collections.abc import Iterator

import pytest

from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.stores.embedded import embedded_server
from tests.consents.wishing_systems import WishingSystems
from tests.emulators.conftest import Emulator, running
from tests.emulators.salesforce.conftest import Salesforce
from tests.emulators.salesforce.conftest import process as process
from tests.emulators.sftp.conftest import serving
from tests.processes.environment import until
from tests.web.conftest import address_of, start_web

SECOND = 1_000  # ms by which the time of an answer, in whole seconds, may be behind what was just written
NAMES = ("ada", "bob", "cleo", "dora", "eve", "fay")
CROWD = tuple(f"crowd{number}" for number in range(21))


@pytest.fixture(scope="module")
def systems(process, tmp_path_factory) -> Iterator[WishingSystems]:
    folder = tmp_path_factory.mktemp("worker")
    with (
        pytest.MonkeyPatch.context() as patched,
        running("--window", "1000000000") as url,
        serving(tmp_path_factory.mktemp("sftp"), "--files", "0", "--ready", ".ready") as files,
        embedded_server(folder / "redis") as broker,
        Emulator(url).http as http,
    ):
        patched.setattr("pipeline.model.record_reader.HELD_BACK", -SECOND)
        environ = {
            "ACTIVATION_DATA_DIR": str(folder),
            "ACTIVATION_BROKER_URL": broker,
            "ACTIVATION_READ_TIMEOUT": "10",
            "CRM_SECRET": "local-secret",
        }
        responsys = Emulator(url)
        responsys.http = http
        org = Salesforce(process)
        org.order("reset", {})
        worker = Worker(Settings.load(environ))
        with org.http:
            found = WishingSystems(worker, org, responsys, environ)
            found.apply(folder)
            found.apply_further(folder, files)
            found.meet(*NAMES, *CROWD)
            yield found
        worker.doorbell.close()
        worker.client.close()
        worker.engine.dispose()
        worker.events.dispose()
        worker.clients.close()


@pytest.fixture(scope="module")
def hook(systems, tmp_path_factory) -> Iterator[str]:
    """Responsys tells a web process of ours when people opt out; the address of its hook."""
    process = start_web(tmp_path_factory.mktemp("web"), systems.environ)
    try:
        key = systems.told("keys", "hook", "acme")
        url = f"{address_of(process, [])}/v1/hooks/responsys/acme"
        basic = {"type": "B", "data": {"userName": key["user"], "password": key["key"]}}
        token = systems.responsys.login()
        callback = {"name": "us", "url": url, "batchSize": 200, "authentication": basic}
        systems.responsys.post("/notifications/callbacks", token, callback)
        verify = "/v1.3/notifications/callbacks/us/actions/verify"
        until(lambda: systems.responsys.get(verify, token).status_code == 200, what="the key of the hook")
        subscription = {"name": "outs", "callBackName": "us", "eventTypes": ["EMAIL_OPTOUT"]}
        assert systems.responsys.post("/notifications/subscriptions", token, subscription).status_code == 200
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


def test_clicks_of_a_file_become_one_task_and_move_a_lead_that_is_open(systems):
    person = {"LastName": "L", "Company": "C"}
    gina, hugo = systems.org.load(
        "Lead",
        {**person, "Email": "gina@example.com", "Status": "Open", "Responsys_RIID__c": "500000001"},
        {**person, "Email": "hugo@example.com", "Status": "Qualified", "Responsys_RIID__c": "500000002"},
    )
    systems.settle()
    systems.worker.run_source("engagement")

    for _ in range(2):  # the second file tells the same
        systems.click(500_000_001, times=6)
        systems.click(500_000_002, times=6)
        systems.worker.run_source("engagement")
        systems.deliver()

    tasks = [(task["WhoId"], task["Subject"]) for task in systems.org.ask("records?object=Task")["records"]]
    for lead in (gina, hugo):
        own = sorted(subject for who, subject in tasks if who == lead)
        assert own == ["CLICK: 31", "Call back"]
    statuses = [systems.org.record(lead, "Lead")["Status"] for lead in (gina, hugo)]
    assert statuses == ["Working", "Qualified"]


def test_an_opt_out_in_a_file_reaches_every_record_and_bars_the_address(systems):
    contact, riid = systems.known["ada"]
    [lead] = systems.org.load("Lead", {"Email": "Ada@example.com", "LastName": "A", "Company": "C"})

    systems.write("OPT_OUT", ("ada", riid))
    systems.settle()
    systems.send("offer", "ada")

    assert (systems.is_ticked(contact), systems.is_ticked(lead, "Lead")) == (True, True)
    assert systems.status_of(riid) == "O"
    assert systems.columns(riid).get("TITLE") is None
    assert systems.not_sent("ada") == ["offer"]
    one = systems.explained("ada")
    assert (one["status"], one["epoch"], one["by"]["evidence"]["line"]) == ("out", 1, 2)
    assert {each["verdict"] for each in one["told"]} == {"delivered"}


def test_an_opt_out_by_a_webhook_is_one_with_that_of_the_file(systems, hook):
    contact, riid = systems.known["bob"]

    systems.responsys.order("reactions", {"type": "EMAIL_OPTOUT", "riids": [riid]})
    until(lambda: systems.responsys.ask("webhooks")["waiting"] == 0)
    systems.settle()

    assert systems.is_ticked(contact)
    systems.write("OPT_OUT", ("bob", riid))
    systems.settle()
    assert [one["wish"] for one in systems.explained("bob")["statements"]] == ["out"]


def test_a_box_that_a_human_ticks_opts_the_member_out(systems):
    contact, riid = systems.known["cleo"]

    systems.edit(contact, HasOptedOutOfEmail=True)
    systems.settle()
    systems.send("offer", "cleo")

    assert systems.status_of(riid) == "O"
    assert systems.not_sent("cleo") == ["offer"]
    assert systems.told("consent", "parity")["parity"] == []


def test_a_box_that_a_human_clears_is_asked_about_and_stays_out(systems):
    contact, riid = systems.known["dora"]
    systems.write("OPT_OUT", ("dora", riid))
    systems.settle()

    systems.edit(contact, HasOptedOutOfEmail=False)
    systems.settle()

    [conflict] = [one for one in systems.told("conflicts", "list")["conflicts"] if one["kind"] == "consent"]
    assert systems.explained("dora")["conflicts"] == [conflict["id"]]
    assert (systems.explained("dora")["status"], systems.status_of(riid)) == ("out", "O")
    systems.run("conflicts", "settle", str(conflict["id"]), "out")
    systems.settle()
    assert systems.is_ticked(contact)


def test_back_in_is_a_new_epoch_that_both_sides_are_told(systems):
    contact, riid = systems.known["eve"]
    systems.edit(contact, HasOptedOutOfEmail=True)
    systems.settle()

    systems.run("consent", "in", "eve@example.com", "--name", "email")
    systems.settle()
    systems.send("offer", "eve")

    assert (systems.is_ticked(contact), systems.status_of(riid)) == (False, "I")
    assert systems.columns(riid)["TITLE"] == "Sent"
    assert (systems.explained("eve")["status"], systems.explained("eve")["epoch"]) == ("in", 2)


def test_text_messages_have_wishes_of_their_own(systems):
    contact, riid = systems.known["fay"]

    systems.write("SMS_OPT_OUT", ("fay", riid))
    systems.settle()
    systems.send("texts", "fay")
    systems.send("offer", "fay")

    assert systems.explained("fay", "sms")["status"] == "out"
    assert (systems.status_of(riid, "MOBILE"), systems.is_ticked(contact)) == ("O", False)
    assert [one["destination"] for one in systems.explained("fay", "sms")["not_sent"]] == ["texts"]
    assert systems.columns(riid)["TITLE"] == "Sent"


def test_a_burst_is_passed_on_once_a_person_has_looked(systems):
    systems.write("OPT_OUT", *((name, systems.known[name][1]) for name in CROWD))
    systems.settle()
    systems.send("offer", CROWD[0])

    assert {systems.is_ticked(systems.known[name][0]) for name in CROWD} == {False}
    assert systems.not_sent(CROWD[0]) == ["offer"]
    systems.run("resume", "consents:email")
    systems.settle()
    assert {systems.is_ticked(systems.known[name][0]) for name in CROWD} == {True}
    parity = systems.told("consent", "parity")
    assert (parity["parity"], parity["chain"]["fault"]) == ([], None)
