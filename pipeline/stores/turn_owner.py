"""Owners of turns: a process, named so that another one on the same machine can tell that it is gone."""

import os
import re
import socket
import uuid
from pathlib import Path

OWNER = re.compile(r"(\d+) on (\S+) \w+")
NAMESPACE = Path("/proc/self/ns/pid")  # containers that share a host name have process numbers of their own


def new_owner() -> str:
    """Name this process: "4711 on host/4026531836 9f0c…"."""
    return f"{os.getpid()} on {machine()} {uuid.uuid4().hex}"


def is_gone(owner: str) -> bool:
    """Tell whether an owner was a process of this machine that has ended; False if that is not known."""
    match = OWNER.fullmatch(owner)
    if match is None or match[2] != machine():
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def machine() -> str:
    """Name the machine, and on Linux the namespace of its process numbers."""
    number = NAMESPACE.stat().st_ino if NAMESPACE.exists() else 0
    return f"{socket.gethostname()}/{number}"
