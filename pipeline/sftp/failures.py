"""Failures of SSH and SFTP, in the program's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from pipeline.errors import Misconfigured, PipelineError, RetryLater
from pipeline.model.file_server import FileGone, NotPermitted
from pipeline.sftp.algorithms import LEGACY_ADVICE
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.host_key import HostKeyChanged, HostKeyCheck, changed

UNREACHABLE = "Unreachable"  # the code of a connection that failed
CUT = "ConnectionLost"


@contextmanager
def login_errors(connector: SftpConnector, check: HostKeyCheck) -> Iterator[None]:
    """Turn the errors of a login into Misconfigured or RetryLater."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable:
        raise HostKeyChanged(changed(connector, check.seen)) from None
    except asyncssh.PermissionDenied:
        raise Misconfigured(
            f'{connector.place} refuses the login of "{connector.username}": the key in '
            f"connectors.{connector.name}.private_key is not known there, or the user is not"
        ) from None
    except asyncssh.KeyExchangeFailed as error:
        raise Misconfigured(no_agreement(connector, str(error))) from None
    except asyncssh.ConnectionLost:
        hint = "" if connector.algorithms == "legacy" else f"; {LEGACY_ADVICE}"
        raise RetryLater(CUT, f"{connector.place} ended the connection before the login{hint}") from None
    except UnicodeError:
        raise Misconfigured(f"connectors.{connector.name}.host: is no name that a host can have") from None
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise RetryLater(UNREACHABLE, f"{connector.place}: {trouble_text(error)}") from None


def no_agreement(connector: SftpConnector, detail: str) -> str:
    """Say that client and server have no algorithm in common."""
    way_out = "" if connector.algorithms == "legacy" else f"; {LEGACY_ADVICE}"
    return f"{connector.place} offers no algorithm that this connector takes ({detail.rstrip('.')}){way_out}"


@contextmanager
def file_errors(connector: SftpConnector, path: str, verb: str = "read") -> Iterator[None]:
    """Turn the errors of one operation on a file into FileGone, NotPermitted or RetryLater."""
    try:
        yield
    except PipelineError:
        raise
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        raise FileGone(f"{path} is not there") from None
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect, asyncssh.SFTPCannotDelete):
        raise NotPermitted(f'"{connector.username}" may not {verb} {path}') from None
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost):
        raise RetryLater(CUT, f"the connection to {connector.place} was cut") from None
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise RetryLater(UNREACHABLE, f"{connector.place}: {trouble_text(error)}") from None


def trouble_text(error: BaseException) -> str:
    """Return an error in words, or its name if it has none."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
