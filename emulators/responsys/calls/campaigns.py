"""E-mail campaigns: which there are, and which list each goes to.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
"""

from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import Campaign
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call

MOST = 200  # campaigns on a page
TYPES = ("email", "push", "sms", "mms", "pushiocampaign")


def listing(call: Call) -> Answer:
    """Name a page of campaigns by ascending id; ``links`` lead to the next, until there is none."""
    asked = dict(parse_qsl(call.request.query))
    offset, limit = number(asked, "offset", 0), number(asked, "limit", MOST)
    if asked.get("type", "email") not in TYPES:
        raise violation_error("INVALID_PARAMETER", f"type is not one of {', '.join(TYPES)}")
    if not 1 <= limit <= MOST:
        raise violation_error("INVALID_PARAMETER", f"limit is not between 1 and {MOST}")
    found = list(call.account.campaigns.values()) if asked.get("type", "email") == "email" else []
    links = [link(call, "self", offset, limit)]
    if offset + limit < len(found):
        links.append(link(call, "next", offset + limit, limit))
    if offset:
        links.append(link(call, "prev", max(0, offset - limit), limit))
    page = [describe(campaign) for campaign in found[offset : offset + limit]]
    return json_answer({"campaigns": page, "links": links})


def one(call: Call) -> Answer:
    """Tell about one campaign."""
    return json_answer(describe(named(call)))


def named(call: Call) -> Campaign:
    """Return the campaign that the path names."""
    name = call.path_names[0]
    if name not in call.account.campaigns:
        raise ApiError("CAMPAIGN_NOT_FOUND", f"Campaign [{name}] not found")
    return call.account.campaigns[name]


def number(asked: dict[str, str], name: str, default: int) -> int:
    """Return a number of the query."""
    text = asked.get(name, str(default))
    if not text.isdecimal():
        raise violation_error("INVALID_PARAMETER", f"{name} is not a number")
    return int(text)


def link(call: Call, rel: str, offset: int, limit: int) -> dict[str, str]:
    """Lead to a page."""
    query = "".join(
        f"&{name}={value}" for name, value in parse_qsl(call.request.query) if name not in ("offset", "limit")
    )
    href = f"{call.request.path}?offset={offset}&limit={limit}{query}"
    return {"rel": rel, "href": href, "method": "GET"}


def describe(campaign: Campaign) -> dict[str, Any]:
    """Show a campaign as Responsys does, as far as anybody asks."""
    return {
        "id": campaign.number,
        "name": campaign.name,
        "description": "",
        "folderName": campaign.folder,
        "listName": campaign.list_name,
        "type": "EMAIL",
        "purpose": "TRANSACTIONAL",
        "links": [{"rel": "self", "href": f"/rest/api/v1.3/campaigns/{campaign.name}", "method": "GET"}],
    }
