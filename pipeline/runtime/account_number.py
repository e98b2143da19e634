"""The number by which event files call the account of a connector, as far as that can be told."""

from collections.abc import Sequence

from pipeline.model.connector import Connector
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of

NO_FILES = "no event file of e-mails was imported"


def number_of(catalog: Catalog, connector: Connector, numbers: Sequence[str]) -> tuple[str, str]:
    """Return the number by which files call the account of a connector, and why that is in doubt.

    The number is "" if it cannot be told at all.
    """
    if configured := getattr(connector, "account_id", None):
        return (configured, "") if configured in numbers else ("", NO_FILES)
    if not numbers:
        return "", NO_FILES
    others = [one for one in catalog.connectors.values() if kind_of(one).campaign_ids]
    others = [one for one in others if one.account != connector.account]
    if len(numbers) == 1 and not others:
        return numbers[0], ""
    taken = {getattr(one, "account_id", None) for one in others}
    likely = numbers[0] if len(numbers) == 1 and numbers[0] not in taken else ""
    ask = f'say with account_id which of the accounts in event files is that of connector "{connector.name}"'
    return likely, f"{ask} ({', '.join(numbers)})"
