"""``activation consent``: a person's wishes for a channel, their sources, and the systems that know them."""

import json
import sys
from functools import partial

import click

from pipeline.cli.consent_output import print_consent, print_parity
from pipeline.cli.event_output import print_remark
from pipeline.cli.lazy_group import Group
from pipeline.cli.reading import records_to_read
from pipeline.consents.statement import IN, OUT, Wish
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.consent_explaining import explain_consents
from pipeline.operate.consent_parity import read_parity
from pipeline.operate.consents import WishCommand, consents_meant
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.runtime.consent_passing import ConsentPassing
from pipeline.runtime.stores import Stores, open_stores

PERSON = click.argument("person", metavar="ADDRESS|PERSON|ID|-")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
NAME = click.option("--name", metavar="NAME", help="The consents that are meant, if there are several.")
CHANNEL = click.option("--channel", metavar="CHANNEL", help="The same by their channel: email, sms.")
REASON = click.option("--reason", default="", metavar="TEXT", help="Kept with the statement.")
WITHOUT_REDIS = "A worker passes it on when Redis answers."
AT_IT = "A worker passes it on."


@click.group(cls=Group)
def consent() -> None:
    """What people wish for a channel: who is out, by whose wish, and who was told."""


@consent.command()
@PERSON
@AS_JSON
@click.pass_context
def explain(context: click.Context, person: str, *, as_json: bool) -> None:
    """Show why a person is not written to: since when, by whose wish, and when each system knew.

    The person is named by an address, person:NUMBER, an id of Salesforce, a RIID, or the SHA-256 of an
    address; "-" reads it from standard input, so that it is in no list of processes. The look is kept as an
    activity, without the name. Exits with 2 if nothing was ever said.
    """
    text = read_person(person)
    with open_stores() as stores:
        found = explain_consents(stores, person_at_terminal(), text)
    if as_json:
        click.echo(json.dumps({"consents": found}, indent=2, ensure_ascii=False))
    if not found:
        print_remark("Nothing was ever said of this person's wishes.")
        context.exit(2)
    for one in () if as_json else found:
        print_consent(one)


@consent.command()
@PERSON
@NAME
@CHANNEL
@REASON
@AS_JSON
def out(person: str, name: str | None, channel: str | None, reason: str, *, as_json: bool) -> None:
    """Take a person out: nothing more is sent to the address, and both sides are told.

    "-" reads the address from standard input.
    """
    state_wish(OUT, person, name, channel, reason, as_json=as_json)


@consent.command("in")
@PERSON
@NAME
@CHANNEL
@REASON
@AS_JSON
def in_(person: str, name: str | None, channel: str | None, reason: str, *, as_json: bool) -> None:
    """Take a person back in: a new epoch begins, and both sides are told. It needs that person's own wish.

    What was said before no longer counts, also where it comes in late. "-" reads the address from standard
    input.
    """
    state_wish(IN, person, name, channel, reason, as_json=as_json)


@consent.command()
@AS_JSON
@click.pass_context
def parity(context: click.Context, *, as_json: bool) -> None:
    """List who is out on one side only, and verify the chain of statements.

    Salesforce is known by its records as they were last read, Responsys by its answers. Exits with 1 if there
    is any, or if a statement was changed or taken away.
    """
    with open_stores() as stores:
        found = read_parity(stores, records_to_read(stores).load())
    fault = found["chain"]["fault"]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_parity(found)
    if found["parity"] or fault:
        context.exit(1)


def read_person(person: str) -> str:
    """Return ``person``, or for "-" the first line of standard input.

    Bytes that are no UTF-8 are kept as surrogates, so that they match no address.
    """
    if person != "-":
        return person
    return sys.stdin.buffer.readline().decode(errors="surrogateescape").strip()


def passing_of(stores: Stores, catalog: Catalog) -> ConsentPassing:
    """Return the object that passes wishes on; raises Misconfigured if Redis does not answer."""
    return ConsentPassing(stores.events, Appender(stores.redis, stores.doorbell), catalog)


def state_wish(
    wish: Wish, person: str, name: str | None, channel: str | None, reason: str, *, as_json: bool
) -> None:
    """State a wish, and print the state of each address after it."""
    text = read_person(person)
    with open_stores() as stores:
        catalog = stores.records.load()
        account = consents_meant(catalog, name, channel)
        passing = partial(passing_of, stores, catalog)
        command = WishCommand(stores, person_at_terminal(), catalog, account, passing)
        found = command.say(wish, text, reason)
    if as_json:
        click.echo(json.dumps({"consents": [one.document for one in found]}, indent=2))
        return
    for one in found:
        text = f'{one.address[:12]}… is {one.status} by the consents "{one.consents}", epoch {one.epoch}.'
        waits = AT_IT if one.redis_answers else WITHOUT_REDIS
        click.echo(text if one.passed_on or account.watches else f"{text} {waits}")
