"""Tables, on a terminal and elsewhere."""

import subprocess
import sys

from pipeline.cli.drawing import fitted_columns
from pipeline.cli.tables import show

LONG = "a-name-that-nobody-would-want-to-see-cut-off-in-the-middle"


def test_elsewhere_a_row_is_one_line_however_long(capsys):
    show(("NAME", "DEAD LETTERS", "DETAIL"), [(LONG, 1200, "x" * 100), ("b", None, "")])

    assert capsys.readouterr().out.splitlines() == [
        "NAME" + " " * 56 + "DEAD LETTERS  DETAIL",
        f"{LONG}         1,200  {'x' * 100}",
        "b" + " " * 59 + "           -  -",
    ]


def test_where_there_is_room_nothing_is_folded():
    assert fitted_columns(("NAME", "DEAD LETTERS"), [["a", "1"]], 80) == (("NAME", "DEAD LETTERS"), [4, 12])


def test_on_a_terminal_with_room_the_headers_are_bold(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")

    show(("NAME", "DEAD LETTERS"), [("a", 1)])

    assert capsys.readouterr().out == "\x1b[1mNAME  DEAD LETTERS\x1b[0m\na                1\n"


def test_on_a_narrow_terminal_a_table_is_folded(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")

    show(("NAME", "DEAD LETTERS", "DETAIL"), [(LONG, 1, "x" * 30)])

    assert capsys.readouterr().out.splitlines()[2:] == [
        " " * 69 + "x" * 20,
        f"{LONG}        1  {'x' * 10}",
    ]


def test_wide_characters_take_two_places(capsys):
    show(("NAME", "ROWS"), [("日本", 1), ("ab", 2)])

    assert capsys.readouterr().out == "NAME  ROWS\n日本     1\nab       2\n"


def test_a_table_that_fits_waits_for_no_library():
    """rich takes a twentieth of a second to import."""
    code = "import sys; from pipeline.cli.tables import show; show(('NAME',), [('a',)]); "
    code += "print('rich' in sys.modules)"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout == "NAME\na\nFalse\n"


def test_where_there_is_none_headers_and_the_last_column_are():
    headers, widths = fitted_columns(("NAME", "DEAD LETTERS", "DETAIL"), [[LONG, "1", "x" * 100]], 100)

    assert headers == ["NAME", "DEAD\nLETTERS", "DETAIL"]
    assert widths == [58, 7, 31]


def test_names_are_whole_on_the_narrowest_terminal():
    _, widths = fitted_columns(("NAME", "DETAIL"), [[LONG, "x" * 100]], 10)

    assert widths == [58, 20]


def test_brackets_are_text_and_what_could_command_a_terminal_is_left_out(capsys):
    show(("DETAIL",), [("[red]no[/red] \x1b[31mno\x9b2J",)])

    assert capsys.readouterr().out == "DETAIL\n[red]no[/red]  [31mno 2J\n"


def test_an_empty_table_has_its_headers(capsys):
    show(("NAME", "ROWS"), [])

    assert capsys.readouterr().out == "NAME  ROWS\n"
