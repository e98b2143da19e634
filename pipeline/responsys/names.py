"""Names in Responsys: how they go into a path, and which of them an event may not use.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/List_SystemFields.htm
"""

from urllib.parse import quote

FAMILIES = {"sync": "/rest/api/v1.3", "async": "/rest/asyncApi/v1.3"}

SYSTEM_COLUMNS = frozenset(
    """
    RIID_ CREATED_SOURCE_IP_ CUSTOMER_ID_ CREATED_DATE_ MODIFIED_DATE_ EMAIL_ADDRESS_ EMAIL_DOMAIN_
    EMAIL_ISP_ EMAIL_FORMAT_ EMAIL_PERMISSION_STATUS_ EMAIL_PERMISSION_REASON_
    EMAIL_DELIVERABILITY_STATUS_ EMAIL_MD5_HASH_ EMAIL_SHA256_HASH_ MOBILE_NUMBER_ MOBILE_COUNTRY_
    MOBILE_PERMISSION_STATUS_ MOBILE_PERMISSION_REASON_ MOBILE_DELIVERABILITY_STATUS_ POSTAL_STREET_1_
    POSTAL_STREET_2_ CITY_ STATE_ COUNTRY_ POSTAL_CODE_ POSTAL_PERMISSION_STATUS_
    POSTAL_PERMISSION_REASON_ POSTAL_DELIVERABILITY_STATUS_
    """.split()
)


def path(*names: str, api: str = "sync") -> str:
    """Join ``names`` to a path below the root of an API's family, each of them percent-encoded."""
    return "/".join([FAMILIES[api], *(quote(name, safe="") for name in names)])
