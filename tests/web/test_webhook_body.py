"""Bodies of Responsys' webhooks, pure."""

import json

import pytest

from pipeline.web.webhook_body import NoEvents, read_webhook

CLICK = {
    "campaignId": "31", "campaignName": "Spring", "riid": "007", "customerId": "C-7", "channelType": "Email",
    "failureType": "EMAIL_CLICKED", "optionalData": {"props": {"prop": {"name": "OFFER", "value": "hats"}}},
}  # fmt: skip
BOUNCE = {
    "campaignId": "31", "campaignName": "Spring", "riid": "8", "recipient": "Ada <ADA@example.com>",
    "channelType": "Email", "failureType": "EMAIL_BOUNCED", "failureReason": "MAILBOX_FULL",
}  # fmt: skip
OPT_OUT = {"riid": "9", "customerId": None, "channelType": "Email", "failureType": "EMAIL_OPTOUT"}
LONG = (10**30, "9" * 1_001, "9" * 10_000)
ONE, TWO = json.dumps(CLICK), json.dumps(OPT_OUT)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ONE, ["CLICK"]),
        (f"[{ONE}, {TWO}]", ["CLICK", "OPT_OUT"]),
        (f"{ONE},\n{TWO}", ["CLICK", "OPT_OUT"]),
        (f" [{TWO}]\n", ["OPT_OUT"]),
        ("[]", []),
    ],
)
def test_one_object_an_array_and_objects_between_commas_are_read(body, words):
    assert [event.word for event in read_webhook(body.encode()).events] == words


def test_the_values_of_an_event():
    [click, bounce] = read_webhook(json.dumps([CLICK, BOUNCE]).encode()).events

    assert (click.riid, click.address, click.campaign, click.customer) == ("7", "", "31", "C-7")
    assert click.values == {"campaign_name": "Spring", "channel": "Email", "other": {"OFFER": "hats"}}
    assert (bounce.riid, bounce.address, bounce.is_known) == ("8", "ada@example.com", True)
    assert bounce.values == {"campaign_name": "Spring", "reason": "MAILBOX_FULL", "channel": "Email"}


def test_several_properties_come_as_an_array():
    several = [{"name": "A", "value": "1"}, {"name": "B", "value": 2}, {"name": "C"}, "D"]
    body = {**CLICK, "optionalData": {"props": {"prop": several}}}

    assert read_webhook(json.dumps(body).encode()).events[0].values["other"] == {"A": "1", "B": "2"}


def test_content_is_told_apart_whatever_its_order_and_spaces():
    turned = json.dumps(dict(reversed(CLICK.items())), indent=2)
    body = read_webhook(f"[{ONE}, {turned}, {json.dumps({**CLICK, 'campaignId': '32'})}]".encode())

    digests = [event.digest for event in body.events]
    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def test_unknown_types_are_kept():
    [event] = read_webhook(json.dumps({**OPT_OUT, "failureType": "Fax_Sent"}).encode()).events

    assert (event.type, event.word, event.is_known) == ("FAX_SENT", "FAX_SENT", False)


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ("7", "it is no object"),
        ('{"riid": "7"}', "failureType names no type"),
        ('{"riid": "7", "failureType": "two words"}', "failureType names no type"),
        ('{"riid": "7", "failureType": ["EMAIL_CLICKED"]}', "failureType is no text"),
        ('{"riid": "seven", "failureType": "EMAIL_CLICKED"}', "riid is no number of a recipient"),
        ('{"riid": "18446744073709551616", "failureType": "A"}', "riid is no number of a recipient"),
        (
            '{"recipient": "+4915100000001", "failureType": "SMS_FAILED"}',
            "it has neither a riid nor an address",
        ),
        (
            '{"riid": "7", "failureType": "A", "customerId": "\\u0000"}',
            "it holds a value that cannot be kept",
        ),
        (
            '{"riid": "7", "failureType": "A", "customerId": "\\ud800"}',
            "it holds a value that cannot be kept",
        ),
        *(
            (f'{{"riid": {digits}, "failureType": "A"}}', "riid is no number of a recipient")
            for digits in LONG
        ),
        ('{"riid": 1e999, "failureType": "A"}', "riid is no text"),
        ('{"riid": "7", "failureType": "A", "campaignId": NaN}', "campaignId is no text"),
        ('{"riid": "7", "failureType": "A", "campaignId": ["' + "[" * 500 + '"]}', "campaignId is no text"),
        (
            b'{"riid": "7", "failureType": "A", "customerId": "\xed\xa0\xbd"}',
            "it holds a value that cannot be kept",
        ),
        (
            b'{"riid": "7", "failureType": "A", "customerId": "M\xfcller"}',
            "it holds a value that cannot be kept",
        ),
    ],
)
def test_an_odd_element_is_refused_by_its_position_and_the_others_are_kept(element, reason):
    written = element if isinstance(element, bytes) else element.encode()

    body = read_webhook(b"%s,\r%s,%s" % (ONE.encode(), written, TWO.encode()))

    assert ([event.word for event in body.events], body.refused) == (["CLICK", "OPT_OUT"], [(1, reason)])


@pytest.mark.parametrize(
    "content", [b"", b" ", b"{", b"click", b"{},", b"\xff", b"<a/>", ONE.encode() + b"]", b"[" * 10**5]
)
def test_what_is_no_json_is_refused_whole(content):
    with pytest.raises(NoEvents):
        read_webhook(content)


def test_a_recipient_of_comments_alone_is_no_address():
    """The reader of addresses goes one call deeper for each; with a riid the event counts."""
    body = read_webhook(json.dumps({**CLICK, "recipient": "(" * 60_000 + "a@example.com"}).encode())

    assert [(event.riid, event.address) for event in body.events] == [("7", "")]
