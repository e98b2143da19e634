"""Open a snapshot that is a file: JSON Lines or CSV, as it is or compressed with gzip."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.errors import Misconfigured
from pipeline.produce.files import Format, format_of, read
from pipeline.produce.lines import FileLine

GZIP = b"\x1f\x8b"


def read_file(file: BinaryIO, form: Format | None = None) -> Iterator[FileLine]:
    """Read the lines of a snapshot; its name or its content decide on a format that is not given.

    Raises Misconfigured when it cannot be read, also when only its end is missing.
    """
    source = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("Any", file))
    name = str(getattr(file, "name", ""))
    if not source.peek(2).startswith(GZIP):
        yield from read(source, form or format_of(name))
        return
    form = form or format_of(Path(name).stem if name.endswith(".gz") else name)
    try:
        yield from read(io.BufferedReader(cast("Any", gzip.GzipFile(fileobj=source))), form)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Misconfigured(f"the compressed file is cut off or damaged: {error}") from error
