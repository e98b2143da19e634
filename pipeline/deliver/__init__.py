"""Deliver: a batch becomes the calls of its steps, and their answers become verdicts.

Verb: deliver. The dry run makes the same decisions without a call.
Redis, drawn in ``set_ups.py``: ``known:{account}``, ``making:{account}:{sha1}``.
"""
