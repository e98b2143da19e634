"""Pages ahead: the next page is on its way while the present one is taken."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from pipeline.model.record_reader import Position, RecordPage, RecordReader


def pages_ahead(reader: RecordReader, place: Position) -> Generator[RecordPage, None, None]:
    """Give all pages after a place; an error of a page is raised in its turn.

    If the caller stops early, one page has been asked for in vain.
    """
    with ThreadPoolExecutor(1, "pages ahead") as asking:
        coming = asking.submit(reader.page, place)
        while True:
            page = coming.result()
            if page.is_last:
                yield page
                return
            coming = asking.submit(reader.page, page.last)
            yield page
