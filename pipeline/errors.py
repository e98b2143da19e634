"""Errors, named by the pipeline's next move.

::

    PipelineError
    ├── Misconfigured        a person must change something; nothing is retried
    │   └── Held             the answer says so: the connector or destination stops, its rows wait
    ├── Refused              the answer is no for good; the rows become dead letters
    ├── RetryLater           nothing happened there; the batch is tried again
    │   └── Throttled        the same, and the limit it ran into is paused; costs no attempt
    └── OutcomeUnknown       the call went out and no answer tells its outcome
"""

from typing import Literal


class PipelineError(Exception):
    """Base of everything the pipeline raises on purpose."""


class Misconfigured(PipelineError):
    """A person must change something; the message names the setting or record, its place and the remedy."""


class CallError(PipelineError):
    """A call that did not end in an answer; ``code`` is the answer's own word, verbatim."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Held(CallError, Misconfigured):
    """The whole ``scope`` cannot be served until a person acts; its rows wait.

    ``connector``: the name of the one whose account refused, where the caller may call several; else "".
    """

    def __init__(self, scope: Literal["connector", "destination"], code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.scope = scope
        self.connector = ""


class Refused(CallError):
    """The whole call was turned down and nothing of it was done.

    ``isolate``: one bad row may be the cause, so the batch is halved until that row stands alone.
    """

    def __init__(self, code: str, detail: str = "", *, isolate: bool = False) -> None:
        super().__init__(code, detail)
        self.isolate = isolate


class RetryLater(CallError):
    """Nothing was done there; ``delay`` is the least wait in seconds, None to let back-off decide."""

    def __init__(self, code: str, detail: str = "", *, delay: float | None = None) -> None:
        super().__init__(code, detail)
        self.delay = delay


class Throttled(RetryLater):
    """A limit is used up: of one ``function``, of the whole ``account``, or of the ``login``."""

    def __init__(
        self,
        scope: Literal["function", "account", "login"],
        code: str,
        detail: str = "",
        *,
        delay: float | None = None,
    ) -> None:
        super().__init__(code, detail, delay=delay)
        self.scope = scope


class OutcomeUnknown(CallError):
    """The body went out, its outcome cannot be told; ``code`` is ``Timeout`` or ``OutcomeUnknown``."""
