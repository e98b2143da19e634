"""pipeline.responsys.addresses."""

import pytest

from pipeline.responsys.addresses import is_address

LABEL = "a" * 63


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "Ada.Lovelace+news@sub.example.co.uk",
        "o'hara@x-y.example",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "1@2.example",
        "ada@xn--bcher-kva.example",
        "ada@example.xn--p1ai",
        "a" * 64 + "@example.com",
        f"ada@{LABEL}.{LABEL}.{LABEL}.{'a' * 54}.com",
    ],
)
def test_what_mail_systems_take_is_an_address(address):
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "ada@@example.com",
        "ada@b@example.com",
        "ada@example..com",
        "ada@.example.com",
        "ada@example.com.",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exam_ple.com",
        "ada@example.c",
        "ada@192.0.2.44",
        "ada@[192.0.2.44]",
        ".ada@example.com",
        "ada.@example.com",
        "ada..l@example.com",
        "ada l@example.com",
        " ada@example.com",
        "ada@example.com\n",
        '"ada"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        "ädä@example.com",
        "ada@bücher.example",
        "ada@example.com\u200b",
        "a" * 65 + "@example.com",
        f"ada@{LABEL}a.com",
        f"ada@{LABEL}.{LABEL}.{LABEL}.{'a' * 55}.com",
    ],
)
def test_what_may_spoil_a_whole_call_is_none(text):
    assert not is_address(text)
