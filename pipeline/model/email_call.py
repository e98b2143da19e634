"""An e-mail to one person, by the words in which event files tell of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EmailCall:
    """A campaign and an address."""

    campaign: str  # its name in the account
    address: str  # SHA-256 of the address in lower case, in hex
    within: float  # seconds from the call's begin, within which an event tells of it
