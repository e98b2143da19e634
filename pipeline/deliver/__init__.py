"""Deliver batches: the calls of their steps, a verdict for each row, and the account of it."""

from pipeline.deliver.delivery import Delivery

__all__ = ["Delivery"]
