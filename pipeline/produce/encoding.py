"""Encoding: files in whichever encoding become UTF-8.

Only marks and the zero bytes of UTF-16 are looked at. A library that guesses by frequencies of letters takes
short files for the wrong one of a dozen encodings, and names are spoilt without a word. So a line that is not
UTF-8 is refused until ``--encoding`` is given.
"""

import codecs

from pipeline.errors import Misconfigured
from pipeline.produce.content import CHUNK, Content

UTF_8 = "utf-8"
MARKS = (  # those of UTF-32 first: that of UTF-16 begins like one of them
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UNDECODABLE = "activation.undecodable"  # the name under which codecs knows ``undecodable``
NOT_UTF_8 = b"\xff"  # stands for bytes that the encoding does not know: a line with it is refused


def undecodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Let a line go on that will be refused."""
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    if isinstance(error, UnicodeEncodeError):
        return NOT_UTF_8, error.end
    raise error


codecs.register_error(UNDECODABLE, undecodable)


class AsUtf8:
    """Content of another encoding, as UTF-8."""

    def __init__(self, content: Content, encoding: str) -> None:
        self._content = content
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(UNDECODABLE)

    def read1(self, size: int = CHUNK, /) -> bytes:
        """Return some bytes, which may be more than ``size``."""
        while raw := self._content.read1(size):
            if text := self._decoded(raw):
                return self._encoded(text)
        return self._encoded(self._decoded(b"", end=True))

    def _decoded(self, raw: bytes, *, end: bool = False) -> str:
        try:
            return self._decoder.decode(raw, end)
        except UnicodeError as error:  # of the whole, as of UTF-32 without a mark
            raise Misconfigured(
                f"the file cannot be read as {encoding_text(self._encoding)}: {error}"
            ) from error

    def _encoded(self, text: str) -> bytes:
        return text.encode(UTF_8, UNDECODABLE)


def in_utf8(content: Content, given: str | None) -> tuple[Content, str, bool]:
    """Return content in UTF-8, without a mark; and which encoding it had, and whether a mark said so."""
    mark, marked = mark_of(content.start(4))
    content.skip(len(mark))
    encoding = marked or without_mark(content.start(4))
    if given and not (marked and codec_of(given) in ("utf-16", "utf-32")):
        encoding = codec_of(given)
    plain = content if encoding == UTF_8 else Content(AsUtf8(content, encoding))
    return plain, encoding, bool(mark)


def mark_of(start: bytes) -> tuple[bytes, str]:
    """Return the mark at the beginning and the encoding that it stands for; empty when there is none."""
    return next(((mark, name) for mark, name in MARKS if start.startswith(mark)), (b"", ""))


def without_mark(start: bytes) -> str:
    """Tell UTF-16 by its zero bytes: files begin with a letter, a quote or a bracket, all of them ASCII."""
    first, second = start[:1] == b"\0", start[1:2] == b"\0"
    return UTF_8 if first == second else "utf-16-be" if first else "utf-16-le"


def codec_of(name: str) -> str:
    """Return Python's name of an encoding; raises Misconfigured when it knows none of that name."""
    try:
        "a".encode(name)
        codec = codecs.lookup(name).name
        codecs.getincrementaldecoder(name)(UNDECODABLE).decode(b"a\x80\xff", True)
    except (LookupError, ValueError) as error:
        raise Misconfigured(
            f'"{name}" is not an encoding; usual ones: utf-8, utf-16, windows-1252'
        ) from error
    return UTF_8 if codec == "utf-8-sig" else codec


def encoding_text(encoding: str) -> str:
    """Write an encoding as people do."""
    return (
        encoding.upper().removesuffix("-LE").removesuffix("-BE") if encoding.startswith("utf") else encoding
    )
