"""Outbound messages: SOAP notifications of saved records, sent until they are acknowledged.

Source: SOAP API Developer Guide, ``sforce_api_om_outboundmessaging_notifications.htm``: one to a hundred
notifications in a message, values as they are when it is sent, retries ever later.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable
from html import escape
from itertools import count

import msgspec

from emulators.salesforce.org.ids import new_id
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.settings import OutboundMessage
from emulators.salesforce.soql.rows import shown

MOST_NOTIFICATIONS = 100
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 7200.0  # seconds
ANSWER_WINDOW = 60  # seconds
ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">
  <OrganizationId>{org}</OrganizationId><ActionId>{action}</ActionId><SessionId xsi:nil="true"/>
  <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/66.0/{org}</EnterpriseUrl>\
<PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/66.0/{org}</PartnerUrl>
{notifications}
 </notifications></soapenv:Body></soapenv:Envelope>"""
NOTIFICATION = """  <Notification><Id>{id}</Id><sObject xsi:type="sf:{table}" \
xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{fields}</sObject></Notification>"""


class Waiting(msgspec.Struct):
    """A notification that was not acknowledged yet."""

    id: str
    message: OutboundMessage
    record_id: str


class Outbound:
    """The notifications that wait, and the task that sends them."""

    def __init__(self, org: Org, post: Callable[[str, bytes], bytes] | None = None) -> None:
        self.org = org
        self.post = post or post_message
        self.waiting: list[Waiting] = []
        self.numbers = count(1)
        self.sent = 0
        self.failed = 0
        self.task: asyncio.Task[None] | None = None

    def note(self, table: str, values: Values) -> None:
        """Queue a notification for every message about this object."""
        for message in self.org.settings.outbound_messages:
            if message.table == table:
                self.waiting.append(Waiting(new_id("04l", next(self.numbers)), message, values["Id"]))
        if self.waiting and (self.task is None or self.task.done()):
            self.task = asyncio.get_running_loop().create_task(self.send_all())

    async def send_all(self) -> None:
        """Send waiting messages; after each failure the pause before the next try doubles."""
        pause = FIRST_PAUSE
        while self.waiting:
            first = self.waiting[0].message
            batch = [one for one in self.waiting if one.message == first][:MOST_NOTIFICATIONS]
            if await asyncio.to_thread(self.acknowledged, first, batch):
                self.sent += len(batch)
                self.waiting = [one for one in self.waiting if one not in batch]
                pause = FIRST_PAUSE
            else:
                self.failed += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def acknowledged(self, message: OutboundMessage, batch: list[Waiting]) -> bool:
        """Send one message; tell whether its answer says ``Ack true``."""
        try:
            answer = self.post(message.url, self.envelope(message, batch).encode())
        except (OSError, urllib.error.URLError):
            return False
        return b"<Ack>true</Ack>" in answer

    def envelope(self, message: OutboundMessage, batch: list[Waiting]) -> str:
        """Return a message with the values of this moment."""
        notifications = [
            NOTIFICATION.format(id=one.id, table=message.table, fields=self.fields(message, one.record_id))
            for one in batch
        ]
        return ENVELOPE.format(
            org=self.org.id, action=message.action_id, notifications="\n".join(notifications)
        )

    def fields(self, message: OutboundMessage, record_id: str) -> str:
        """Return the fields of a record as XML, without null fields; a deleted record has none."""
        values, table = self.org.find(record_id) or {}, self.org.table(message.table)
        pairs = ((name, shown(table.fields[name.lower()], values.get(name))) for name in message.fields)
        return "".join(f"<sf:{n}>{escape(str(v))}</sf:{n}>" for n, v in pairs if v is not None)


def post_message(url: str, body: bytes) -> bytes:
    """Post a message and return the answer; raises OSError."""
    headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  the URL is the test's
    with urllib.request.urlopen(request, timeout=ANSWER_WINDOW) as answer:  # noqa: S310  # nosec B310
        return bytes(answer.read())
