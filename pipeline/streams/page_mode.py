"""Mode of a page: a full reading, a baseline, or records that are sent again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageMode:
    """How a page is taken; ``full_number``: of the reading from the beginning that is or was last."""

    full_number: int
    is_full: bool = False
    is_baseline: bool = False  # no rule fires
    resend: bool = False  # records that have not changed are sent, too
