"""Refusals: of a whole request, of one row, and of a login.

Codes and statuses: REST API Developer Guide, ``errorcodes.htm``; SOAP API Developer Guide,
``sforce_api_calls_concepts_core_data_objects.htm``.
"""

from typing import Any

from emulators.salesforce.messages.bodies import encode, json_answer
from emulators.serving.messages import Answer

STATUS_OF = {
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "API_DISABLED_FOR_ORG": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "URI_TOO_LONG": 414,
    "UNKNOWN_EXCEPTION": 500,
    "SERVER_UNAVAILABLE": 503,
}


class ApiError(Exception):
    """The whole request is refused; nothing of it was done.

    ``violation``: the rule that a careful client would have kept, None when the client could not know of it.
    """

    def __init__(
        self, code: str, message: str, *, status: int | None = None, violation: str | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = STATUS_OF.get(code, 400) if status is None else status
        self.violation = violation

    def answer(self) -> Answer:
        """Return the refusal: an array with one error."""
        return json_answer([{"message": self.message, "errorCode": self.code}], self.status)


class RowError(Exception):
    """One row is refused; ``more`` stands beside code and message in the answer to a call for one row."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.fields = list(fields)
        self.more = more

    def result(self) -> dict[str, Any]:
        """Return the result of the row in the answer to a call for many rows."""
        error = {"statusCode": self.code, "message": self.message, "fields": self.fields}
        return {"success": False, "errors": [error]}

    def answer(self) -> Answer:
        """Return the answer to a call for this row alone."""
        error = {"message": self.message, "errorCode": self.code, "fields": self.fields, **self.more}
        return json_answer([error], STATUS_OF.get(self.code, 400))


class LoginError(Exception):
    """A login is refused, in the form of OAuth: an object, not an array."""

    def __init__(
        self, error: str, description: str, violation: str | None = None, *, status: int = 400
    ) -> None:
        super().__init__(error, description)
        self.code = error
        self.body = {"error": error, "error_description": description}
        self.status = status
        self.violation = violation

    def answer(self) -> Answer:
        """Return the refusal."""
        return Answer(self.status, encode(self.body))


def violation_error(code: str, reason: str) -> ApiError:
    """Return the refusal of a request that no careful client sends; ``reason`` is message and violation."""
    return ApiError(code, reason, violation=reason)
