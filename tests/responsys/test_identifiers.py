"""pipeline.responsys.identifiers."""

import pytest

from pipeline.responsys.identifiers import IDENTIFIERS, hash_email

HASH = "0aB9" * 16


@pytest.mark.parametrize("email", ["ada@example.com", " ada@example.com\n", "Ada@Example.COM"])
def test_an_address_is_trimmed_and_lower_cased_before_it_is_hashed(email):
    """Oracle says no more than "normalized"; this is the convention."""
    assert hash_email(email) == "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72"


def test_an_address_is_hashed_as_utf_8():
    assert hash_email("ZOË@exämple.com") == "3abc8c4181ce083da42fe2a9d12b3ffcc989d5cb4bc38fcced91030b89684a55"


@pytest.mark.parametrize(
    ("kind", "identifiers", "value"),
    [
        ("riid", {"riid": "364470001"}, 364470001),
        ("riid", {"riid": "9223372036854775807"}, 9223372036854775807),
        ("crm_id", {"crm_id": "C-9"}, "C-9"),
        ("hashed_email", {"hashed_email": HASH}, HASH.lower()),
        ("hashed_email", {"hashed_email": HASH, "email": "ada@example.com"}, HASH.lower()),
        ("hashed_email", {"email": "ada@example.com"}, hash_email("ada@example.com")),
    ],
)
def test_a_row_says_who_it_is_about(make_activation, kind, identifiers, value):
    row = make_activation(identifiers)

    assert (IDENTIFIERS[kind].problem(row), IDENTIFIERS[kind].value(row)) == (None, value)


@pytest.mark.parametrize(
    ("kind", "identifiers", "problem"),
    [
        ("riid", {"email": "ada@example.com"}, 'identifier "riid" is missing'),
        ("riid", {"riid": "R-1"}, 'identifier "riid" is not a number'),
        ("riid", {"riid": "²"}, 'identifier "riid" is not a number'),
        ("riid", {"riid": "1" * 20}, 'identifier "riid" is not a number'),
        ("crm_id", {"riid": "1"}, 'identifier "crm_id" is missing'),
        ("hashed_email", {"riid": "1"}, 'identifiers "hashed_email" and "email" are missing'),
        (
            "hashed_email",
            {"hashed_email": "ada@example.com"},
            'identifier "hashed_email" is not a SHA-256 in 64 hex digits',
        ),
        (
            "hashed_email",
            {"hashed_email": "g" * 64},
            'identifier "hashed_email" is not a SHA-256 in 64 hex digits',
        ),
        (
            "hashed_email",
            {"hashed_email": HASH[1:]},
            'identifier "hashed_email" is not a SHA-256 in 64 hex digits',
        ),
        ("hashed_email", {"email": HASH}, 'identifier "email" is not an e-mail address'),
    ],
)
def test_a_row_without_a_usable_identifier_has_a_problem(make_activation, kind, identifiers, problem):
    assert IDENTIFIERS[kind].problem(make_activation(identifiers)) == problem
