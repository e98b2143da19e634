"""Acceptance: entries of the intake become rows in lanes, or dead letters."""
