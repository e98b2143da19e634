"""The configuration of the demo, as one would write it into a file."""

LAPSED, CLICKED_EVENT, OFFER_EVENT = "lapsed-event", "clicked-event", "offer-event"  # destinations
CONFIGURATION = """\
[connectors.demo]
kind = "responsys"
name = "Local Responsys"
username = "api_user"
password = "secret"                         # of the emulator, which tells it to everybody
auth_endpoint = "{url}"
profile_list = "CONTACTS_LIST"
list_folder = "Main"
identifier_type = "hashed_email"

[destinations.lapsed-event]
audience = "lapsed-buyers"
connector = "demo"
action = "custom_event"
event = "LAPSED"
max_age = 10                                # seconds; ten minutes otherwise
"""

FILES = """\
[connectors.demo-files]
kind = "responsys_sftp"
host = "{host}"
port = {port}
username = "acme_scp"
private_key = {{ file = "{key}" }}
folder = "download"
host_key = "{host_key}"

[imports.demo-events]
connector = "demo-files"
every = 60                                  # minutes
"""

CLICKED = """\
[sources.clicked]
audience = "clicked"
every = 60                                  # minutes
query = '''
SELECT 'person:' || person AS profile_id, email FROM responsys_people
WHERE email_last_click_ts > strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-1 minute')
'''

[destinations.clicked-event]
audience = "clicked"
connector = "demo"
action = "custom_event"
event = "CLICKED"
max_age = 1                                 # second
"""

CRM = """\
[connectors.demo-crm]
kind = "salesforce"
host = "{host}"
client_id = "3MVG9LOCAL"
client_secret = "local-secret"              # of the emulator, which tells it to everybody

[mappings.person]
first_name = {{ salesforce = "FirstName", length = 40, form = ["trim"] }}
email = {{ salesforce = "Email", type = "email" }}

[mappings.deal]
stage = {{ salesforce = "StageName" }}

[sources.leads]
kind = "salesforce"
connector = "demo-crm"
object = "Lead"
mapping = "person"
where = {{ Email = {{ set = true }} }}
every = 60                                  # minutes

[sources.stages]
kind = "salesforce"
connector = "demo-crm"
object = "OpportunityHistory"
of = "OpportunityId"
who = "primary"
mapping = "deal"
every = 60                                  # minutes

[rules.nurture]
source = "leads"
on = "new"
when = {{ LeadSource = "Web" }}
audience = "nurture"

[rules.after-demo]
source = "stages"
when = {{ StageName = {{ becomes = "Demo Done" }} }}
audience = "after-demo"

[destinations.nurture-entry]
audience = "nurture"
connector = "demo"
action = "program_entry"
event = "NURTURE"
identifiers = {{ riid = "RIID_", email = "EMAIL_ADDRESS_" }}
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
columns = {{ first_name = "FIRST_NAME" }}
max_age = 1                                 # second

[destinations.after-demo-entry]
audience = "after-demo"
connector = "demo"
action = "program_entry"
event = "AFTER_DEMO"
identifiers = {{ riid = "RIID_", email = "EMAIL_ADDRESS_" }}
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
max_age = 1                                 # second
"""

CONSENTS = """\
[sources.opt-outs]
kind = "responsys_events"
connector = "demo"
types = ["OPT_OUT", "COMPLAINT", "OPT_IN"]
every = 60                                  # minutes, and at once when a file has landed

[consents.email]
channel = "email"
sources = ["opt-outs"]
audience = "consent-email"
again = "manual"

[destinations.consent-records]
audience = "consent-email"
connector = "demo-crm"
action = "salesforce_record"
reach = "address"
fields = { opted_out = "HasOptedOutOfEmail" }
max_age = 1                                 # second

[destinations.offer-event]
audience = "offer"
connector = "demo"
action = "custom_event"
event = "OFFER"
honour = "email"
max_age = 1                                 # second
"""
