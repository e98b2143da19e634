import pytest

from pipeline.responsys.actions import ACTIONS


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_stands_in_the_table_by_its_name(name):
    assert ACTIONS[name].name == name


def test_no_other_name_is_an_action():
    assert "custom_evnt" not in ACTIONS
    with pytest.raises(KeyError):
        ACTIONS["custom_evnt"]
