"""Status: backlog, pace, troubles and workers, read from both stores at one moment."""
