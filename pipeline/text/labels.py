"""Labels: the names that people gave to records, shown beside the names that commands take."""


def labelled(name: str, label: str | None) -> str:
    """Return "lapsed (Lapsed buyers)"; without a label, or if it equals the name, "lapsed"."""
    return f"{name} ({label})" if label and label != name else name


def label_fields(label: str | None, description: str | None) -> dict[str, str]:
    """Return label and description for a document, without the one that is not given."""
    return {key: text for key, text in (("label", label), ("description", description)) if text}


def audience_text(name: str, *, is_journey: bool) -> str:
    """Write "welcome (journey)"; of another audience the name alone."""
    return f"{name} (journey)" if is_journey else name
