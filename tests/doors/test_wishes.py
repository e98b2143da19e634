"""The door of wishes: whoever a text names, and why, on both databases."""

import pytest

from pipeline.consents.saying import Saying
from pipeline.operate.consents import addresses_meant
from tests.consents.conftest import EMAIL
from tests.nasty_values import TEXTS


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_names_addresses_or_nobody(events, text):
    with events.begin() as connection:
        for named in (text, f"{text}@example.com", f"ada@{text}", f"person:{text}", f" {text} "):
            for one in addresses_meant(connection, named):
                saying = Saying(connection, EMAIL, ["consent-list"])
                noted = saying.say("out", one.digest, {"by": "ada", "reason": "x"}, plain=one.plain)
                assert noted.after.status == "out"
