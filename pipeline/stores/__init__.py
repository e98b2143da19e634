"""Stores: Redis, SQL, secrets and the doorbell, opened here and used everywhere.

SQL tables are in ``tables.py``, their changes in ``migrations/``; ``scripts.py`` runs ``pipeline/lua``.
Redis: ``note:sql``; Celery's lists, by the doorbell.
"""
