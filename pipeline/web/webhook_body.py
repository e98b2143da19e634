"""Bodies of Responsys' webhooks: events in JSON, each read on its own.

Source: reference of event notifications. All values are texts, the type is in ``failureType`` even of a
click, and the samples show objects separated by commas without brackets.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

import msgspec

from pipeline.model.hook_event import HookEvent
from pipeline.people.record_identity import riid_of, short_digest

TYPE = re.compile(r"[A-Za-z0-9_]{1,64}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
LONGEST_ADDRESS = 254  # characters
RIIDS = 2**64
VALUES = {"campaign_name": "campaignName", "reason": "failureReason", "channel": "channelType"}
encode = msgspec.json.Encoder(order="sorted").encode
LONGEST_NUMBER = 1_000  # digits; a longer one is text


def read_number(digits: str) -> int | str:
    """Read a whole number: one that Python refuses to read is the fault of its element alone."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


# Not strict, for halves of pairs and line ends in texts are the fault of their element, too.
decode = json.JSONDecoder(strict=False, parse_int=read_number).decode


class NoEvents(Exception):
    """A body that is not JSON."""


class OddElement(Exception):
    """An element that is no event; says why, without its values."""


@dataclass
class WebhookBody:
    """The events of a body, and for each other element its position, from 0, and why it is none."""

    events: list[HookEvent] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_webhook(content: bytes) -> WebhookBody:
    """Read one object, an array, or objects separated by commas; raises NoEvents."""
    body = WebhookBody()
    for position, element in enumerate(elements_of(content)):
        try:
            body.events.append(read_element(element))
        except OddElement as error:
            body.refused.append((position, str(error)))
    return body


def elements_of(content: bytes) -> list[Any]:
    """Split a body; the elements may be any JSON."""
    try:
        text = content.decode("utf-8-sig", "surrogateescape").strip()
        if not text:
            raise NoEvents("the body is empty")
        found: list[Any] = decode(text if text.startswith("[") else f"[{text}]")
    except (ValueError, RecursionError):
        raise NoEvents("the body is no JSON object, array, or objects separated by commas") from None
    return found


def read_element(element: Any) -> HookEvent:
    """Read one event; raises OddElement."""
    if not isinstance(element, dict):
        raise OddElement("it is no object")
    content = content_of(element)
    kind = text_at(element, "failureType")
    if not TYPE.fullmatch(kind):
        raise OddElement("failureType names no type")
    riid, address = read_riid(element), read_address(text_at(element, "recipient"))
    if not riid and not address:
        raise OddElement("it has neither a riid nor an address")
    return HookEvent(
        type=kind.upper(),
        digest=short_digest(content),
        riid=riid,
        address=address,
        campaign=text_at(element, "campaignId"),
        customer=text_at(element, "customerId"),
        values=values_of(element),
    )


def content_of(element: Mapping[str, Any]) -> bytes:
    """Return the content of an element, which does not depend on the order of its values."""
    try:
        content = encode(element)
    except (ValueError, ArithmeticError, RecursionError):
        raise OddElement("it holds a value that cannot be kept") from None
    if b"\\u0000" in content:
        raise OddElement("it holds a value that cannot be kept")
    return content


def text_at(element: Mapping[str, Any], name: str) -> str:
    """Return a value as text, "" if it is absent or null."""
    value = element.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise OddElement(f"{name} is no text")
    return str(value).strip()


def read_riid(element: Mapping[str, Any]) -> str:
    """Return the RIID in digits, "" if there is none."""
    text = text_at(element, "riid")
    riid = riid_of(text)
    if text and (not riid or int(riid) >= RIIDS):
        raise OddElement("riid is no number of a recipient")
    return riid


def read_address(recipient: str) -> str:
    """Return the address in lower case; "": the recipient is none, but a telephone or a device."""
    try:
        address = parseaddr(recipient)[1].strip().lower()
    except RecursionError:  # comments within comments
        return ""
    return address if len(address) <= LONGEST_ADDRESS and ADDRESS.fullmatch(address) else ""


def values_of(element: Mapping[str, Any]) -> dict[str, Any]:
    """Return the further values; of several properties of one name the last counts."""
    found: dict[str, Any] = {name: text_at(element, theirs) for name, theirs in VALUES.items()}
    found["other"] = properties_of(element.get("optionalData"))
    return {name: value for name, value in found.items() if value}


def properties_of(data: Any) -> dict[str, str]:
    """Return names and values; Responsys writes one property as an object, several as an array."""
    props = data.get("props") if isinstance(data, dict) else None
    found = props.get("prop") if isinstance(props, dict) else None
    items = found if isinstance(found, list) else [found]
    return {
        str(item["name"]): str(item["value"])
        for item in items
        if isinstance(item, dict) and item.get("name") is not None and item.get("value") is not None
    }
