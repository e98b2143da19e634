"""Names of columns, by the rules of Responsys.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-user/List_DataTypeFieldname.htm
"""

import re
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Text

LONGEST = 30  # characters
LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_$#]*")
LETTERS = frozenset("AEGKMPTU")
WORDS = frozenset(
    """
    access add admin administrator advisor all alter and any as asc audit baseurl between by byte char
    check cluster column comment connect compress create current data date decimal default delete desc
    distinct double drop else exclusive exists extends false file first float for from grant group
    having id identified if immediate import in increment index initial insert int integer intersect
    into is last level like lock long m maxextents minextents minus mlslabel mode modify noaudit
    nocompress nologging not nowait null number of offline on online option or order package pctfree
    pctused prior private privileges program protected public raw rename resource revoke row rowid
    rownum rows select session set share size smallint start successful synonym sysdate table test then
    to trigger true uid union unique update user validate values varchar varchar2 view whenever where
    with
    """.upper().split()
)


class ColumnName(Text):
    """The name of a column that is not one of Responsys' own."""

    def read(self, value: Any) -> str:
        """Refuse text that cannot be the name of a column."""
        name = super().read(value)
        problem = column_problem(name)
        if problem:
            raise ValidationError(f'"{name}" cannot be the name of a column: {problem}')
        return name


def column_problem(name: str) -> str | None:
    """Say why no column can be named so."""
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if not LEGAL.fullmatch(name):
        return "it must begin with a letter and go on with letters, digits and _"
    if name.endswith("_"):
        return "names that end in _ are Responsys' own"
    if name.upper() in LETTERS | WORDS:
        return "the word is reserved"
    return None
