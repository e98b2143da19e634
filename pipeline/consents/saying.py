"""Saying: a wish that a person states for an address by a command, or as the answer to a conflict."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.consents.addresses import (
    STAND_IN,
    handles_of_people,
    nonempty_identifiers,
    plain_address,
    profile_of,
)
from pipeline.consents.conflict_questions import close_conflicts
from pipeline.consents.noting import Noted, Noting, now_ms
from pipeline.consents.state_store import read_states
from pipeline.consents.statement import IN, Kind, Statement, Wish
from pipeline.consents.telling import Addressed, Telling
from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation
from pipeline.model.consent_account import ConsentAccount
from pipeline.people.handle_book import HandleBook
from pipeline.streams import stream_outbox

COMMAND = "command"  # the source of a person's statement


@dataclass(frozen=True)
class Saying:
    """Says wishes for one consents record in one transaction; both sides are told in any case."""

    connection: Connection
    account: ConsentAccount
    destinations: Sequence[str]  # of its audience
    clock: Callable[[], int] = field(default=now_ms)

    def say(self, wish: Wish, address: str, evidence: Mapping[str, str], *, plain: str = "") -> Noted:
        """Note a wish for an address, known by its digest, and put the activations for both sides.

        ``plain``: the address itself, if it is known; without it the person is told of by other identifiers.
        Raises Misconfigured if the consents take no person back in.
        """
        if wish == IN and self.account.again == "never":
            raise Misconfigured(
                f'consents "{self.account.name}" have again = "never": nobody is taken back in'
            )
        addressed = self._addressed(address, plain)
        kind: Kind = "conflict" if "conflict" in evidence else "command"
        statement = Statement(
            key=f"{kind}:{uuid.uuid4()}",
            address=address,
            channel=self.account.channel,
            wish=wish,
            kind=kind,
            source=COMMAND,
            proven=True,
            evidence=evidence,
        )
        [noted] = Noting(self.connection, self.account, self.clock).note([statement])
        close_conflicts(self.connection, {address}, self.account.channel, wish, evidence.get("by", COMMAND))
        stream_outbox.put_outgoing(
            self.connection, waiting_name(self.account.name), self._told(addressed), bulk=False
        )
        return noted

    def _told(self, addressed: Addressed) -> list[Activation]:
        account = self.account
        states = read_states(self.connection, account.channel, [addressed.address])
        telling = Telling(self.connection, account.told_audience, account.channel, self.destinations)
        return telling.tell(states, [addressed], self.clock())

    def _addressed(self, address: str, plain: str) -> Addressed:
        """Return the address with its person, a new one if need be."""
        book = HandleBook(self.connection)
        key = ("email", "", address)
        book.look_up([key])
        person = book.person(key)
        if person is None and not address.startswith(STAND_IN):
            person = book.add(key)
            book.store()
        known = handles_of_people(self.connection, {person} if person else set()).get(person or 0)
        if known is None:
            _, account, riid = address.split(":")
            key = ("riid", account, riid)
            book.look_up([key])
            return Addressed(address, f"person:{book.person(key) or 0}", {"riid": riid})
        label = next((label for _, digest, label in known.emails if digest == address), None)
        label = plain or label or plain_address(self.connection, person or 0, address)
        identifiers = nonempty_identifiers({"email": label, "riid": known.only_riid})
        return Addressed(address, profile_of(person, address, known), identifiers)


def waiting_name(name: str) -> str:
    """Return the name under which activations of commands wait in ``outgoing``; no source can have it."""
    return f"consents/{name}"
