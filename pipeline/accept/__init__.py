"""Accept: entries of the intake become rows in lanes, or dead letters.

Verb: accept. A shard has one claim, so a profile's changes keep their order; a script adds rows and drops it.
Redis, drawn in ``intake.py``: ``intake:{shard}``, ``seen:{digest}``, ``newest:{destination}:{sha1}``.
"""
