"""Ports of the processes that ``activation up`` starts: one that is taken gives way to the next free one.

A port is chosen before its process listens on it. Meanwhile the name of a socket keeps it from another
``activation up`` of this machine: two that start at one moment would choose the same.
"""

import re
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack

from pipeline.errors import Misconfigured
from pipeline.settings import PREFIX, Settings

TRIES = 50
NAME = "\0activation up, port {port}"  # Linux forgets it when its process ends; other systems have none
PORT = re.compile(r"--port=(\d+)")
WEB, WEB_ADDRESS, FLOWER_URL = "activation web", f"{PREFIX}WEB_ADDRESS", f"{PREFIX}FLOWER_URL"


def moved(
    commands: Mapping[str, str], settings: Settings, chosen: ExitStack
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return the commands, further variables for them, and a text for each port that gave way.

    ``chosen``: the ports are kept until it is closed.
    Raises Misconfigured for an address that a person has chosen, or when no port nearby is free.
    """
    commands, variables, texts = dict(commands), {}, []
    for name, command in commands.items():
        if found := PORT.search(command):
            port = int(found[1])
            free = next_free("127.0.0.1", port, chosen)
            commands[name] = PORT.sub(f"--port={free}", command, count=1)
            if name == "flower" and free != port and FLOWER_URL not in settings.environ:
                variables[FLOWER_URL] = f"http://127.0.0.1:{free}"
        elif command.strip() == WEB:
            host, _, given = settings.web.address.rpartition(":")
            port, free = int(given), next_free(host, int(given), chosen)
            if free != port and settings.environ.get(WEB_ADDRESS):
                raise Misconfigured(f"{settings.web.address} is taken: choose another with {WEB_ADDRESS}")
            variables |= {WEB_ADDRESS: f"{host}:{free}"} if free != port else {}
        else:
            continue
        if free != port:
            texts.append(f"{name}: port {port} is taken, so it listens on {free}")
    return commands, variables, texts


def next_free(host: str, port: int, chosen: ExitStack) -> int:
    """Choose a port, or the next after it that can be listened on."""
    for candidate in range(port, min(port + TRIES, 65_536)):
        with ExitStack() as tried:
            if choose(candidate, tried) and is_free(host, candidate):
                chosen.push(tried.pop_all())
                return candidate
    raise Misconfigured(f"port {port} is taken, and so are those after it: choose another in the Procfile")


def choose(port: int, chosen: ExitStack) -> bool:
    """Keep a port from other processes that choose one; False: one of these has it."""
    if sys.platform != "linux":
        return True
    name = chosen.enter_context(socket.socket(socket.AF_UNIX))
    try:
        name.bind(NAME.format(port=port))
    except OSError:
        return False
    return True


def is_free(host: str, port: int) -> bool:
    """Tell whether a port can be listened on just now."""
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True
