"""Ids of Salesforce that a person may have typed."""

from schemas.salesforce_id import full_id


def full_or_none(text: str) -> str | None:
    """Return an id as its 18 characters; None: the text is none."""
    try:
        return full_id(text)
    except ValueError:
        return None
