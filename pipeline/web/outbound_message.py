"""Outbound messages of Salesforce: SOAP that tells which objects have changed; nothing else is read of them.

Source: SOAP API Developer Guide, ``sforce_api_om_outboundmessaging_notifications.htm``. The values are those
of the time of sending, nothing is signed, and ``SessionId`` is not to be used.
"""

from dataclasses import dataclass

from defusedxml.ElementTree import fromstring

from pipeline.model.salesforce_id import full_or_none

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
UNREADABLE = (SyntaxError, ValueError, LookupError)  # no XML, a DTD or an entity, an unknown encoding
ACK = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>'
    "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)


class NoMessage(Exception):
    """A body that is no outbound message; says why, without its values."""


@dataclass(frozen=True)
class OutboundMessage:
    """One message; a record that was deleted meanwhile has no object in it."""

    org: str  # id of 18 characters
    objects: frozenset[str]  # "Lead"


def read_message(content: bytes) -> OutboundMessage:
    """Read the body of a request; raises NoMessage."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except UNREADABLE as error:
        raise NoMessage(f"it is no XML that is read here ({type(error).__name__})") from None
    found = root.find(f"{SOAP}Body/{OUTBOUND}notifications")
    if root.tag != f"{SOAP}Envelope" or found is None:
        raise NoMessage("it is no SOAP envelope with notifications")
    notifications = found.findall(f"{OUTBOUND}Notification")
    if not notifications:
        raise NoMessage("it holds no Notification")
    org = full_or_none((found.findtext(f"{OUTBOUND}OrganizationId") or "").strip())
    if org is None:
        raise NoMessage("its OrganizationId is no id of Salesforce")
    records = (each.find(f"{OUTBOUND}sObject") for each in notifications)
    types = (record.get(TYPE, "") for record in records if record is not None)
    return OutboundMessage(org, frozenset(name.rpartition(":")[2] for name in types if name))
