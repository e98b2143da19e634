"""Consents as records: of sources that tell wishes, which their audiences alone carry on."""

import pytest

from pipeline.errors import Misconfigured
from tests.records.both_systems import apply as apply

EMAIL = 'sources = ["leads", "contacts", "opt-outs"]'
SECOND = '\n[consents.second]\nchannel = "email"\nsources = ["leads"]\naudience = "second"\n'
BOX = 'fields = { opted_out = "HasOptedOutOfEmail" }'
LIST = 'permission = "consent"'


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ((EMAIL, 'sources = ["lead"]'),
         'consents.email.sources: "lead" is not a source; did you mean "leads"?'),
        ((EMAIL, 'sources = ["engagement"]'),
         'consents.email.sources: "engagement" has no event that tells a wish: OPT_OUT, OPT_IN, COMPLAINT'),
        ((EMAIL, 'sources = ["stages"]'),
         'consents.email.sources: "stages" reads OpportunityHistory, which has no box of opting out'),
        ((EMAIL, 'sources = ["webinar"]'), 'consents.email.sources: "webinar" is a snapshot'),
        ((EMAIL, 'sources = ["members"]'), 'consents.email.sources: "members" is of kind responsys'),
        (('channel = "email"', 'channel = "fax"'), 'consents.email.channel: "fax" is not a channel'),
        (('again = "manual"', 'again = "soon"'), 'consents.email.again: "soon" is not a way back'),
        (('"consent-email", again', '"consent", again'),
         'destinations.consent-records.fields.opted_out: "HasOptedOutOfEmail" holds a wish about a channel; '
         'only a consent may carry it, and none activates "consent-email"'),
        ((BOX, 'fields = { consent = "HasOptedOutOfEmail" }'),
         'destinations.consent-records.fields.consent: "HasOptedOutOfEmail" holds a wish about a channel; '
         'only a consent may carry it, whose variable is "opted_out"'),
        ((BOX, 'fields = { opted_out = "HasOptedOutOfFax" }'),
         'destinations.consent-records.fields.opted_out: "HasOptedOutOfFax" is no box of the channel email'),
        ((LIST, f'{LIST}, insert_on_no_match = true, new_members = "optin"'),
         'destinations.consent-list.insert_on_no_match: must be false: permission = "consent" adds nobody'),
        ((LIST, f'{LIST}, columns = {{ source = "SOURCE" }}'),
         'destinations.consent-list.columns: does not go with permission = "consent", which writes'),
        ((LIST, f'{LIST}, permission_channel = "mobile"'),
         'destinations.consent-list.permission_channel: must be "email"'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(apply, records, change, problem):
    with pytest.raises(Misconfigured) as raised:
        apply(change)

    assert problem in str(raised.value)
    assert not any(records.export().values())


def test_a_channel_has_one_account(apply):
    with pytest.raises(Misconfigured, match=r'consents\.second\.channel: "email" has the consents of this'):
        apply(more=SECOND)


def test_a_source_of_consents_stays(apply):
    with pytest.raises(Misconfigured, match='consents name the source "opt-outs"'):
        apply().remove("sources", "opt-outs")


def test_a_variable_of_the_name_decides_elsewhere(apply):
    """Audiences that no consent activates may have a variable called like that."""
    change = ('columns = { title = "TITLE"', 'permission = "consent"\ncolumns = { title = "TITLE"')

    assert apply(change).load().destinations["people"].options["permission"] == "consent"
