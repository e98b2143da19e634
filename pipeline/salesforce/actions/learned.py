"""Keys of identifiers that the steps of a batch learn for the later ones.

``salesforce_id`` alone is an identifier of a person; the rest are for the steps of the batch and are kept
nowhere else.
"""

RECORD = "salesforce_id"  # the record that a row is about
FOLLOWING = "salesforce_following"  # "1": that record is still to be read
ALL_RECORDS = "salesforce_records"  # ids of all records with an address that are to be written
OWNER = "salesforce_owner"  # id of the record's owner
MEMBERSHIP = "salesforce_membership"  # id of the person's membership in the campaign, or NONE
TASK_KEY = "salesforce_task_key"

NONE = "-"
SEPARATOR = " "
