"""Behaviour on which Oracle's pages are silent or disagree; the defaults are the safe reading."""

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
    keep_members: bool = True  # False: merged records are checked and answered, but not kept
    bad_email: Literal["record", "request"] = (
        "record"  # the part that a malformed address in a plain merge fails
    )
    unique_addresses: bool = False  # True: a merge gives no member the address of another one
    default_permission: Literal["inserts", "always"] = (
        "inserts"  # the merges that defaultPermissionStatus counts for
    )
    async_enabled: bool = True  # False: the account may not use the asynchronous API
    async_delay: float = 0.5  # seconds until an asynchronous request is processed
    async_status: int = 202  # of an accepted request: 202 on some pages, 200 on the rest
    async_life: float = 86400  # seconds until the answer to an asynchronous request is purged
    webhook_body: Literal["array", "commas"] = "array"  # the samples show objects separated by commas
    webhook_pause: float = 1.0  # seconds between two attempts to tell events

    def copy_from(self, other: "Behaviour") -> None:
        """Set every switch as in ``other``."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))
