"""Unknown types of webhooks: counted by few words, and never among the numbers of rows."""

from datetime import UTC, datetime, timedelta

from pipeline.settle.statistics import read_statistics
from pipeline.settle.unknown_types import MOST, count_unknown, unknown_types_since

DAY = timedelta(days=1)


def word(number):
    return f"EMAIL_{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}"


def test_words_that_look_like_types_count_by_themselves_and_all_others_together(engine, redis):
    now = datetime.now(UTC)
    for told in (["EMAIL_FORWARDED", "ada@example.com"], ["EMAIL_FORWARDED", "+33612345678", "ADA_LOVELACE"]):
        count_unknown(engine, "acme", told, now)
    count_unknown(engine, "acme", [], now)

    assert unknown_types_since(engine, DAY) == {"acme": {"EMAIL_FORWARDED": 2, "other": 3}}
    assert read_statistics(redis, engine) == {}


def test_a_connector_has_few_words_in_a_day(engine):
    now = datetime.now(UTC)
    count_unknown(engine, "acme", map(word, range(MOST - 1)), now)
    count_unknown(engine, "acme", map(word, range(MOST + 3)), now)
    count_unknown(engine, "other", [word(25)], now)

    found = unknown_types_since(engine, DAY)
    assert (len(found["acme"]), found["acme"]["other"], found["other"]) == (MOST + 1, 3, {word(25): 1})


def test_words_of_days_ago_are_not_told(engine):
    count_unknown(engine, "acme", ["EMAIL_FORWARDED"], datetime.now(UTC) - 2 * DAY)

    assert unknown_types_since(engine, DAY) == {}
