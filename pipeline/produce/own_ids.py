"""Own ids: the ids that a producer chose for the rows of one file, run or body.

A row with the id, profile and call type of an earlier row is a repeat, of which workers take only the first.
With other content it is no repeat but a mistake, and one of the two would disappear. The last rows with an
id are remembered as hashes, so that any number of rows needs little memory.
"""

import msgspec

from pipeline.model.activation import Activation, Invalid

REMEMBERED = 25_000  # rows with an id, at least; twice as many at most
OTHER_CONTENT = (
    "An earlier row has this id, profile and call type, but other content: leave one out, or change its id."
)
_encode = msgspec.json.Encoder(order="sorted").encode


class OwnIds:
    """Recognises repeats among rows that come one after the other."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._content: dict[int, int] = {}  # by id, profile and call type; all as hashes
        self._older: dict[int, int] = {}

    def is_repeat(self, activation: Activation) -> bool:
        """Tell whether an activation repeats an earlier one; raises Invalid if its content is another."""
        if activation.id is None:
            return False
        key = hash((activation.id, activation.profile_id, activation.call_type))
        content = hash(_encode(activation))
        known = self._content.get(key, self._older.get(key))
        if known is None:
            self._remember(key, content)
        elif known != content:
            raise Invalid({"id": [OTHER_CONTENT]})
        return known is not None

    def _remember(self, key: int, content: int) -> None:
        if len(self._content) >= self._remembered:
            self._older, self._content = self._content, {}
        self._content[key] = content
