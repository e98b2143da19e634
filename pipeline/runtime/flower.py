"""Flower, the page on which tasks are seen: who may look.

Flower takes ``FLOWER_BASIC_AUTH`` from its environment; in its arguments everybody on this machine could
read it.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.stores.secret_key import create

VARIABLE = "FLOWER_BASIC_AUTH"
USER = "activation"
FILE = "flower.password"


@dataclass(frozen=True)
class FlowerLogin:
    """The one who may look; ``new`` when the password has just been made, and nobody knows it yet."""

    user: str
    password: str = field(repr=False)
    new: bool = False

    def dumps(self) -> str:
        """Write as Flower wants it."""
        return f"{self.user}:{self.password}"


def login_in(folder: Path) -> FlowerLogin:
    """Return the login whose password is kept in ``folder``, made on first use."""
    path = folder / FILE
    new = not path.exists()
    if new:
        create(path)
    return FlowerLogin(USER, path.read_text().strip(), new)
