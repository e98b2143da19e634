"""Stores: Redis, SQL, secrets and the doorbell, opened here and used everywhere.

SQL tables are in ``*_tables.py`` by subject, their changes in ``migrations/``; ``scripts.py`` runs
``pipeline/lua``.
Redis: ``note:sql``; Celery's lists, by the doorbell.
"""
