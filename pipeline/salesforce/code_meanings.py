"""Codes of single rows, in words: the cause, and the effect of sending the row again.

Source: SOAP API Developer Guide, ``sforce_api_calls_concepts_core_data_objects.htm``. The first three are
ours.
"""

from collections.abc import Mapping

AFTER_MENDING = "It is sent again: mend the cause first, else it is refused again."

CODE_MEANINGS: Mapping[str, tuple[str, str]] = {
    "NO_RECORD_FOUND": (
        "No lead or contact has the identifiers of the row.",
        "It is looked for again: first see that the person is in Salesforce.",
    ),
    "Ambiguous": (
        "The identifiers of the row are those of records of different people.",
        "It is looked for again: merge or mend these records first.",
    ),
    "RecordMoved": (
        "The record was merged and converted so often that its place was not found.",
        "It is looked for again.",
    ),
    "UNABLE_TO_LOCK_ROW": (
        "Another change held the record each time the row was tried.",
        "It is sent again, up to eight times.",
    ),
    "DUPLICATES_DETECTED": (
        "A duplicate rule of the org matches the record.",
        'It is sent again: merge the duplicates first, or set duplicates = "allow" at the destination.',
    ),
    "DUPLICATE_VALUE": ("Another record has this value in a unique field.", AFTER_MENDING),
    "DUPLICATE_EXTERNAL_ID": ("Several records have this external id.", AFTER_MENDING),
    "STRING_TOO_LONG": ("A value is longer than its field.", AFTER_MENDING),
    "REQUIRED_FIELD_MISSING": ("A field that new records need has no value.", AFTER_MENDING),
    "INVALID_EMAIL_ADDRESS": ("An address is none that Salesforce takes.", AFTER_MENDING),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ("A value is none of the field's picklist.", AFTER_MENDING),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": ("A validation rule of the org refuses the record.", AFTER_MENDING),
    "FIELD_INTEGRITY_EXCEPTION": ("A value does not fit the rest of the record.", AFTER_MENDING),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("A field of the row is not ours to write.", AFTER_MENDING),
    "JSON_PARSER_ERROR": ("A value is of another type than its field.", AFTER_MENDING),
    "MALFORMED_ID": ("A value is no id of a record that may stand there.", AFTER_MENDING),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "A trigger or flow of the org refuses the record.",
        AFTER_MENDING,
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": ("A flow of the org failed at the record.", AFTER_MENDING),
}
