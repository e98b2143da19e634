"""What Oracle's pages leave open or contradict each other about; the defaults are the safe reading."""

from typing import Literal

import msgspec


class Behaviour(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Changeable while the emulator runs (``POST /_control/behaviour``)."""

    token_life: float = 7200  # seconds; Oracle's pages say two hours, and three
    window: float = 60  # seconds; limits are calls per window
    window_shape: Literal["fixed", "sliding"] = "fixed"
    limit_status: int = 400  # of API_LIMIT_EXCEEDED: 400 in one table, 401 in another
    capacity_status: int = 400  # of INTERNAL_CAPACITY_LIMIT_EXCEEDED: documented nowhere
    retry_after: int | None = None  # seconds; Responsys sends no Retry-After
    duplicates: Literal["all_fail", "first_succeeds"] = "all_fail"  # within one call
    unknown_recipient: Literal["NO_RECIPIENT_FOUND", "RECIPIENT_NOT_FOUND"] = "NO_RECIPIENT_FOUND"
    keep_bodies: bool = True  # False keeps the ledger small: no detail per recipient
