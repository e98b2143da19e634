"""A look at an SFTP server, whose modules are imported when a command asks for it."""

from typing import Any

from pipeline.model.finding import Finding
from pipeline.model.uses import Uses


def preflight_server(_connector: Any, _uses: Uses, server: Any) -> list[Finding]:
    """Look at an SFTP server's host key, login and folder."""
    from pipeline.sftp.preflight import preflight

    return list(preflight(server))
