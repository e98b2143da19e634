"""The families of Responsys' API: answers at once, or answers that are asked for later."""

from typing import Any

from schemas.configuration_fields import OneOf

APIS = ("sync", "async")


class Api(OneOf):
    """One of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__("an API", APIS, **options)
