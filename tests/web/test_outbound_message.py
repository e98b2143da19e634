"""pipeline.web.outbound_message: SOAP that comes from outside."""

import pytest

from pipeline.web.outbound_message import NoMessage, OutboundMessage, read_message
from tests.web.messages import ORG, message

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>"""


def test_a_message_names_its_org_and_its_objects():
    assert read_message(message("Lead", "Contact", "Lead")) == OutboundMessage(
        ORG, frozenset({"Lead", "Contact"})
    )


def test_an_org_of_15_characters_is_the_same():
    assert read_message(message("Lead", org=ORG[:15])).org == ORG


def test_a_record_that_was_deleted_meanwhile_names_no_object():
    bare = message("Lead").replace(b'xsi:type="sf:Lead"', b'xsi:nil="true"')

    assert read_message(bare).objects == frozenset()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is no XML"),
        (b"<a", "it is no XML"),
        (b"{}", "it is no XML"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "it is no XML"),
        (message("Lead").replace(b"<soapenv:Envelope", BOMB.encode() + b"<soapenv:Envelope"), "it is no XML"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DTDForbidden"),
        (b"<a/>", "no SOAP envelope"),
        (message(), "no Notification"),
        (message("Lead", org="00D000000000001ZZZ"), "no id of Salesforce"),
        (message("Lead", org=""), "no id of Salesforce"),
        (message("Lead")[:-20], "it is no XML"),
    ],
)
def test_anything_else_is_refused(body, why):
    with pytest.raises(NoMessage, match=why):
        read_message(body)


def test_deep_nesting_is_read_to_its_end():
    depth = 100_000

    with pytest.raises(NoMessage, match="no SOAP envelope"):
        read_message(b"<a>" * depth + b"</a>" * depth)
