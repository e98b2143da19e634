"""The login to Flower, the page on which tasks are seen.

Flower takes ``FLOWER_BASIC_AUTH`` from its environment: arguments can be read by every user of the machine.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.stores.secret_key import create

VARIABLE = "FLOWER_BASIC_AUTH"
USER = "activation"
FILE = "flower.password"


@dataclass(frozen=True)
class FlowerLogin:
    """User and password; ``new``: the password has just been made and was never shown."""

    user: str
    password: str = field(repr=False)
    new: bool = False

    def dumps(self) -> str:
        """Write as Flower wants it."""
        return f"{self.user}:{self.password}"


def login_in(folder: Path) -> FlowerLogin:
    """Return the login; its password is kept in a file of ``folder``, made on first use."""
    path = folder / FILE
    new = not path.exists()
    if new:
        create(path)
    password = path.read_text(errors="replace").strip()
    if not password:
        raise Misconfigured(f"{path} is empty: delete it, and a new password is made")
    return FlowerLogin(USER, password, new)
