"""Generated folders of event files: few people, few values, so that rows meet, repeat and link."""

import csv
import io

from hypothesis import strategies as st

NAMES = (
    "RIID EVENT_CAPTURED_DT EVENT_STORED_DT CAMPAIGN_ID LAUNCH_ID EMAIL LIST_ID OFFER_NAME OFFER_NUMBER "
    "OFFER_CATEGORY OFFER_URL ORDER_ID SEGMENT_INFO MOBILE_NUMBER STATUS_CODE EVENT_UUID CUSTOM"
).split()
FEEDS = """
    SENT CLICK BOUNCE COMPLAINT OPEN OPT_IN SMS_DELIVERED SMS_DIVERED SMS_SENT SKIPPED PUSH_OPENED
""".split()
FEW = ["", "1", "2"]
OF_KEY = {
    "RIID": ["1", "2", "3", "007", "18446744073709551615", "", "null", "x", "18446744073709551616"],
    "EVENT_CAPTURED_DT": [
        "05-Jan-2026 14:03:22", "05-JAN-2026 14:03:22", "29-Mar-2026 02:30:00", "25-oct-2026 02:30:00",
        "31-Feb-2026 00:00:00", "",
    ],
    "OFFER_URL": ["", "https://www.example.com/shop?x=1", "www.example.com/shop", "nowhere"],
    **dict.fromkeys(["EVENT_STORED_DT", "CAMPAIGN_ID", "LAUNCH_ID", "OFFER_NUMBER", "ORDER_ID"], FEW),
}  # fmt: skip
ADDRESSES = ["a@example.com", "Ada <A@Example.com>", "b@example.com", " c@example.org ", "nobody", ""]
# Rows of one key agree in these: the value follows from the key.
FOLLOWING = {
    "OFFER_NAME": ["", 'say "hi", you', "Shoes", "two\nlines"],
    "STATUS_CODE": ["", "0", "5"],
    **dict.fromkeys(["LIST_ID", "OFFER_CATEGORY", "SEGMENT_INFO", "MOBILE_NUMBER"], FEW),
}
WITH_UUID = {"RIID": "5", "EVENT_CAPTURED_DT": "05-Jan-2026 14:03:22"}


@st.composite
def rows(draw):
    """A row by its columns."""
    row = {name: draw(st.sampled_from(values)) for name, values in OF_KEY.items()}
    if uuid := draw(st.sampled_from(["", "", "", "u-1", "u-2"])):
        return {**dict.fromkeys(NAMES, ""), **WITH_UUID, "EVENT_UUID": uuid}
    key = sum(ord(letter) for name in sorted(OF_KEY.keys() - {"RIID"}) for letter in row[name])
    row |= {name: values[key % len(values)] for name, values in FOLLOWING.items()}
    with_riid = row["RIID"].isdigit()
    address = ADDRESSES[(key + int(row["RIID"])) % len(ADDRESSES)] if with_riid else None
    row["EMAIL"] = draw(st.sampled_from(ADDRESSES)) if address is None else address
    return {**dict.fromkeys(NAMES, ""), **row, "CUSTOM": draw(st.sampled_from(FEW))}


@st.composite
def folders(draw):
    """Names and contents of files."""
    pool = draw(st.lists(rows(), min_size=1, max_size=10))
    files = []
    for number in range(draw(st.integers(1, 3))):
        account, feed = draw(st.sampled_from(["12", "9"])), draw(st.sampled_from(FEEDS))
        some = draw(st.lists(st.sampled_from(pool), max_size=12))
        content = written(some, draw(st.permutations(NAMES)), draw(line_ends), draw(st.booleans()))
        files.append((f"{account}_{feed}_20260105_{number:06d}.txt", content))
    return files


line_ends = st.sampled_from(["\n", "\r\n"])


def written(some, names, line_end, all_quoted):
    """Write rows as a file."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(text, names, lineterminator=line_end, quoting=quoting)
    writer.writeheader()
    writer.writerows(some)
    return text.getvalue().encode()
