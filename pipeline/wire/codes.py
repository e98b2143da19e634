"""Codes of our own, where the other side gave none."""

OTHER = "OtherError"
TIMEOUT = "Timeout"
UNKNOWN = "OutcomeUnknown"
