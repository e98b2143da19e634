"""Reading of files: few requests for small ones, all bytes of large ones."""

import asyncio

import pytest

from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.session import FIRST_PIECE, PIECE, SftpSession

CONNECTOR = SftpConnector(name="f", title="f", host="127.0.0.1", username="u", private_key="k")


class OpenFile:
    """A file of a server, with what was asked of it."""

    def __init__(self, content):
        self.content, self.asked, self.closed = content, [], False

    async def open(self, path, mode):
        return self

    async def read(self, size, offset):
        self.asked.append((size, offset))
        return self.content[offset : offset + size]

    async def close(self):
        self.closed = True


class Loop:
    def run(self, work, seconds):
        return asyncio.run(work)


@pytest.mark.parametrize(
    ("size", "offset", "asked"),
    [
        (0, 0, [(FIRST_PIECE, 0)]),
        (1000, 0, [(FIRST_PIECE, 0)]),
        (1000, 999, [(FIRST_PIECE, 999)]),
        (FIRST_PIECE, 0, [(FIRST_PIECE, 0), (PIECE, FIRST_PIECE)]),
        (FIRST_PIECE + PIECE + 1, 0,
         [(FIRST_PIECE, 0), (PIECE, FIRST_PIECE), (PIECE, FIRST_PIECE + PIECE)]),
    ],
)  # fmt: skip
def test_a_file_is_read_to_its_end_and_no_further(size, offset, asked):
    file = OpenFile(bytes(size))

    assert sum(map(len, SftpSession(CONNECTOR, Loop(), file, 60).read("x", offset))) == size - offset
    assert (file.asked, file.closed) == (asked, True)
