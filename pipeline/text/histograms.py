"""Histograms as names and numbers: "acme|send|0.5" counts values, "acme|send|sum" adds them up.

The last part is the upper bound of a bucket; each value is counted in the first bucket that holds it.
"""

from collections.abc import Iterator, Mapping, Sequence

INFINITE = "+Inf"
SUM = "sum"


def histograms(
    numbers: Mapping[str, float], bounds: Sequence[float]
) -> Iterator[tuple[str, list[tuple[str, float]], float]]:
    """Give each name with its cumulated buckets, and the sum of its values."""
    for name in sorted({name.rpartition("|")[0] for name in numbers}):
        total, buckets = 0.0, []
        for bound in (*map(str, bounds), INFINITE):
            total += numbers.get(f"{name}|{bound}", 0.0)
            buckets.append((bound, total))
        yield name, buckets, numbers.get(f"{name}|{SUM}", 0.0)
