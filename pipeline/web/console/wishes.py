"""``/wishes``: wishes for channels. The name of a person stands in forms alone, never in an address."""

from typing import Any

from flask import Response, request

from pipeline.consents.statement import IN, OUT, Wish
from pipeline.errors import Misconfigured
from pipeline.model.consent_account import ConsentAccount
from pipeline.operate.consent_bursts import read_bursts, release_bursts
from pipeline.operate.consent_explaining import explain_consents
from pipeline.operate.consent_overview import read_overview
from pipeline.operate.consent_refusals import verdicts_in_words
from pipeline.operate.consents import WishCommand
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_form
from pipeline.web.console.pages import done, failed, go_to, page
from pipeline.web.console.presses import once
from pipeline.web.context import actor, stores
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis
from schemas.http import ExplainBody, WishForm

MEANING = {
    OUT: "Destinations that honour these consents send nothing more to the address, and both sides are told.",
    IN: "A new epoch begins: what was said before no longer counts. It needs that person's own wish.",
}

wishes = ConsoleBlueprint("wishes")


@wishes.get("/wishes")
@needs("operate")
def show_all() -> Response:
    """Show each consents record, and the opt-outs that have not reached the other side; ask for a person."""
    return overview()


@wishes.post("/wishes")
@needs("operate")
def explain() -> Response:
    """Answer the auditor's question about a person; an activity notes the look, without the text."""
    if not request.form.get("person"):
        return overview(422, problem="Give a person.")
    asked = read_form(ExplainBody)["person"]
    return overview(asked=asked, explained=explain_consents(stores(), actor(), asked))


@wishes.post("/wishes/<name>/confirm")
@needs("operate")
def confirm(name: str) -> Response:
    """Ask once more before a wish is stated."""
    account, form = account_of(name), read_form(WishForm)
    wish = form["wish"]
    heading = f"Take {'back in' if wish == IN else 'out'}: {account.name}?"
    return page("wish_confirm", heading, name=name, meaning=MEANING[wish], **form)


@wishes.post("/wishes/<name>/say")
@needs("operate")
def say(name: str) -> Response:
    """State a wish, once; a worker tells both sides."""
    account, form, said = account_of(name), read_form(WishForm), list[str]()

    def do() -> str:
        said.append(state_wish(account, form["wish"], form["person"], form["reason"]))
        return "/wishes"

    try:
        place = once(answering_redis(), do, "/wishes")
    except Misconfigured as error:
        problem = str(error)
        return failed("/wishes", f"{problem[:1].upper()}{problem[1:]}.")
    return done(place, said[0]) if said else go_to(place)


@wishes.get("/wishes/<name>/resume")
@needs("operate")
def ask(name: str) -> Response:
    """Ask once more before a burst is passed on."""
    account_of(name)
    held = [burst for burst in read_bursts(stores()) if burst.name == name]
    if not held:
        return failed("/wishes", f'Consents "{name}" are not held.')
    amount = sum(burst.amount for burst in held)
    return page("wish_resume", f"Pass on {amount:,} opt-outs?", name=name, held=held, amount=amount)


@wishes.post("/wishes/<name>/resume")
@needs("operate")
def resume(name: str) -> Response:
    """Pass on the wishes that bursts hold, once for each form that was shown."""
    account_of(name)
    said: list[str] = []

    def do() -> str:
        amount = release_bursts(stores(), actor(), name).activations
        said.append(f'Consents "{name}" are passed on again: {amount:,} on their way.')
        return "/wishes"

    place = once(answering_redis(), do, "/wishes")
    return done(place, said[0]) if said else go_to(place)


def overview(status: int = 200, **values: Any) -> Response:
    """Return the page."""
    found = read_overview(stores(), stores().records_without_secrets.load())
    names = {one.status.account.channel: one.status.account.name for one in found}
    words = {"evidence": in_words, "verdicts": verdicts_in_words}
    return page("wishes", "Wishes", status, found=found, names=names, **words, **values)


def account_of(name: str) -> ConsentAccount:
    """Return the consents of a name; raises Problem if there are none."""
    catalog = stores().records_without_secrets.load()
    if name not in catalog.consents:
        raise Problem("not-found", "There are no consents of this name; /wishes lists them.")
    return catalog.consents[name]


def state_wish(account: ConsentAccount, wish: Wish, text: str, reason: str) -> str:
    """State a wish for all addresses that a text names; return their states after it, in words."""
    catalog = stores().records_without_secrets.load()
    found = WishCommand(stores(), actor(), catalog, account).say(wish, text, reason)
    states = ", ".join(f"{one.address[:12]}… is {one.status}, epoch {one.epoch}" for one in found)
    return f"{states}. A worker tells both sides within seconds."


def in_words(evidence: dict[str, Any] | None) -> str:
    """Write an evidence on one line."""
    return "erased" if evidence is None else ", ".join(f"{name} {value}" for name, value in evidence.items())
