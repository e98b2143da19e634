"""Agreement of consents: their sources tell wishes, and only their audiences carry them to other systems."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model.consent_account import ConsentAccount
from pipeline.model.source import EventsSource, SalesforceSource, Source
from pipeline.records.documents import Documents
from pipeline.records.pair_reading import consent_account
from pipeline.records.record_reading import source
from schemas.document import quoted
from schemas.opt_out_fields import opt_out_problem

CARRIED = "opted_out"  # the variable that says a wish
PERMISSION = "consent"  # of an audience_export, and the variable that says it in words
WISHES: Mapping[str, tuple[str, ...]] = {
    "email": ("OPT_OUT", "OPT_IN", "COMPLAINT"),
    "sms": ("SMS_OPT_OUT", "SMS_OPT_IN"),
}
WITH_WISHES = ("Lead", "Contact")  # objects with boxes of opting out
FIELDS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"(?:Person)?HasOptedOutOfEmail", re.IGNORECASE),
    "sms": re.compile(r"HasOptedOutOf(?:Sms|Mobile)\w*", re.IGNORECASE),
}
PERMISSION_CHANNELS: Mapping[str, str] = {"email": "email", "sms": "mobile"}
NOT_ALONE = ("columns", "fields", "memberships")  # options of an export that writes more than a status


def consents_that_differ(after: Documents) -> Iterator[str]:
    """Yield a problem for each source that tells no wish, and for a second account of a channel."""
    first: dict[str, str] = {}
    for name, document in after["consents"].items():
        wanted = consent_account(name, document)
        for stream in wanted.sources:
            problems = unfit_source(wanted, source(stream, after["sources"][stream]))
            yield from (f"consents.{name}.sources: {text}" for text in problems)
        if (other := first.setdefault(wanted.channel, name)) != name:
            yield f'consents.{name}.channel: "{other}" has the consents of this channel already'


def unfit_source(wanted: ConsentAccount, stream: Source) -> Iterator[str]:
    """Yield the reason why a source tells no wish for a channel."""
    wishes = WISHES[wanted.channel]
    if isinstance(stream, SalesforceSource):
        if not stream.is_stream:
            yield f'"{stream.name}" is a snapshot; consents look at streams alone'
        elif stream.object not in WITH_WISHES:
            yield f'"{stream.name}" reads {stream.object}, which has no box of opting out'
    elif not isinstance(stream, EventsSource):
        kinds = "kind salesforce or responsys_events"
        yield f'"{stream.name}" is of kind {stream.kind}; consents need sources of {kinds}'
    elif stream.types and not {*stream.types} & {*wishes}:
        yield f'"{stream.name}" has no event that tells a wish: {", ".join(wishes)}'


def wishes_without_consent(after: Documents) -> Iterator[str]:
    """Yield a problem for each destination that writes a wish which no consent tells."""
    carried = {document["audience"]: document["channel"] for document in after["consents"].values()}
    for name, document in after["destinations"].items():
        channel = carried.get(document["audience"])
        for key, text in (*unfit_fields(document, channel), *unfit_permission(document, channel)):
            yield f"destinations.{name}.{key}: {text}"


def unfit_fields(document: Mapping[str, Any], channel: str | None) -> Iterator[tuple[str, str]]:
    """Yield the opt-out fields that get another value than a consent's for their channel."""
    for variable, field in (document.get("fields") or {}).items():
        problem = opt_out_problem(field) if isinstance(field, str) else None
        if problem is None:
            continue
        key = f"fields.{quoted(variable)}"
        if channel is None:
            yield key, f'{problem}, and none activates "{document["audience"]}"'
        elif variable != CARRIED:
            yield key, f'{problem}, whose variable is "{CARRIED}"'
        elif not FIELDS[channel].fullmatch(field):
            yield key, f'"{field}" is no box of the channel {channel}, whose consent this is'


def unfit_permission(document: Mapping[str, Any], channel: str | None) -> Iterator[tuple[str, str]]:
    """Yield the options of an export of consents that would do more than write the status."""
    if channel is None or document.get("permission") != PERMISSION:
        return
    if document.get("insert_on_no_match"):
        yield "insert_on_no_match", f'must be false: permission = "{PERMISSION}" adds nobody to the list'
    for option in (option for option in NOT_ALONE if document.get(option)):
        yield option, f'does not go with permission = "{PERMISSION}", which writes the status alone'
    if document.get("permission_channel", "email") != PERMISSION_CHANNELS[channel]:
        wanted = PERMISSION_CHANNELS[channel]
        yield "permission_channel", f'must be "{wanted}": the consents are those of the channel {channel}'
