"""Kinds of connectors: the one table of what each of them brings."""

from pipeline.responsys.actions import ACTIONS

__all__ = ["ACTIONS"]
