"""Configurations as they are read from a file."""

from typing import Any

from pipeline.records.configuration import check_document


def loaded(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the records of a configuration, with the defaults of all options."""
    documents, problems = check_document(configuration)
    assert not problems, problems
    return documents


def problems_of(action: str, **options: Any) -> list[str]:
    """Return what is wrong with the options of a destination."""
    destination = {"audience": "a", "connector": "crm", "action": action, **options}
    return check_document({"destinations": {"d": destination}})[1]
