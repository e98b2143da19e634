"""One environment for all tests of actions; each test has a company of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.processes.actions.company import Company
from tests.processes.environment import FOUR, Environment, open_environment

COLUMNS = {"FIRST_NAME": "STR100", "TIER": "STR25", "POINTS": "INTEGER"}


@pytest.fixture(scope="package")
def shared_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Two workers that accept, two that deliver; a minute lasts two seconds."""
    with open_environment(tmp_path_factory.mktemp("environment"), *FOUR) as opened:
        yield opened


@pytest.fixture
def exports(environment: Environment) -> Callable[..., Company]:
    """Opens a company that keeps a list in line with its audience; ``members`` are on it already."""

    def open_company(name: str, members: Any = (), extensions: Any = (), **options: Any) -> Company:
        profile_list = {
            "name": "CONTACTS_LIST",
            "fields": COLUMNS,
            "members": list(members),
            "extensions": list(extensions),
        }
        return Company(
            environment,
            name,
            account={"lists": [profile_list], "events": ["LAPSED"]},
            connector=options.pop("connector", {}),
            action="audience_export",
            **{
                "identifiers": {"crm_id": "CUSTOMER_ID_", "email": "EMAIL_ADDRESS_"},
                "match_column_1": "CUSTOMER_ID_",
                **options,
            },
        )

    return open_company


@pytest.fixture
def mailings(environment: Environment) -> Callable[..., Company]:
    """Opens a company that sends an e-mail to who enters its audience; ``members`` are on its list."""

    def open_company(name: str, members: Any = (), campaigns: Any = ("WELCOME",), **options: Any) -> Company:
        account = {
            "lists": [{"name": "CONTACTS_LIST", "members": list(members)}],
            "campaigns": [{"name": campaign} for campaign in campaigns],
        }
        connector = options.pop("connector", {})
        action = {"action": "campaign_email", "campaign": "WELCOME"}
        return Company(environment, name, account=account, connector=connector, **action, **options)

    return open_company


@pytest.fixture
def tables(environment: Environment) -> Callable[..., Company]:
    """Opens a company that keeps a supplemental table, TIERS, in line with its audience."""

    def open_company(name: str, *rows: Any, primary_key: Any = ("CUSTOMER",), **options: Any) -> Company:
        fields = {"CUSTOMER": "STR100", "TIER": "STR25", "POINTS": "INTEGER"}
        seed = {"name": "TIERS", "fields": fields, "primary_key": primary_key, "rows": rows}
        account = {"lists": [{"name": "CONTACTS_LIST"}], "tables": [seed]}
        connector = options.pop("connector", {})
        filled = {"crm_id": "CUSTOMER", "tier": "TIER", "points": "POINTS"}
        action = {"action": "supplemental_table", "folder": "Main", "table": "TIERS", "columns": filled}
        return Company(environment, name, account=account, connector=connector, **{**action, **options})

    return open_company
