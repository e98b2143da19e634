"""The configuration of the demo, as one would write it into a file."""

LAPSED, CLICKED_EVENT = "lapsed-event", "clicked-event"  # destinations
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
