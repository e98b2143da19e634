import pytest

from pipeline.event_files.file_name import FileName, read_name
from pipeline.model.feeds import channel_of, is_taken


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1234_CLICK_20190103_130532.txt", FileName("1234", "CLICK", "20190103_130532", ("txt",))),
        ("1234_SMS_CLICK_20190103_231059.zip", FileName("1234", "SMS_CLICK", "20190103_231059", ("zip",))),
        ("1_LAUNCH_STATE_20190103_231059.csv", FileName("1", "LAUNCH_STATE", "20190103_231059", ("csv",))),
        ("1_sms_divered_20190103_231059.TXT", FileName("1", "SMS_DELIVERED", "20190103_231059", ("txt",))),
        ("1_OPEN_20190103_231059.zip.gpg", FileName("1", "OPEN", "20190103_231059", ("zip", "gpg"))),
    ],
)
def test_a_name_has_account_feed_and_stamp(name, expected):
    assert read_name(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "1234_CLICK_20190103_130532.txt.ready",
        "1234_CLICK_20190103_130532.count",
        "acme_CLICK_20190103_130532.txt",
        "1234_CLICK.txt",
        "1234_*_20190103_130532.txt",
        "1234_CLICK_20190103_130532.txt\n",
        "../1234_CLICK_20190103_130532.txt",
    ],
)
def test_other_names_are_none_of_ours(name):
    assert read_name(name) is None


def test_feeds_that_say_nothing_of_activity_are_left_out():
    taken = "SENT SKIPPED FAIL CONVERT SMS_CLICK PUSH_OPENED WEBPUSH_SENT MMS_FAILED SMS_DELIVERED".split()
    left = "LAUNCH_STATE SMS_OPEN SMS_RECEIVED SMS_MO_FW_SENT FORM PROGRAM APPCLOUD_SENT PUSHY".split()

    assert [feed for feed in (*taken, *left) if is_taken(feed)] == taken


@pytest.mark.parametrize(
    ("feed", "channel"),
    [("CLICK", "email"), ("OPT_IN", "email"), ("SMS_SENT", "sms"), ("WEBPUSH_SENT", "webpush")],
)
def test_a_word_names_its_channel(feed, channel):
    assert channel_of(feed) == channel
