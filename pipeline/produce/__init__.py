"""Producers: a change enters the intake."""
