from pipeline.records.kinds import destination_documents
from schemas.destination import expected
from schemas.stored_options import STORED_OPTIONS


def test_stored_options_are_those_of_the_schemas():
    """Else a destination that was stored by an older version would be read without a newer option."""
    schemas = destination_documents()

    assert {action: expected(schemas[action]) for action in STORED_OPTIONS} == STORED_OPTIONS
