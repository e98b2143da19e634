"""Connectors to Salesforce as records."""

import pytest

from pipeline.errors import Misconfigured
from tests.schemas.test_salesforce import CREDENTIALS


def test_an_action_of_responsys_on_an_org_is_refused(records):
    configuration = {
        "connectors": {"crm": CREDENTIALS},
        "destinations": {
            "lapsed": {"audience": "a", "connector": "crm", "action": "custom_event", "event": "LAPSED"}
        },
    }

    with pytest.raises(Misconfigured, match="there are: salesforce_member, salesforce_record"):
        records.apply(configuration)


def test_leads_are_created_only_with_a_field_to_know_them_by(records):
    options = {"action": "salesforce_record", "create": "Lead", "fields": {"title": "Title"}}
    configuration = {
        "connectors": {"crm": CREDENTIALS},
        "destinations": {"new": {"audience": "a", "connector": "crm", **options}},
    }

    with pytest.raises(Misconfigured, match=r'new\.create: connector "crm" has no riid_field'):
        records.apply(configuration)
