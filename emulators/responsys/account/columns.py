"""Columns that every profile list has.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/List_SystemFields.htm
"""

from collections.abc import Callable
from hashlib import md5, sha256
from typing import Any

SYSTEM_COLUMNS = {
    "RIID_": "INTEGER",
    "CREATED_SOURCE_IP_": "STR255",
    "CUSTOMER_ID_": "STR255",
    "EMAIL_ADDRESS_": "STR500",
    "EMAIL_DOMAIN_": "STR255",
    "EMAIL_ISP_": "STR255",
    "EMAIL_FORMAT_": "CHAR",
    "EMAIL_PERMISSION_STATUS_": "CHAR",
    "EMAIL_DELIVERABILITY_STATUS_": "CHAR",
    "EMAIL_PERMISSION_REASON_": "STR255",
    "EMAIL_MD5_HASH_": "STR50",
    "EMAIL_SHA256_HASH_": "STR100",
    "MOBILE_NUMBER_": "STR50",
    "MOBILE_COUNTRY_": "STR25",
    "MOBILE_PERMISSION_STATUS_": "CHAR",
    "MOBILE_DELIVERABILITY_STATUS_": "CHAR",
    "MOBILE_PERMISSION_REASON_": "STR255",
    "POSTAL_STREET_1_": "STR255",
    "POSTAL_STREET_2_": "STR255",
    "CITY_": "STR50",
    "STATE_": "STR50",
    "COUNTRY_": "STR50",
    "POSTAL_CODE_": "STR25",
    "POSTAL_PERMISSION_STATUS_": "CHAR",
    "POSTAL_DELIVERABILITY_STATUS_": "CHAR",
    "POSTAL_PERMISSION_REASON_": "STR255",
    "CREATED_DATE_": "TIMESTAMP",
    "MODIFIED_DATE_": "TIMESTAMP",
}

PERMISSION_COLUMNS = ("EMAIL_PERMISSION_STATUS_", "MOBILE_PERMISSION_STATUS_", "POSTAL_PERMISSION_STATUS_")
CHANNEL_COLUMNS = {"E": "EMAIL_ADDRESS_", "M": "MOBILE_NUMBER_", "P": "POSTAL_STREET_1_"}

# Members that are on a list from the start may be written to.
DEFAULT_VALUES = {
    "EMAIL_FORMAT_": "H",
    "EMAIL_DELIVERABILITY_STATUS_": "D",
    "MOBILE_DELIVERABILITY_STATUS_": "D",
    "POSTAL_DELIVERABILITY_STATUS_": "D",
    **dict.fromkeys(PERMISSION_COLUMNS, "I"),
}

# How a value is written before it is compared. That hex and addresses compare without case is an
# assumption: Oracle says only that the hashes are of the "normalized" address.
NORMALISERS: dict[str, Callable[[Any], str]] = {
    "RIID_": str,
    "CUSTOMER_ID_": str,
    "EMAIL_ADDRESS_": lambda value: value.strip().lower(),
    "MOBILE_NUMBER_": str,
    "EMAIL_SHA256_HASH_": str.lower,
    "EMAIL_MD5_HASH_": str.lower,
}


def email_sha256(email: str) -> str:
    """Hash an address as the list does: trimmed, lower case, UTF-8."""
    return sha256(email.strip().lower().encode()).hexdigest()


def email_md5(email: str) -> str:
    """Hash an address the older way."""
    return md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


HASH_FUNCTIONS = {"EMAIL_SHA256_HASH_": email_sha256, "EMAIL_MD5_HASH_": email_md5}
KEY_COLUMNS = tuple(NORMALISERS)  # the columns that members are found by

# Responsys fills these; a merge may name the first three only to match by them.
FILLED_BY_RESPONSYS = frozenset(
    {
        "RIID_",
        *HASH_FUNCTIONS,
        "CREATED_SOURCE_IP_",
        "EMAIL_DOMAIN_",
        "EMAIL_ISP_",
        "EMAIL_DELIVERABILITY_STATUS_",
        "MOBILE_DELIVERABILITY_STATUS_",
        "POSTAL_DELIVERABILITY_STATUS_",
        "CREATED_DATE_",
        "MODIFIED_DATE_",
    }
)
