"""Actions against the Responsys emulator, in a process of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.deliver.plan import taught as lay_over
from pipeline.errors import CallError
from pipeline.model.action import Action, Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.model.destination import Destination
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.wire.session import open_session
from tests.emulators.conftest import Emulator, running


@pytest.fixture(scope="session")
def emulator_address() -> Iterator[str]:
    with running("--members", "10", "--window", "1000000000") as url:
        yield url


@pytest.fixture
def emulator(emulator_address: str) -> Iterator[Emulator]:
    """Yield the emulator as new; it has demo-0@example.com to demo-9@example.com."""
    emulator = Emulator(emulator_address)
    emulator.order("reset", {})
    with emulator.http:
        yield emulator


@pytest.fixture
def run(connector, emulator, redis, vault, read_timeout) -> Iterator[Callable[..., list[Rejection | None]]]:
    """Takes rows through all steps of an action, and returns their verdicts."""
    account = replace(connector, auth_endpoint=emulator.url, password="secret")
    with open_session() as session:
        tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)
        client = Client(account, tokens, session=session, read_timeout=read_timeout)

        def run(action: type[Action], destination: Destination, *rows: Activation) -> list[Rejection | None]:
            assert len({action(account, destination).shape(row) for row in rows}) == 1
            verdicts: list[Rejection | None] = [None] * len(rows)
            known: set[str] = set()
            taught = list(rows)
            for step in action(account, destination).steps(rows):
                left = [position for position, why in enumerate(verdicts) if why is None]
                if left and step.sets_up not in known:
                    answers, learned = done(client, step, [taught[position] for position in left], known)
                    for position, why in zip(left, answers, strict=True):
                        verdicts[position] = why
                    for number, identifiers in learned.items():
                        taught[left[number]] = lay_over(taught[left[number]], identifiers)
            return verdicts

        yield run


def done(
    client: Client, step: Step, rows: Sequence[Activation], known: set[str]
) -> tuple[Verdicts, Mapping[int, Identifiers]]:
    """Do one step, and return what it learns; what a set-up step finds or makes is known from then on."""
    try:
        answer: Any = client.send(step.call(rows))
    except CallError as error:
        if error.code not in step.settled_by:
            raise
        return [None] * len(rows), {}
    verdicts = step.verdicts(rows, answer)
    if step.sets_up and (step.found is None or step.found(answer)):
        known.add(step.sets_up)
    return verdicts, step.learn(rows, answer) if step.learn else {}
