import json
import re
import time
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.responsys.bodies import redacted, redacted_path
from pipeline.text.redaction import MASK, PLAIN, SHORTEST, Hidden, masked


def test_columns_and_settings_stay_and_values_go():
    body = {
        "recordData": {
            "fieldNames": ["EMAIL_ADDRESS_", "TIER"],
            "records": [["ada@example.com", "gold"], ["zoe@example.com", None]],
            "mapTemplateName": None,
        },
        "mergeRule": {"insertOnNoMatch": True, "matchColumnName1": "EMAIL_ADDRESS_", "optinValue": "I"},
    }

    assert redacted(body) == {
        "recordData": {
            "fieldNames": ["EMAIL_ADDRESS_", "TIER"],
            "records": [["…", "…"]],
            "mapTemplateName": None,
        },
        "mergeRule": {"insertOnNoMatch": True, "matchColumnName1": "EMAIL_ADDRESS_", "optinValue": "I"},
    }


def test_what_is_not_known_to_be_a_setting_is_a_value():
    assert redacted({"recipient": {"customerId": "C-1", "anything": [1, None, True]}, "note": "C-1"}) == {
        "recipient": {"customerId": "…", "anything": ["…", "…", "…"]},
        "note": "…",
    }


def test_rows_that_differ_in_their_names_are_shown_each_once():
    def row(*names):
        return {"optionalData": [{"name": name, "value": "x"} for name in names]}

    def shown(*names):
        return {"optionalData": [{"name": name, "value": "…"} for name in names]}

    rows = [row("A"), row("A", "B"), row("A"), row("B")]
    assert redacted({"recipientData": rows}) == {"recipientData": [shown("A"), shown("A", "B"), shown("B")]}
    assert redacted({"recipientData": [*rows, row("C"), row("D")]})["recipientData"][3:] == ["…"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/rest/api/v1.3/events/LAPSED", "/rest/api/v1.3/events/LAPSED"),
        ("/a/members?action=delete", "/a/members?action=delete"),
        ("/a/members?qa=ONE&qa=TWO&id=C-1&id=", "/a/members?qa=ONE&qa=TWO&id=…&id=…"),
    ],
)
def test_a_path_has_no_values_in_its_query(path, shown):
    assert redacted_path(path) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the value gold-7 is not valid", "the value [masked] is not valid"),
        ('"Zo\\u00eb \\"Z\\""', '"[masked]"'),
        ("note=Zo%C3%AB+%22Z%22&x=1", "note=[masked]&x=1"),
        ("Record 3 of 12", "Record 3 of 12"),
        ("x" * 996 + "gold", "x" * 996 + "[masked]"),
        ("x" * 995 + "gold", "x" * 995 + "gold"),
    ],
    ids=["plain", "json", "form", "short", "cut off", "not cut off"],
)
def test_values_are_taken_out_of_what_quotes_them(text, shown):
    assert Hidden(["gold-7", 'Zoë "Z"', "12", None])(text) == shown


def forms(value):
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], quote_plus(value)}


@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_value_is_written_in_one_way_only(value):
    assert forms(value) == {value}


@given(st.text(st.characters(codec="utf-8"), min_size=SHORTEST))
def test_all_forms_of_a_value_are_known(value):
    hidden = Hidden([value])

    assert {hidden(form) for form in forms(value)} == {MASK}


PERSONAL = re.compile(r"""[^\s<>"'`\[\](){},;:=]*(?:@|%40)[^\s<>"'`\[\](){},;:=]*|\b[0-9A-Fa-f]{32,}\b""")
BITS = ("@", "%40", "a" * 31, "a" * 32, "-", "_", " ", "(", '"', "é", ":", "ada", "%4", "0", "\n", "g")


@given(st.lists(st.sampled_from(BITS), max_size=12).map("".join))
def test_an_address_and_a_hash_are_masked_as_one_slow_pattern_would(text):
    """It took seconds for a long text without a blank."""
    assert masked(text) == PERSONAL.sub(MASK, text)


@pytest.mark.parametrize("piece", ["a", "a-", "%4", "0", "a@", "%40", "é", "\ud83d"])
def test_masking_costs_no_more_than_the_length_of_the_text(piece):
    text = (piece * 300_000)[:300_000]
    fastest = min(cpu(lambda: masked(text)) for _ in range(3))

    assert fastest < 0.05


def cpu(work):
    started = time.thread_time()
    work()
    return time.thread_time() - started
