"""Rules of faults: the calls that go wrong, and the way they do.

A rule applies to a call when function, account and ``match`` fit, ``after`` such calls have passed,
``times`` is not used up and the dice (seeded) say so.
"""

from typing import Literal

import msgspec

Kind = Literal[
    "latency",  # ``seconds``, and up to ``jitter`` more
    "error",  # ``errorCode``, ``status``, ``title``, ``detail`` in Responsys' shape
    "html",  # ``status`` (502) with a page of the gateway
    "close",  # the connection ends without an answer
    "hang",  # no answer, until the client gives up
    "truncate",  # half of the answer, then the connection ends
    "short",  # the last ``results`` results are missing
    "long",  # the last result comes ``results`` times more
    "reorder",  # results in reverse order
    "expire_token",  # the caller's tokens expire; with ``errorCode`` INVALID_TOKEN they are forgotten
    "capacity",  # INTERNAL_CAPACITY_LIMIT_EXCEEDED, and for ``seconds`` on every call of the account
]
KINDS_ON_ANSWER = {"truncate", "short", "long", "reorder"}
# An asynchronous request has no connection by the time it is processed.
KINDS_IN_PROCESSING = {"error", "short", "long", "reorder"}
KINDS_BEFORE = {"expire_token", "capacity"}


class FaultRule(msgspec.Struct, forbid_unknown_fields=True, rename={"error_code": "errorCode"}, kw_only=True):
    """The calls that go wrong, and the way they do; ``when``: before or after the function is called."""

    kind: Kind
    function: str | None = None
    account: str | None = None
    match: str | None = None  # a string value that must be somewhere in the body: an identifier, a variable
    after: int = 0  # calls let through first
    times: int | None = None
    probability: float = 1.0
    when: Literal["before", "after"] = "before"
    seconds: float = 0.0
    jitter: float = 0.0
    status: int | None = None
    error_code: str | None = None
    title: str | None = None
    detail: str = ""
    results: int = 1
    seen: int = 0  # counted here, shown by GET /_control/faults
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind == "error" and self.error_code is None:
            raise ValueError('a fault of kind "error" needs an errorCode')
        if self.kind in KINDS_ON_ANSWER:
            self.when = "after"
        if self.kind in KINDS_BEFORE:
            self.when = "before"

    @property
    def label(self) -> str:
        """Name the fault in the ledger: "close after"."""
        return f"{self.kind} {self.when}"
