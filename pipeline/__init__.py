"""Activate customer audiences into Oracle Responsys: the program, without its workers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.produce.producer import Producer as Producer

__all__ = ["Producer"]


def __getattr__(name: str) -> Any:
    """Import the producer when it is asked for: most of us do without it."""
    if name == "Producer":
        from pipeline.produce.producer import Producer

        return Producer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
