"""Connectors, destinations and sources, as they are configured."""
