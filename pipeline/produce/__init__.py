"""Produce: a change enters the intake.

Verb: activate. A producer needs Redis alone: it checks changes, appends up to 500 at a time, rings accept.
Redis: ``producer:{producer}``; appends to ``intake:{shard}``.
"""
