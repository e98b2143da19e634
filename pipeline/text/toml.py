"""Write TOML: the standard library only reads it.

It writes only the parts of TOML that a configuration needs: sections of named tables with text, finite
numbers, booleans, lists and small tables that stay on their line.
"""

import json
import re
from collections.abc import Mapping
from typing import Any


def dumps(sections: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Write ``[section.name]`` and its keys for each."""
    return "\n".join(
        f"[{key(section)}.{key(name)}]\n" + "".join(f"{key(k)} = {value(v)}\n" for k, v in table.items())
        for section, tables in sections.items()
        for name, table in tables.items()
    )


def key(name: str) -> str:
    """Write a key, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)


def value(item: Any) -> str:
    """Write a value."""
    if isinstance(item, str):
        # JSON's escapes are TOML's, except that TOML also wants one for DEL.
        return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, Mapping):
        pairs = ", ".join(f"{key(k)} = {value(v)}" for k, v in item.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(item, list | tuple):
        return f"[{', '.join(value(entry) for entry in item)}]"
    return json.dumps(item)
