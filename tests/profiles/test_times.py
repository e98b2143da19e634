"""Times of events, as rules of the contract have them."""

from pipeline.profiles.times import DAY, hour_of_week, iso_text, month_of

MONDAY = 1_396_889_935  # 2014-04-07 16:58:55


def test_the_hour_of_the_week_begins_with_sunday():
    assert iso_text(MONDAY) == "2014-04-07T16:58:55Z"
    assert hour_of_week(MONDAY) == "40"
    assert month_of(MONDAY // DAY) == "4"
