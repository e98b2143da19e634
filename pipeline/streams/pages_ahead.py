"""Pages ahead: the next page is on its way, and its digests are made, while the present one is taken.

Most of the time a page is taken is spent by the database, which leaves the processor to the other thread.
"""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from pipeline.model.record_reader import Position, RecordPage, RecordReader
from pipeline.people.record_identity import address_key, digest_of, family_of
from pipeline.streams.record_bodies import body_of


def pages_ahead(reader: RecordReader, place: Position, *, are_new: bool) -> Generator[RecordPage, None, None]:
    """Give all pages after a place; an error of a page is raised in its turn.

    ``are_new``: nearly all records are read for the first time. If the caller stops early, one page has been
    asked for in vain.
    """
    with ThreadPoolExecutor(1, "pages ahead") as asking:
        coming = asking.submit(digested_page, reader, place, are_new)
        while True:
            page = coming.result()
            if page.is_last:
                yield page
                return
            coming = asking.submit(digested_page, reader, page.last, are_new)
            yield page


def digested_page(reader: RecordReader, place: Position, are_new: bool) -> RecordPage:
    """Return the page after a place; all digests that are asked for when it is taken are known.

    Those of its people are asked for of new and changed records alone.
    """
    page = reader.page(place)
    for record in page.records:
        body_of(record)
        if are_new:
            digest_of(record)
            family_of(record)
            address_key(record)
    return page
