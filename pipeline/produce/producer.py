"""Producer: the public door of the intake, from Python.

A producer needs Redis alone. An activation that it returned an id for is in the intake, or held for it.
"""

import atexit
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any, Self

from pipeline.model.activation import Activation, Invalid, from_mapping
from pipeline.produce.appender import APPEND_PATIENCE, Appender, AppendFailed, Bell
from pipeline.produce.audiences import Audiences, UnknownAudience
from pipeline.produce.collector import Collector
from pipeline.produce.frames import rows_of
from pipeline.produce.many import ManyRows
from pipeline.produce.report import Messages, Report
from pipeline.settings import Settings, replicas_asked_for
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.embedded import open_broker

__all__ = ["AppendFailed", "Invalid", "Producer", "Report", "UnknownAudience"]


class Producer:
    """Appends activations to the intake; threads may share it.

    ``broker_url``: None is the configured Redis, or the embedded one in the data folder. ``linger``, seconds:
    single activations are collected in the background and appended together after that time, when there are
    500, and on ``close``. ``patience`` (seconds, for each append): how long a server that is full, away or
    cannot write is waited for. ``replicas`` of Redis must have each append; None:
    ``ACTIVATION_REPLICAS``. A producer that is faster than delivery is held back by that.
    """

    def __init__(
        self,
        broker_url: str | None = None,
        linger: float | None = None,
        *,
        patience: float = APPEND_PATIENCE,
        bell: Bell | None = None,
        replicas: int | None = None,
    ) -> None:
        with ExitStack() as stack:
            url = broker_url or configured(stack)
            waits_for = replicas_asked_for() if replicas is None else replicas
            client = stack.enter_context(connect(url, replicas=waits_for))
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
        """Number of activations that wait for ``linger``; 0 without it."""
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
            Invalid: the activation breaks a rule.
            UnknownAudience: no destination takes changes of the audience.
            AppendFailed: Redis gave no answer, for this activation or (with ``linger``) for earlier ones.
                This one was taken only if its id is among ``ids``.
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
        rows: Iterable[Mapping[str, Any]] | Any,
        *,
        audience: str | None = None,
        bulk: bool = False,
        ids: bool = False,
        progress: Callable[[int], None] | None = None,
        on_error: Callable[[int, Messages], None] | None = None,
    ) -> Report:
        """Activate rows, each a dict, from an iterable of any length; or a data frame (see frames.py).

        ``audience``: of rows that name none. ``bulk``: the rows wait after real-time ones. ``ids``: report
        them. ``progress`` is called with the number of rows done, ``on_error`` with the index and the
        messages of each refused row; without it the report keeps the first 10,000 errors.

        Raises:
            UnknownAudience: no destination takes changes of ``audience``. An audience that a row names is an
                error of that row.
            AppendFailed: Redis gave no answer for some of the rows; ``report`` counts those before.
        """
        if audience is not None:
            self._audiences.require(audience)
        self.flush()
        report = Report(on_error=on_error)
        run = ManyRows(
            self._appender, self._audiences, report, audience, bulk=bulk, ids=ids, progress=progress
        )
        return run.activate(rows_of(rows))

    def append(self, activations: Iterable[Activation]) -> list[str]:
        """Append activations unchanged, such as those of an AppendFailed, and return their ids."""
        self.flush()
        return self._appender.append(activations)

    def flush(self) -> None:
        """Append all that is held; raises AppendFailed, also for an append that failed in the background."""
        if self._collector:
            self._collector.flush()

    def close(self) -> None:
        """Append all that is held and close the connections; raises AppendFailed like ``flush``."""
        atexit.unregister(self.close)
        with self._stack:
            if self._collector:
                self._collector.close()


def configured(stack: ExitStack) -> str:
    """Return the URL of the configured Redis, or of the embedded one until ``stack`` is closed."""
    settings = Settings.load()
    return stack.enter_context(open_broker(settings.broker_url, settings.redis_dir))
