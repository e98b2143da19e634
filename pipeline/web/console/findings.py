"""The outcome of a test of a connector or destination, in a sentence."""

from typing import Any

from pipeline.text.plural import counted


def outcome_of(found: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the message of a page; none if nothing was tested."""
    if found is None:
        return []
    if found["ok"]:
        return [("message", "All is as it should be.")]
    wrong = sum(not each["ok"] for each in found["findings"])
    return [("alert", f"{counted(wrong, 'finding is', 'findings are')} not as it should be: see below.")]
