"""One way to try again."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Result = TypeVar("Result")
Errors = tuple[type[Exception], ...]


def retrying(
    run: Callable[[], Result],
    *,
    passing: Errors | Callable[[Exception], bool],
    pauses: Iterable[float],
    give_up_after: float | None = None,
    on_error: Callable[[Exception], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Call ``run`` until it ends without an error that ``passing`` names or is true for.

    ``pauses``: seconds before each further try. The error is raised when they have run out, or when the next
    try would begin more than ``give_up_after`` seconds after the first.
    ``on_error`` is called before each pause.
    """
    latest = None if give_up_after is None else time.monotonic() + give_up_after
    for pause in pauses:
        try:
            return run()
        except Exception as error:
            is_passing = isinstance(error, passing) if isinstance(passing, tuple) else passing(error)
            if not is_passing or (latest is not None and time.monotonic() + pause > latest):
                raise
            if on_error is not None:
                on_error(error)
        sleep(pause)
    return run()
