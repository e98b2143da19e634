"""pipeline.stores.shared_sums: each process adds up, Redis holds the sum."""

import redis as redis_py

from pipeline.stores.shared_sums import SharedSums
from pipeline.text.histograms import histograms


def test_the_sums_of_all_processes_are_added(redis):
    one, other = SharedSums("sums"), SharedSums("sums")
    one.add({"a": 1, "b": 0.5})
    other.add({"a": 2})

    one.move(redis)
    other.move(redis)
    other.move(redis)

    assert one.read(redis) == {"a": 3, "b": 0.5}


def test_without_redis_nothing_is_lost(redis):
    sums = SharedSums("sums")
    sums.add({"a": 1})
    with redis_py.Redis(port=9) as away:
        sums.move(away)
    sums.add({"a": 1})

    sums.move(redis)

    assert sums.read(redis) == {"a": 2}


def test_a_histogram_is_read_as_it_was_written(redis):
    sums = SharedSums("sums")
    for seconds in (0.05, 0.1, 0.3, 70):
        sums.count("acme|send", seconds, (0.1, 0.5))
    sums.move(redis)

    assert list(histograms(sums.read(redis), (0.1, 0.5))) == [
        ("acme|send", [("0.1", 2), ("0.5", 3), ("+Inf", 4)], 70.45)
    ]
