"""Forms: closed list of changes to a text, applied in the order in which a variable names them."""

import re
from collections.abc import Callable, Mapping

from pipeline.model.plain import trimmed

SPACE = re.compile(r"\s+")
NOT_A_DIGIT = re.compile(r"[^0-9]+")
LOSING = frozenset(("lower", "upper", "digits", "cut"))  # forms after which the text as it was is not known

FORMS: Mapping[str, Callable[[str], str]] = {
    "trim": trimmed,
    "squeeze": lambda text: SPACE.sub(" ", text),
    "lower": str.lower,
    "upper": str.upper,
    "digits": lambda text: NOT_A_DIGIT.sub("", text),
}


def former_of(forms: tuple[str, ...], length: int | None) -> Callable[[str], str] | None:
    """Return the function that applies forms, None if there are none; "cut" cuts to ``length``."""
    steps = [(lambda text: text[:length]) if form == "cut" else FORMS[form] for form in forms]
    if not steps:
        return None
    if len(steps) == 1:
        return steps[0]

    def apply(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return apply
