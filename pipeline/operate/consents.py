"""Consents as people say them: which are meant, of whom, and wishes that a command states."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consents.addresses import digest_of_address, handles_of_people, stand_in
from pipeline.consents.saying import Saying, waiting_name
from pipeline.consents.statement import Wish
from pipeline.consents.untold import people_of
from pipeline.errors import Misconfigured, PipelineError
from pipeline.model.consent_account import ConsentAccount
from pipeline.operate.activity import Actor, note_alone
from pipeline.people.find import find_people
from pipeline.records.catalog import Catalog
from pipeline.runtime.consent_passing import ConsentPassing
from pipeline.runtime.stores import Stores
from pipeline.stores.consent_tables import consent_states
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import outgoing
from pipeline.text.messages import unknown

LONGEST_ADDRESS = 320  # characters


@dataclass(frozen=True)
class MeantAddress:
    """An address that a person has named; ``plain``: itself, "" if it is known as a digest alone."""

    digest: str
    plain: str = ""


@dataclass(frozen=True)
class SaidWish:
    """The outcome of a command for one address."""

    address: str
    consents: str
    channel: str
    status: str
    epoch: int
    statement: int
    passed_on: bool  # False: a worker passes it on
    redis_answers: bool = True

    @property
    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {name: value for name, value in vars(self).items() if name != "redis_answers"}


def consents_meant(catalog: Catalog, name: str | None, channel: str | None) -> ConsentAccount:
    """Return the consents of a name or a channel; without either the only ones there are.

    Raises Misconfigured if there are none, or several.
    """
    if name is not None and name not in catalog.consents:
        raise Misconfigured(unknown("consents", name, catalog.consents))
    found = [
        account
        for account in catalog.consents.values()
        if name in (None, account.name) and channel in (None, account.channel)
    ]
    if len(found) == 1:
        return found[0]
    if not catalog.consents:
        raise Misconfigured("there are no consents: [consents.NAME] in the configuration makes them")
    names = ", ".join(f"{one.name} ({one.channel})" for _, one in sorted(catalog.consents.items()))
    if not found:
        raise Misconfigured(f'no such consents are for the channel "{channel}"; there are: {names}')
    raise Misconfigured(f"say which consents are meant, by --name or --channel; there are: {names}")


def addresses_meant(connection: Connection, text: str) -> list[MeantAddress]:
    """Return the addresses that a text names: one, or those of a person, RIID or id of Salesforce.

    RIIDs of the person, of which something was said before an address was known, are meant as well.
    """
    text = text.strip()
    people = find_people(connection, text) if text else []
    if is_address(text):
        named = [MeantAddress(digest_of_address(text), text.lower())]
    elif is_digest(text):
        named = [MeantAddress(text.lower())]
        people = list(people_of(connection, [named[0].digest]).values())
    else:
        named = addresses_of(connection, people)
    known = {one.digest for one in named}
    return [*named, *(MeantAddress(one) for one in spoken_of(connection, people) if one not in known)]


def addresses_of(connection: Connection, people: Collection[int]) -> list[MeantAddress]:
    """Return the addresses of people."""
    known = handles_of_people(connection, set(people)) if people else {}
    return [
        MeantAddress(digest, plain_of(known[person].emails, digest))
        for person in sorted(known)
        for digest in known[person].digests
    ]


def spoken_of(connection: Connection, people: Collection[int]) -> list[str]:
    """Return the stand-ins for addresses of people of which something was said."""
    known = handles_of_people(connection, set(people)) if people else {}
    stand_ins = [stand_in(*riid) for one in known.values() for riid in one.riids]
    said = select(consent_states.c.address).where(consent_states.c.address.in_(stand_ins)).distinct()
    return list(connection.scalars(said.order_by(consent_states.c.address))) if stand_ins else []


def plain_of(emails: Sequence[tuple[int, str, str | None]], digest: str) -> str:
    """Return the address of a digest, "" if it is not known."""
    return next((label or "" for _, value, label in emails if value == digest), "")


def is_address(text: str) -> bool:
    """Tell whether a text may be an address: a slip is not kept as a person for good."""
    local, _, domain = text.rpartition("@")
    is_whole = text.isprintable() and not any(sign.isspace() for sign in text)
    return bool(local and domain) and len(text) <= LONGEST_ADDRESS and is_whole


def is_digest(text: str) -> bool:
    """Tell whether a text is the SHA-256 of an address, as lists of consents have it."""
    return len(text) == 64 and all(sign in "0123456789abcdefABCDEF" for sign in text)


@dataclass(frozen=True)
class WishCommand:
    """States wishes by one command: each is committed, then passed on; ``passing`` None: by a worker."""

    stores: Stores
    actor: Actor
    catalog: Catalog
    account: ConsentAccount
    passing: Callable[[], ConsentPassing] | None = None

    def say(self, wish: Wish, text: str, reason: str = "") -> list[SaidWish]:
        """State a wish for all addresses that a text names; an activity notes it, without the text.

        Raises Misconfigured if the text names no known person, or if these consents never take a person back
        in.
        """
        destinations = [one.name for one in self.catalog.for_audience(self.account.audience)]
        evidence = {"by": self.actor.name, **({"reason": reason} if reason else {})}
        with self.stores.events.begin() as connection:
            meant = addresses_meant(connection, text)
            if not meant:
                raise Misconfigured("nobody is known by that; give an address")
            saying = Saying(connection, self.account, destinations)
            noted = [saying.say(wish, one.digest, evidence, plain=one.plain) for one in meant]
        note_alone(self.stores.engine, self.actor, f"consent.{wish}", f"consents:{self.account.name}", reason)
        passed_on, redis_answers = self._pass_on()
        return [
            SaidWish(
                one.statement.address,
                self.account.name,
                self.account.channel,
                one.after.status or "unknown",
                one.after.epoch,
                one.id,
                passed_on,
                redis_answers,
            )
            for one in noted
        ]

    def _pass_on(self) -> tuple[bool, bool]:
        """Pass on wishes; return whether none of them waits any more, and whether Redis answers.

        While another process passes them on, it may have missed the latest.
        """
        if self.passing is None:
            return False, True
        try:
            self.passing().pass_on(self.account)
        except PipelineError:
            return False, False
        waits = select(outgoing.c.number).where(outgoing.c.source == waiting_name(self.account.name))
        with reading(self.stores.events) as connection:
            return connection.scalar(waits.limit(1)) is None, True
