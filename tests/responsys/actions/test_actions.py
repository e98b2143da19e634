import pytest

from pipeline.records.kinds import KINDS

ACTIONS = KINDS["responsys"].actions
EVERY = [(kind.actions, name) for kind in KINDS.values() for name in kind.actions]


@pytest.mark.parametrize(("actions", "name"), EVERY)
def test_an_action_stands_in_the_table_by_its_name(actions, name):
    assert actions[name].name == name


def test_no_other_name_is_an_action():
    assert "custom_evnt" not in ACTIONS
    with pytest.raises(KeyError):
        ACTIONS["custom_evnt"]
