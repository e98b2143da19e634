"""Two presses of a button do it once."""

import pytest
from flask import Flask

from pipeline.web.console.presses import new_press, once


def press(redis, identity, do):
    app = Flask(__name__)
    with app.test_request_context("/", method="POST", data={"press": identity}):
        return once(redis, do, "/default")


def test_the_second_press_leads_to_the_page_of_the_first(redis):
    identity, done = new_press(), []

    def do():
        done.append(1)
        return f"/operations/{len(done)}"

    assert [press(redis, identity, do) for _ in range(3)] == ["/operations/1"] * 3
    assert press(redis, new_press(), do) == "/operations/2"


def test_a_press_that_came_to_grief_may_be_repeated(redis):
    identity = new_press()
    with pytest.raises(ZeroDivisionError):
        press(redis, identity, lambda: str(1 / 0))

    assert press(redis, identity, lambda: "/done") == "/done"


def test_without_the_field_each_press_counts(redis):
    assert [press(redis, "odd", lambda: "/done") for _ in range(2)] == ["/done"] * 2
