"""Field names that a column may have, in lists, extension tables and supplemental tables alike.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/List_DataTypeFieldname.htm
"""

import re

MOST_CHARACTERS = 30
ALLOWED_NAME = re.compile("[A-Za-z][A-Za-z0-9_]*")  # two of Oracle's pages also allow $ and #, one does not
SINGLE_LETTERS = frozenset("AEGKMPTU")
RESERVED_WORDS = (
    "access add admin administrator advisor all alter and any as asc audit baseurl between by byte char "
    "check cluster column comment connect compress create current data date decimal default delete desc "
    "distinct double drop else exclusive exists extends false file first float for from grant group "
    "having id identified if immediate import in increment index initial insert int integer intersect "
    "into is last level like lock long m maxextents minextents minus mlslabel mode modify noaudit "
    "nocompress nologging not nowait null number of offline on online option or order package pctfree "
    "pctused prior private privileges program protected public raw rename resource revoke row rowid "
    "rownum rows select session set share size smallint start successful synonym sysdate table test then "
    "to trigger true uid union unique update user validate values varchar varchar2 view whenever where "
    "with"
)
RESERVED = frozenset(RESERVED_WORDS.split())


def name_problem(name: str) -> str | None:
    """Return the reason why no column can have this name, None when one can."""
    if not ALLOWED_NAME.fullmatch(name):
        return f"field name {name} does not consist of letters, digits and _, a letter first"
    if len(name) > MOST_CHARACTERS:
        return f"field name {name} is longer than {MOST_CHARACTERS} characters"
    if name.endswith("_"):
        return f"field name {name} ends with _, as only system columns do"
    if name.lower() in RESERVED or name.upper() in SINGLE_LETTERS:
        return f"field name {name} is a reserved word"
    return None


def repeated_name(names: list[str]) -> str | None:
    """Return a name that comes twice, whatever its case; None when all differ."""
    upper_names = set()
    for name in names:
        if name.upper() in upper_names:
            return name
        upper_names.add(name.upper())
    return None
