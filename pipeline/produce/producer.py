"""Activate profiles: the door by which changes enter, from Python.

A producer needs Redis alone. What it returns an id for is in the intake, or held to get there.
"""

import atexit
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any, Self

from pipeline.model.activation import Activation, Invalid, from_mapping
from pipeline.produce.appender import PATIENCE, Appender, AppendFailed, Bell
from pipeline.produce.audiences import Audiences, UnknownAudience
from pipeline.produce.collector import Collector
from pipeline.produce.many import Bulk
from pipeline.produce.report import Messages, Report
from pipeline.settings import Settings
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.embedded import embedded_server

__all__ = ["AppendFailed", "Invalid", "Producer", "Report", "UnknownAudience"]


class Producer:
    """Appends activations to the intake; may be shared by threads.

    Without ``broker_url`` it is the configured Redis, or else the embedded one of the data folder. With
    ``linger`` (seconds) single activations are collected in the background and appended together: after
    that time, when there are 500, and on ``close``. A server that is full, away or cannot write is waited for
    with ``patience`` (seconds, for each append), which holds back who produces faster than can be delivered.
    """

    def __init__(
        self,
        broker_url: str | None = None,
        linger: float | None = None,
        *,
        patience: float = PATIENCE,
        bell: Bell | None = None,
    ) -> None:
        with ExitStack() as stack:
            url = broker_url or configured(stack)
            client = stack.enter_context(connect(url))
            self._audiences = Audiences(client)
            ringing = bell or stack.enter_context(closing(Doorbell(url)))
            self._appender = Appender(client, ringing, patience=patience)
            self._collector = Collector(self._appender, linger) if linger else None
            self._stack = stack.pop_all()
        if linger:
            atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def held(self) -> int:
        """How many activations wait for ``linger``; 0 without it."""
        return self._collector.held if self._collector else 0

    def activate(
        self,
        audience: str,
        *,
        profile_id: str,
        call_type: str,
        identifiers: Mapping[str, str | int] | None = None,
        variables: Mapping[str, Any] | None = None,
        occurred_at: datetime | str | None = None,
        id: str | None = None,  # noqa: A002 -- the field's name
    ) -> str:
        """Activate one profile and return the activation's id.

        Raises:
            Invalid: it breaks a rule.
            UnknownAudience: no destination takes its changes.
            AppendFailed: Redis gave no answer, for this one or (with ``linger``) for others before it; when
                the id of this one is not among ``ids``, it was not taken.
        """
        activation = from_mapping(
            {
                "audience": audience,
                "profile_id": profile_id,
                "call_type": call_type,
                "identifiers": identifiers or {},
                "variables": variables or {},
                "occurred_at": occurred_at,
                "id": id,
            }
        )
        self._audiences.require(audience)
        return self._collector.add(activation) if self._collector else self._appender.append([activation])[0]

    def activate_many(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        audience: str | None = None,
        bulk: bool = False,
        ids: bool = False,
        progress: Callable[[int], None] | None = None,
        on_error: Callable[[int, Messages], None] | None = None,
    ) -> Report:
        """Activate rows, each a dict, from an iterable of any length.

        With ``audience`` rows need not name theirs. ``bulk`` rows wait behind real-time ones. ``ids`` are
        reported when asked for. ``progress`` is told how many rows are done, and ``on_error`` of each row
        that is refused; without it the first 10,000 errors are in the report.

        Raises:
            UnknownAudience: no destination takes changes of ``audience``; of a row's own it is an error of
                that row.
            AppendFailed: Redis gave no answer for some of the rows; its ``report`` says how far it got.
        """
        if audience is not None:
            self._audiences.require(audience)
        self.flush()
        report = Report(on_error=on_error)
        run = Bulk(self._appender, self._audiences, report, audience, bulk=bulk, ids=ids, progress=progress)
        return run.activate(rows)

    def append(self, activations: Iterable[Activation]) -> list[str]:
        """Append activations as they are, such as those of an AppendFailed, and return their ids."""
        self.flush()
        return self._appender.append(activations)

    def flush(self) -> None:
        """Append what is held; raises AppendFailed, also for what failed in the background."""
        if self._collector:
            self._collector.flush()

    def close(self) -> None:
        """Append what is held and let go of the server; raises AppendFailed like ``flush``."""
        atexit.unregister(self.close)
        with self._stack:
            if self._collector:
                self._collector.close()


def configured(stack: ExitStack) -> str:
    """Return the URL of the configured Redis, or of the embedded one, for as long as ``stack`` lasts."""
    settings = Settings.load()
    return settings.broker_url or stack.enter_context(embedded_server(settings.redis_dir))
