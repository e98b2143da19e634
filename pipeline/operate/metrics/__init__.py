"""Metrics for Prometheus, out of both stores at the time of the scrape, so the same from every process.

A store that is away costs its own metrics only.
"""
