"""People with too many RIIDs, on both databases."""

from pipeline.people.crowds import MOST_RIIDS, Crowds, note_crowds, read_crowds
from pipeline.people.find import find_people
from tests.event_files.folder import land

HEADER = "EVENT_CAPTURED_DT,RIID,EMAIL\n"


def test_crowds_are_counted_with_the_largest(events, tmp_path):
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    sizes = {
        "desk@example.com": MOST_RIIDS + 1,
        "shop@example.com": MOST_RIIDS + 2,
        "a@example.com": MOST_RIIDS,
    }
    addresses = [address for address, size in sizes.items() for _ in range(size)]
    rows = [f"05-Jan-2026 14:03:22,{riid},{address}\n" for riid, address in enumerate(addresses, 1)]
    path.write_text(HEADER + "".join(rows))
    land(events, [path])
    assert read_crowds(events) == Crowds()

    note_crowds(events)

    with events.connect() as connection:
        [largest] = find_people(connection, "shop@example.com")
    assert read_crowds(events) == Crowds(2, largest)
