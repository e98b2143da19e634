"""Names of records in commands: "lapsed", or "destination:lapsed" where another kind has the name, too."""

from collections.abc import Mapping
from typing import TypeVar

from pipeline.errors import Misconfigured

RecordKind = TypeVar("RecordKind", bound=str)


def resolve_name(scopes: Mapping[RecordKind, set[str]], name: str) -> tuple[RecordKind, str]:
    """Find the one record that is meant; raises Misconfigured when there is none, or more than one."""
    prefix, _, rest = name.rpartition(":")
    found = [scope for scope, names in scopes.items() if rest in names and prefix in ("", scope)]
    if len(found) == 1:
        return found[0], rest
    if found:
        choices = " or ".join(f"{scope}:{name}" for scope in found)
        raise Misconfigured(f'"{name}" is {" and ".join(map(with_article, found))}: say {choices}')
    known = "; ".join(f"{scope}s: {', '.join(sorted(names)) or 'none'}" for scope, names in scopes.items())
    raise Misconfigured(f'there is no {kinds_in_words(list(scopes))} "{name}"; there are {known}')


def kinds_in_words(kinds: list[RecordKind]) -> str:
    """Return "connector, destination or import"."""
    *others, last = kinds
    return f"{', '.join(others)} or {last}" if others else str(last)


def with_article(scope: str) -> str:
    """Return "a connector", "an import"."""
    return f"{'an' if scope[0] in 'aeiou' else 'a'} {scope}"
