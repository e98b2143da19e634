"""A second kind of connector, made up here, is an entry of records/kinds.py: no other room has to change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.deliver.dry_run import DryRun
from pipeline.errors import CallError, Misconfigured, OutcomeUnknown, Throttled
from pipeline.lanes.draw import draw
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Rejection, Submitted
from pipeline.model.connector import Connector
from pipeline.model.finding import Finding
from pipeline.model.shard import SHARDS
from pipeline.produce.producer import Producer
from pipeline.records import configuration, mirror
from pipeline.records.connector_kind import ConnectorKind, KindSchemas
from pipeline.records.kinds import KINDS
from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.settle.dead_letters import Filter
from pipeline.settle.dead_letters import find_letters as letters_in
from schemas.configuration_fields import Text
from schemas.connector import ConnectorDocument, Secret
from schemas.destination_document import DestinationDocument

LIBRARY = """
[connectors.library]
kind = "library"
shelf = "A3"
key = "s3cret"

[destinations.readers]
audience = "readers"
connector = "library"
action = "lend_book"
book = "Emma"
max_rows = 2
"""


class LibraryDocument(ConnectorDocument):
    shelf = Text(required=True)
    key = Secret(required=True)


class LendBookOptions(DestinationDocument):
    book = Text(required=True)


@dataclass(frozen=True, kw_only=True)
class Library(Connector):
    shelf: str
    key: str = field(repr=False)


class LendBook(Action):
    """Lends a book to everybody; an answer has a word for each row."""

    connector: Library
    name = "lend_book"
    coalesces = False
    functions = ("lend",)

    def problem(self, row: Activation) -> str | None:
        return None if row.identifiers else "a reader without a card"

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        return (Step("lend", "lend", self._call, self._verdicts, repeatable=False),)

    def _call(self, rows: Sequence[Activation]) -> Call:
        book = self.destination.options["book"]
        readers = [row.identifiers["crm_id"] for row in rows]
        return Call("lend", f"/{self.connector.shelf}/{book}", {"readers": readers})

    def _verdicts(self, rows: Sequence[Activation], answer: Any) -> list[Rejection | None]:
        return [None if word == "lent" else Rejection("OVERDUE", word) for word in answer]


class Desk:
    """A client that takes its answers from a list, and those to polls from another."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: list[Any] = []
        self.later: list[Mapping[str, Any]] = []

    def ready(self) -> None:
        pass

    def send(self, call: Call) -> Any:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, CallError):
            raise answer
        return answer

    def poll(self, requests: Sequence[str]) -> Mapping[str, Any]:
        return self.later.pop(0)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The client of all libraries; the kind is known as long as the test runs."""
    desk = Desk()
    kind = ConnectorKind(
        system="Library",
        connector=Library,
        schemas=lambda: KindSchemas(LibraryDocument, {"lend_book": LendBookOptions}),
        actions={"lend_book": LendBook},
        open_clients=lambda *_, **__: lambda _: desk,
        redact=lambda call: replace(call, body=None),
        preflight=lambda connector, actions, _: [
            Finding("shelf", True, f"{connector.shelf}: {len(actions)}")
        ],
        secrets=("key",),
        default_limits={"lend": 60_000, "ask": 60_000},
        poll_function="ask",
    )
    monkeypatch.setitem(KINDS, "library", kind)
    return desk


@pytest.fixture
def worker(desk: Desk, redis: Any, server_url: str, tmp_path: Path) -> Iterator[Worker]:
    settings = {"ACTIVATION_BROKER_URL": server_url, "ACTIVATION_DATA_DIR": str(tmp_path)}
    worker = Worker(Settings.load(settings))
    configure(worker, tmp_path, LIBRARY)
    yield worker
    worker.doorbell.close()
    worker.engine.dispose()
    worker.client.close()


def configure(worker: Worker, folder: Path, text: str) -> None:
    file = folder / "library.toml"
    file.write_text(text)
    worker.records.apply(configuration.read_configuration(str(file), {}, worker.records.names("connectors")))
    mirror.refresh(worker.client, worker.records)


def produce(server_url: str, *cards: str) -> None:
    with Producer(broker_url=server_url) as producer:
        for card in cards:
            identifiers = {"crm_id": card} if card else {}
            producer.activate("readers", profile_id=f"p-{card}", call_type="ADD", identifiers=identifiers)


def deliver(worker: Worker) -> str:
    """Accept all that waits, and deliver the batch that is due."""
    worker.acceptance.accept(0, range(1, SHARDS))
    claimed = worker.dispatch.next_batch()
    assert claimed is not None
    return worker.delivery.deliver(claimed.batch, claimed.attempt, claimed.contents).text


def poll(worker: Worker) -> str:
    """Ask after all submitted requests, as if it were time."""
    for batch in worker.client.zrange("polls:library", 0, -1):
        worker.client.zadd("polls:library", {batch: 0})
    return worker.polling.poll("library")


def letters(worker: Worker) -> list[tuple[str, str, str]]:
    return sorted((each.profile_id, each.code, each.detail) for each in letters_in(worker.engine, Filter()))


def test_a_batch_goes_through_it_from_the_producer_to_its_verdicts(worker, desk, server_url):
    desk.answers = [["lent", "bring back Ulysses first"]]
    produce(server_url, "C-1", "", "C-2")

    assert deliver(worker) == "2 rows of readers, 1 rejected"
    (call,) = desk.calls
    first, second = call.body["readers"]
    assert (call.path, {first, second}) == ("/A3/Emma", {"C-1", "C-2"})
    assert letters(worker) == [
        ("p-", "Invalid", "a reader without a card"),
        (f"p-{second}", "OVERDUE", "bring back Ulysses first"),
    ]
    assert worker.client.keys("batch:*") == worker.client.keys("rows:*") == []


@pytest.mark.parametrize("seconds", [30.0, 3600.0])
def test_a_refusal_that_says_for_how_long_pauses_the_account(worker, desk, server_url, seconds):
    desk.answers = [Throttled("account", "FULL", "come back later", delay=seconds)]
    produce(server_url, "C-1", "C-2")

    assert deliver(worker) == "FULL: 2 rows wait"
    quota = worker.dispatch.quota_of("library", "lend")
    assert draw(worker.client, quota) == pytest.approx(seconds, abs=5)
    assert worker.client.hget(f"limit:{quota.account}:lend", "factor") is None


def test_an_answer_may_come_later(worker, desk, server_url):
    desk.answers = [Submitted("R1")]
    desk.later = [{}, {"R1": ["lent", "lent"]}]
    produce(server_url, "C-1", "C-2")

    assert deliver(worker) == "2 rows of readers submitted"
    assert poll(worker) == "1 asked after, 0 answered"
    assert poll(worker) == "1 asked after, 1 answered"
    assert letters(worker) == []
    assert worker.client.keys("batch:*") == []


def test_an_answer_that_is_no_longer_kept_leaves_the_outcome_unknown(worker, desk, server_url):
    desk.answers = [Submitted("R1")]
    desk.later = [{"R1": OutcomeUnknown("OutcomeUnknown", "gone")}]
    produce(server_url, "C-1", "C-2")

    deliver(worker)
    poll(worker)
    assert letters(worker) == [("p-C-1", "OutcomeUnknown", "gone"), ("p-C-2", "OutcomeUnknown", "gone")]


def test_its_limits_are_not_asked_for_when_it_cannot_tell(worker):
    assert worker.read_limits("library") == "library cannot tell its limits"


def test_its_secret_is_stored_and_never_exported(worker):
    assert worker.records.load().connectors["library"].key == "s3cret"
    assert worker.records.export()["connectors"]["library"] == {
        "enabled": True,
        "kind": "library",
        "key": {"keep": True},
        "max_in_flight": 4,
        "shelf": "A3",
    }
    assert worker.records.reseal() == 1


def test_a_dry_run_shows_its_calls_without_the_values_of_rows(worker):
    dry_run = DryRun(worker.records.load(), "readers")
    dry_run.add(Activation("readers", "p-1", "ADD", {"crm_id": "C-1"}))

    (expected,) = dry_run.finish()
    assert [(calls.path, calls.body) for calls in expected.calls.values()] == [("/A3/Emma", None)]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('kind = "library"', 'kind = "librry"', "connectors.library.kind: .*there are: library, responsys"),
        ('shelf = "A3"', "", "connectors.library.shelf: is missing"),
        ('book = "Emma"', "", "destinations.readers.book: is missing"),
        ('"lend_book"', '"lend_bok"', 'did you mean "lend_book"'),
        (
            'action = "lend_book"\nbook = "Emma"',
            'action = "custom_event"\nevent = "E"',
            'destinations.readers.action: "custom_event" is not an action of connector "library"; '
            "there is: lend_book",
        ),
    ],
)
def test_its_configuration_is_checked_like_any_other(worker, tmp_path, before, after, problem):
    with pytest.raises(Misconfigured, match=problem):
        configure(worker, tmp_path, LIBRARY.replace(before, after))


def test_every_kind_has_options_and_limits_for_its_actions(desk):
    for kind in KINDS.values():
        functions = {function for action in kind.actions.values() for function in action.functions}
        assert kind.schemas().destinations.keys() == kind.actions.keys()
        assert {kind.poll_function, *functions} - {None} <= kind.default_limits.keys()
    names = [name for kind in KINDS.values() for name in kind.actions]
    assert len(names) == len(set(names))
