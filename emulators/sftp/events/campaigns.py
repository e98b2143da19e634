"""Campaigns: the cells that all rows of one message share."""

from collections.abc import Mapping
from random import Random

SHOP = "https://www.example.com/shop"
PAGES = ("shoes", "boots", "sale", "new/arrivals", "gifts?utm_source=mail&utm_campaign=spring", "hats#top")
BROWSERS = (("Windows 11", "Chrome 130", "desktop"), ("iOS 18", "Safari 18", "mobile"), ("", "", ""))
BOUNCES = (
    ("H", "USER_NOT_FOUND", "550 5.1.1 user unknown"),
    ("S", "MAILBOX_FULL", "452 4.2.2 mailbox full"),
    ("S", "CONNECTION_REFUSED", "421 4.7.0 try again later"),
)


def campaign_cells(rng: Random, account: str) -> dict[str, str]:
    """Return the cells of one message of the account; columns that are not among them are empty."""
    return {**message_cells(rng, account), **offer_cells(rng), **answer_cells(rng), **device_cells(rng)}


def message_cells(rng: Random, account: str) -> dict[str, str]:
    """Return the cells that name the message."""
    campaign = rng.randint(1, 12)
    return {
        "ACCOUNT_ID": account,
        "LIST_ID": "6143",
        "CAMPAIGN_ID": str(10_000 + campaign),
        "LAUNCH_ID": str(50_000 + campaign),
        "PROGRAM_ID": "-1",
        "EMAIL_FORMAT": rng.choice("HHHTM"),
        "EMAIL_ISP": "example.com",
        "MESSAGE_SIZE": str(rng.randint(9_000, 60_000)),
        "SEGMENT_INFO": rng.choice(("new", "loyal", "")),
        "COUNTRY_CODE": "DE",
        "MOBILE_CODE": "12345",
        "AGGREGATOR_ID": "7",
        "STATUS_CODE": rng.choice(("0", "0", "0", "", "4")),
        "APP_ID": "shop",
    }


def offer_cells(rng: Random) -> dict[str, str]:
    """Return the cells of a link and of the order that follows."""
    number = rng.randrange(len(PAGES))
    return {
        "OFFER_NAME": f"Offer {number}, {PAGES[number].partition('?')[0]}",
        "OFFER_NUMBER": str(number),
        "OFFER_CATEGORY": rng.choice(("fashion", "sale", "")),
        "OFFER_URL": f"{SHOP}/{PAGES[number]}",
        "ORDER_ID": f"O-{rng.randrange(10**6)}",
        "ORDER_TOTAL": f"{rng.randrange(500, 20_000) / 100:.2f}",
        "ORDER_QUANTITY": str(rng.randint(1, 4)),
    }


def answer_cells(rng: Random) -> dict[str, str]:
    """Return the cells of bounces, complaints, opt-ins and opt-outs."""
    kind, reason, code = rng.choice(BOUNCES)
    return {
        "BOUNCE_TYPE": kind,
        "REASON": reason,
        "REASON_CODE": code,
        "SUBJECT": 'Spring "is" here, hurry',
        "SOURCE": rng.choice(("WEB", "FORM", "LINK")),
        "SPAM_TYPE": "abuse",
    }


def device_cells(rng: Random) -> Mapping[str, str]:
    """Return the cells of the recipient's device."""
    system, browser, kind = rng.choice(BROWSERS)
    agent = f"Mozilla/5.0 ({system}) {browser}" if browser else ""
    columns = ("USER_AGENT_STRING", "OPERATING_SYSTEM", "BROWSER", "BROWSER_TYPE", "REMOTE_ADDR")
    return dict(zip(columns, (agent, system, browser, kind, "192.0.2.7"), strict=True))
