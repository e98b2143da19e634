"""How long calls took, as a histogram by connector and function.

Keys
    call_seconds    hash of "connector|function|bound" to a number of calls, and of "...|sum" to seconds
"""

from pipeline.stores.shared_sums import SharedSums
from pipeline.text.histograms import of_value

KEY = "call_seconds"
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds


def note_call(sums: SharedSums, connector: str, function: str, seconds: float) -> None:
    """Count a call that has ended, however it ended."""
    sums.add(of_value(f"{connector}|{function}", seconds, BOUNDS))
