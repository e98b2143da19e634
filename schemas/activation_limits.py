"""Limits of an activation: its names, lengths and numbers, for its schema and the pipeline's decoder.

Like all modules of words and limits here it does without marshmallow, which takes longer to import than a
command that only looks takes for its work.
"""

import re

MAX_BYTES = 64 * 1024  # of one activation as JSON
LONGEST = 255  # characters of a name, a profile id or an identifier
LONGEST_ID = 128  # characters of an activation's own id
LARGEST = 2**63 - 1  # the largest whole number; -LARGEST - 1 is the smallest
FIRST_YEAR, LAST_YEAR = 1970, 9998  # a time zone can carry year 1 or 9999 over the edge of the calendar

CALL_TYPES = ("ADD", "UPDATE", "REMOVE")
PARTNER_NUMBERS = {"27": "riid", "7001": "hashed_email", "2001": "crm_id"}  # Responsys' own numbers
IDENTIFIERS = ("email", "riid", "crm_id", "hashed_email", "salesforce_id", *PARTNER_NUMBERS)
HASH = re.compile(r"\A[0-9a-fA-F]{64}\Z")
