"""Records: connectors, destinations and sources, as they are configured.

The SQL store decides; a catalog is one frozen picture of it, the mirror its copy for scripts and producers.
SQL: ``connectors``, ``destinations``, ``sources``, ``holds``, ``catalog``. Redis, drawn in ``mirror.py``.
"""
