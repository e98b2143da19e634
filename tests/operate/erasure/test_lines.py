"""Lines of occurrences that hold rows of a profile, however its name is written there."""

import pytest

from pipeline.operate.erasure.lanes import lines_of

ROW = '{{"audience": "lapsed", "profile_id": {0}, "call_type": "ADD"}}'


@pytest.mark.parametrize(
    ("profile", "written"),
    [("p-7", '"p-7"'), ("p-7", '"p\\u002d7"'), ("Zoë", '"Zoë"'), ("Zoë", '"Zo\\u00eb"'), ('"', '"\\""')],
)
@pytest.mark.parametrize("part", ["rows", "parked"])
def test_a_row_is_found_as_its_producer_wrote_it(redis, profile, written, part):
    rows = {"hers": ROW.format(written), "another": ROW.format('"p-8"'), "named": ROW.format('"p-8 or p-7"')}
    if part == "rows":
        redis.hset("rows:lapsed", mapping=rows)
    else:
        redis.zadd("parked:lapsed", {f"{line}\0{7:016d}\0lane\0{1}\0{row}": 0 for line, row in rows.items()})

    assert lines_of(redis, "lapsed", profile) == ["hers"]


def test_a_state_row_has_its_own_line(redis):
    redis.hset("rows:lapsed", "p-7", "lane\0" + ROW.format('"p-7"'))

    assert lines_of(redis, "lapsed", "p-7") == []
