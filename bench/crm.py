"""The org of a benchmark as a configuration names it: in a file, or as a record."""

from typing import Any

CREDENTIALS = {"client_id": "3MVG9LOCAL", "client_secret": "local-secret"}  # of the emulator


def crm_record(host: str, **options: Any) -> dict[str, Any]:
    """Return the document of a connector."""
    return {"kind": "salesforce", "host": host, **CREDENTIALS, **options}


def crm_file(host: str) -> str:
    """Return the section ``[connectors.crm]``."""
    lines = [f'{name} = "{value}"' for name, value in crm_record(host).items()]
    return "\n".join(("[connectors.crm]", *lines, ""))
