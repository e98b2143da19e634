"""pipeline.responsys.mapped."""

import pytest

from pipeline.responsys import mapped


@pytest.mark.parametrize(
    ("name", "carries", "text"),
    [
        ("email", True, "ada@example.com"),
        ("crm_id", True, "C-9"),
        ("2001", True, "C-9"),
        ("tier", True, "gold"),
        ("points", True, "7"),
        ("vip", True, "true"),
        ("none", True, None),
        ("riid", False, None),
        ("other", False, None),
    ],
)
def test_a_name_is_an_identifier_or_a_variable(make_activation, name, carries, text):
    row = make_activation(
        {"email": "ada@example.com", "crm_id": "C-9"},
        {"email": "other@example.com", "tier": "gold", "points": 7, "vip": True, "none": None},
    )

    assert (mapped.carries(row, name), mapped.text(row, name)) == (carries, text)
