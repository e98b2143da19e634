"""Earlier ids: those that workers accepted within the idempotency window, as a dry run looks them up."""

from functools import cached_property

import redis

from pipeline.accept.entry_ids import duplicate_key_of
from pipeline.accept.intake import Intake
from pipeline.accept.router import OTHER_CONTENT
from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation, Invalid
from pipeline.runtime.stores import Stores


class EarlierIds:
    """Asks Redis for ids, until it once does not answer."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self.trouble = ""  # why ids could not be looked up

    @cached_property
    def _intake(self) -> Intake:
        return Intake(self._stores.redis, self._stores.settings.idempotency_window)

    def know(self, activation: Activation) -> bool:
        """Tell whether an activation repeats an accepted one; raises Invalid if its content is another."""
        key = None if self.trouble else duplicate_key_of(activation)
        if key is None:
            return False
        try:
            if self._intake.contradictions({1: key}):
                raise Invalid({"id": [f"{OTHER_CONTENT[0].upper()}{OTHER_CONTENT[1:]}."]})
            return self._intake.recognises(key)
        except (Misconfigured, redis.RedisError) as error:
            self.trouble = str(error)
            return False
