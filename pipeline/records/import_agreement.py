"""Agreement of imports: their connectors serve files, and imports of one account count alike."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from pipeline.records.documents import Documents
from pipeline.records.kinds import KINDS

SHARED = ("time_zone", "sms_time_zone", "channels", "link_by")  # by which events of an account are counted


def imports_without_files(after: Documents) -> Iterator[str]:
    """Yield a problem for each import from a connector that does not exist, or has a kind without files."""
    serving = [name for name, kind in KINDS.items() if kind.open_server]
    for name, document in after["imports"].items():
        connector = document["connector"]
        if connector not in after["connectors"]:
            yield f'imports.{name}.connector: there would be no connector "{connector}"'
        elif (kind := after["connectors"][connector]["kind"]) not in serving:
            yield (
                f'imports.{name}.connector: connector "{connector}" is of kind "{kind}", which has no files; '
                f"an import needs one of kind {quoted(serving)}"
            )


def imports_that_differ(after: Documents) -> Iterator[str]:
    """Yield a problem for each two imports that may have an account in common and do not agree."""
    for (one, first), (other, second) in combinations(after["imports"].items(), 2):
        if not share_account(first, second):
            continue
        for key in SHARED:
            if first[key] != second[key]:
                yield (
                    f'imports.{other}.{key}: differs from that of "{one}", and both may have files of one '
                    "account, whose events would count in two ways: let them agree, or name other accounts"
                )


def fields_of_renamed_columns(after: Documents) -> Iterator[str]:
    """Yield a problem for each field of profiles by a name that every import reads as a built-in column."""
    renamed = [renamed_of(document) for document in after["imports"].values()]
    for name, field in after["profile_fields"].items():
        column = (field.get("column") or "").strip().upper()
        if renamed and all(column in own for own in renamed):
            yield (
                f'profile_fields.{name}.column: imports read "{field["column"]}" as {renamed[0][column]}, '
                "so the field would stay empty: name that column"
            )


def renamed_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the built-in columns of an import by the account's names, all in capitals."""
    columns = document.get("columns", {}).items()
    pairs = {account.strip().upper(): column.strip().upper() for column, account in columns}
    return {account: column for account, column in pairs.items() if account not in pairs.values()}


def share_account(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Tell whether two imports may have an account in common; one that names none takes all."""
    ours, theirs = set(first["accounts"]), set(second["accounts"])
    return not ours or not theirs or bool(ours & theirs)


def sends_nothing(connector: str, kind: str) -> str:
    """Say that a connector serves no destinations, and which kinds do."""
    sending = quoted([name for name, kind in KINDS.items() if kind.actions])
    serves = "serves imports only" if KINDS[kind].open_server else "has no actions yet"
    return (
        f'connector "{connector}" is of kind "{kind}", which {serves}; '
        f"a destination needs one of kind {sending}"
    )


def quoted(names: list[str]) -> str:
    """List names in quotes."""
    return " or ".join(f'"{name}"' for name in names)
