"""Text files: a plain file as lines of UTF-8, checked in one reading before any line is looked at.

Most files are good as they are. One in another encoding, with mixed line ends, or with characters that no
text should have, is copied: each of its lines stays one line, and a line that cannot be read is marked.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20  # bytes
LONGEST_LINE = 1 << 20  # bytes, about
MARK = "\x02"  # begins a line that cannot be read, with the letter of its reason
NOT_TEXT, NUL, LONG = "e", "n", "l"
REASONS = {
    NOT_TEXT: "it has bytes that are no text in the import's encoding",
    NUL: "it has a NUL character",
    LONG: f"it is longer than {LONGEST_LINE >> 20} MiB",
}
SHOWN_OF_MARKED = 1_000  # characters
CONTROLS = (b"\x00", b"\x01", b"\x02", b"\x1f")  # two of them are ours: MARK, and that between values
REPLACED = str.maketrans(dict.fromkeys("\x01\x02\x1f\r", " "))
UNKNOWN = "\ufffd"  # in the place of bytes that are no text


@dataclass
class TextLook:
    """The findings of the first reading."""

    size: int = 0
    line_feeds: int = 0
    returns: int = 0
    pairs: int = 0  # of a return and a line feed
    controls: bool = False
    not_text: bool = False
    long: bool = False
    head: bytes = b""

    @property
    def is_clean(self) -> bool:
        """True if a reader of lines can take the file as it is."""
        line_ends = self.returns == 0 or self.returns == self.pairs == self.line_feeds
        return line_ends and not (self.controls or self.not_text or self.long)

    def add(self, piece: bytes) -> None:
        """Look at whole lines."""
        self.head = self.head or piece[:BLOCK]
        self.size += len(piece)
        self.line_feeds += piece.count(b"\n")
        if b"\r" in piece:
            self.returns += piece.count(b"\r")
            self.pairs += piece.count(b"\r\n")
        self.controls |= any(control in piece for control in CONTROLS)
        self.not_text |= not piece.isascii() and not is_utf8(piece)
        self.long |= has_long_line(piece)


def look_at(path: Path) -> TextLook:
    """Read a file once, in constant memory."""
    look = TextLook()
    for piece in whole_lines(path):
        look.add(piece)
    return look


def whole_lines(path: Path) -> Iterator[bytes]:
    """Give a file in pieces of about a block, each of whole lines."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            end = block.rfind(b"\n") + 1
            if end:
                yield rest + block[:end]
                rest = block[end:]
            elif len(rest) < 2 * BLOCK:
                rest += block
            else:
                yield rest
                rest = block
    if rest:
        yield rest


def has_long_line(piece: bytes) -> bool:
    """Tell whether a line is too long, wherever in the piece it is."""
    start = 0
    while len(piece) - start > LONGEST_LINE:
        end = piece.rfind(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def is_utf8(piece: bytes) -> bool:
    """Tell whether bytes are UTF-8."""
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def write_clean(path: Path, target: Path, look: TextLook, encoding: str) -> None:
    """Copy a file as UTF-8 with LF, a line for each of its lines; marked where it cannot be read."""
    lone_returns = look.line_feeds == 0
    with target.open("w", encoding="utf-8", errors="replace", newline="\n") as copy:
        for text in decoded_lines(path, encoding):
            copy.write(clean_lines(as_line_feeds(text, lone_returns), of_utf8=not look.not_text))


def decoded_lines(path: Path, encoding: str) -> Iterator[str]:
    """Decode a file in pieces of whole lines, unless a line is too long."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = rest + decoder.decode(block)
            end = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            rest, text = text[end:], text[:end]
            if len(rest) > 4 * BLOCK:
                rest = rest[: 2 * BLOCK]  # still too long, and marked as such
            yield text
    yield rest + decoder.decode(b"", final=True)


def as_line_feeds(text: str, lone_returns: bool) -> str:
    """Turn line ends into LF; a lone return is one only in a file without any line feed."""
    text = text.replace("\r\n", "\n")
    return text.replace("\r", "\n") if lone_returns else text


def clean_lines(text: str, *, of_utf8: bool) -> str:
    """Mark the lines that cannot be read, and replace characters that are ours."""
    suspicious = "\0" in text or (UNKNOWN in text and not of_utf8)
    if not suspicious and len(text) < LONGEST_LINE:
        return text.translate(REPLACED)
    return "\n".join(clean_line(line, of_utf8=of_utf8) for line in text.split("\n"))


def clean_line(line: str, *, of_utf8: bool) -> str:
    """Return a line as it can be read, or marked."""
    reason = (
        (len(line) > LONGEST_LINE and LONG)
        or ("\0" in line and NUL)
        or (UNKNOWN in line and not of_utf8 and NOT_TEXT)
    )
    line = line.translate(REPLACED)
    return f"{MARK}{reason}{line[:SHOWN_OF_MARKED]}".replace("\0", "\u2400") if reason else line
