"""The operator's view: status, numbers, erasure."""
