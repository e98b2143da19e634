"""A look at an SFTP server; its modules are imported when a command needs it."""

from typing import Any

from pipeline.model.finding import Finding
from pipeline.model.uses import Uses


def preflight_server(_connector: Any, _uses: Uses, server: Any) -> list[Finding]:
    """Look at an SFTP server's host key, login and folder."""
    from pipeline.sftp.preflight import preflight

    return list(preflight(server))
