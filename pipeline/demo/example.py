"""The configuration of the demo, as one would write it into a file."""

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
