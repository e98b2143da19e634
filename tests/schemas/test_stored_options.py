from schemas.destination import ACTIONS, SALESFORCE_ACTIONS, expected
from schemas.stored_options import STORED_OPTIONS


def test_stored_options_are_those_of_the_schemas():
    """Else a destination that was stored by an older version would be read without a newer option."""
    schemas = {**ACTIONS, **SALESFORCE_ACTIONS}

    assert {action: expected(schema) for action, schema in schemas.items()} == STORED_OPTIONS
