"""Straight parts: DuckDB's own reader says the same as reading line by line, or is not used."""

import pytest

from pipeline.event_files.file_parts import parts_of
from pipeline.event_files.part_rows import PartRows
from pipeline.event_files.plain_file import PlainFile
from pipeline.event_files.readable_file import make_readable
from pipeline.event_files.scratch import open_scratch
from tests.event_files.folder import IMPORT

HEADER = '"RIID","EVENT_CAPTURED_DT","EMAIL","OFFER_NAME","X"\n'
AT = "05-Jan-2026 14:03:22"
WELL = f'"1","{AT}","a@example.com","say ""hi"", you","null"\n'
COLUMNS = "rn, problem, key, riid, email, captured, offer, other"
STRAIGHT = [
    WELL * 3,
    WELL.rstrip("\n"),
    f"1,{AT},a@example.com,,x\n2,{AT},,b,\n",
    f'"x","{AT}","","",""\n"18446744073709551616","{AT}","","",""\n',
    WELL + f'"2","{AT}","","the ""best"" one",""\n',
]
ODD = [
    WELL + "\n" + WELL,
    WELL + f'"2","{AT}" ,"","",""\n',
    WELL + f'"2","{AT}","", "a",""\n',
    WELL + f'"2","{AT}","","a ",""\n',
    WELL + f'"2","{AT}",""," a",""\n',
    f"1, {AT},a@example.com,,x\n",
    f"1,{AT},a@example.com,,x \n",
    WELL + f'"2","{AT}","","\ta",""\n',
    WELL + f'"2","{AT}","","two\nlines",""\n',
    WELL + f'"2","{AT}","","open,""\n',
    WELL + f'"2","{AT}","",""\n',
    f'"2","{AT}","",,"a" "b"\n',
    f'"2","{AT}" ,"",a,"b"\n',
    f'"2",{AT},"",a"b,""\n',
]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")
    path = folder / "1"
    with open_scratch(folder) as scratch:

        def read(text, part_bytes, *, may_be_straight):
            path.write_bytes(text.encode())
            file = PlainFile(path, 1, "12", "CLICK", IMPORT)
            with make_readable(file, folder) as readable:
                rows = PartRows(
                    scratch, file, readable.header, is_clean=readable.is_clean and may_be_straight
                )
                found, straight = [], []
                for part in parts_of(readable.path, folder, part_bytes):
                    rows.read(part)
                    straight.append(rows.is_straight)
                    found += scratch.execute(f"SELECT {COLUMNS} FROM part_rows ORDER BY rn").fetchall()
            return found, straight

        yield read


@pytest.mark.parametrize("part_bytes", [1 << 20, 60])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [*STRAIGHT, *ODD])
def test_both_readers_say_the_same(read, text, line_end, part_bytes):
    content = (HEADER + text).replace("\n", line_end)
    lines, _ = read(content, part_bytes, may_be_straight=False)
    assert read(content, part_bytes, may_be_straight=True)[0] == lines


@pytest.mark.parametrize("text", STRAIGHT)
def test_what_responsys_writes_is_read_straight(read, text):
    assert read(HEADER + text, 1 << 20, may_be_straight=True)[1] == [True]


@pytest.mark.parametrize("text", ODD)
def test_odd_lines_are_read_line_by_line(read, text):
    assert read(HEADER + text, 1 << 20, may_be_straight=True)[1] == [False]
