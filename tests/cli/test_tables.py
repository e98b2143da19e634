"""Tables, on a terminal and elsewhere."""

from pipeline.cli.drawing import fitted
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
    assert fitted(("NAME", "DEAD LETTERS"), [["a", "1"]], 80) == (("NAME", "DEAD LETTERS"), [4, 12])


def test_where_there_is_none_headers_and_the_last_column_are():
    headers, widths = fitted(("NAME", "DEAD LETTERS", "DETAIL"), [[LONG, "1", "x" * 100]], 100)

    assert headers == ["NAME", "DEAD\nLETTERS", "DETAIL"]
    assert widths == [58, 7, 31]


def test_names_are_whole_on_the_narrowest_terminal():
    _, widths = fitted(("NAME", "DETAIL"), [[LONG, "x" * 100]], 10)

    assert widths == [58, 20]


def test_brackets_are_text_and_what_could_command_a_terminal_is_left_out(capsys):
    show(("DETAIL",), [("[red]no[/red] \x1b[31mno\x9b2J",)])

    assert capsys.readouterr().out == "DETAIL\n[red]no[/red]  [31mno 2J\n"


def test_an_empty_table_has_its_headers(capsys):
    show(("NAME", "ROWS"), [])

    assert capsys.readouterr().out == "NAME  ROWS\n"
