"""Campaigns: their names, and the list that each goes to.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-get.htm
"""

from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import Campaign
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

MOST_CAMPAIGNS = 200  # campaigns on a page
CAMPAIGN_TYPES = ("email", "push", "sms", "mms", "pushiocampaign")


def show_campaigns(call: Call) -> Answer:
    """Answer with a page of campaigns by ascending id; ``links`` lead to the next, until there is none."""
    parameters = dict(parse_qsl(call.request.query))
    offset, limit = number_of(parameters, "offset", 0), number_of(parameters, "limit", MOST_CAMPAIGNS)
    if parameters.get("type", "email") not in CAMPAIGN_TYPES:
        raise violation_error("INVALID_PARAMETER", f"type is not one of {', '.join(CAMPAIGN_TYPES)}")
    if not 1 <= limit <= MOST_CAMPAIGNS:
        raise violation_error("INVALID_PARAMETER", f"limit is not between 1 and {MOST_CAMPAIGNS}")
    wanted = parameters.get("type", "email")
    campaigns = [each for each in call.account.campaigns.values() if each.campaign_type == wanted]
    links = [page_link(call, "self", offset, limit)]
    if offset + limit < len(campaigns):
        links.append(page_link(call, "next", offset + limit, limit))
    if offset:
        links.append(page_link(call, "prev", max(0, offset - limit), limit))
    page = [campaign_description(campaign) for campaign in campaigns[offset : offset + limit]]
    return json_answer({"campaigns": page, "links": links})


def show_campaign(call: Call) -> Answer:
    """Answer with one campaign."""
    return json_answer(campaign_description(campaign_of(call)))


def campaign_of(call: Call) -> Campaign:
    """Return the campaign that the path names."""
    name = call.path_names[0]
    if name not in call.account.campaigns:
        raise ApiError("CAMPAIGN_NOT_FOUND", f"Campaign [{name}] not found")
    return call.account.campaigns[name]


def email_campaign_of(call: Call) -> Campaign:
    """Return the campaign that the path names; one of another channel sends no e-mail."""
    campaign = campaign_of(call)
    if campaign.campaign_type != "email":
        raise ApiError("CAMPAIGN_IS_INVALID", f"Campaign [{campaign.name}] is not an email campaign")
    return campaign


def number_of(parameters: dict[str, str], name: str, default: int) -> int:
    """Return a number of the query."""
    text = parameters.get(name, str(default))
    if not text.isdecimal():
        raise violation_error("INVALID_PARAMETER", f"{name} is not a number")
    return int(text)


def page_link(call: Call, rel: str, offset: int, limit: int) -> dict[str, str]:
    """Return the link to a page."""
    query = "".join(
        f"&{name}={value}" for name, value in parse_qsl(call.request.query) if name not in ("offset", "limit")
    )
    href = f"{call.request.path}?offset={offset}&limit={limit}{query}"
    return {"rel": rel, "href": href, "method": "GET"}


def campaign_description(campaign: Campaign) -> dict[str, Any]:
    """Return the parts of a campaign that clients ask for, in Responsys' shape."""
    return {
        "id": campaign.number,
        "name": campaign.name,
        "description": "",
        "folderName": campaign.folder,
        "listName": campaign.list_name,
        "type": campaign.campaign_type.upper(),
        "purpose": "TRANSACTIONAL",
        "links": [{"rel": "self", "href": f"/rest/api/v1.3/campaigns/{campaign.name}", "method": "GET"}],
    }
