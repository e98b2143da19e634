"""An installation in a new folder, with its embedded Redis, its configuration applied by the command."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.operator_command import activation
from pipeline.runtime.stores import Stores, open_stores

EVENTS = Path("store") / "events.db"  # below the folder, where the step of files lands


@dataclass(frozen=True)
class Configured:
    """Its folder, the environment of its commands, and its stores."""

    folder: Path
    environment: dict[str, str]
    stores: Stores


@contextmanager
def configured(name: str, configuration: str) -> Iterator[Configured]:
    """Have an installation for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as place:
        folder = Path(place)
        environment = {
            "ACTIVATION_DATA_DIR": str(folder / "data"),
            "ACTIVATION_EVENTS_URL": f"sqlite:///{folder / EVENTS}",
            "PATH": os.environ["PATH"],
            "HOME": place,
        }
        file = folder / "activation.toml"
        file.write_text(configuration)
        with open_stores(environment) as stores:
            environment["ACTIVATION_BROKER_URL"] = stores.broker_url
            activation(environment, "apply", str(file))
            yield Configured(folder, environment, stores)
