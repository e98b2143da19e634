"""Oracle Responsys over its REST API, version 1.3."""
