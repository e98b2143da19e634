"""Refusals of a whole request, in Responsys' words.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/handlingErrorsMain.html
"""

import msgspec

# errorCode: (HTTP status, title)
KNOWN_ERRORS = {
    "INVALID_TOKEN": (401, "Not a valid token"),
    "TOKEN_EXPIRED": (401, "Token expired"),
    "INVALID_USER_NAME_PASSWORD": (400, "Invalid username or password"),
    "PASSWORD_LOCKOUT": (401, "Password locked out"),
    "PASSWORD_EXPIRED": (401, "Password expired"),
    "ACCOUNT_SUSPENDED": (401, "Account suspended"),
    "API_DISABLED_FOR_USER": (401, "API disabled for user"),
    "INSUFFICIENT_ACCESS": (401, "Insufficient access"),
    "API_LIMIT_EXCEEDED": (400, "Request limit exceeded"),
    "INTERNAL_CAPACITY_LIMIT_EXCEEDED": (400, "Internal capacity limit exceeded"),
    "API_BLOCKED": (400, "API blocked"),
    "DUPLICATE_API_REQUEST": (400, "Duplicate API request"),
    "INVALID_PARAMETER": (400, "Invalid request parameters"),
    "INVALID_REQUEST_CONTENT": (400, "Invalid request content"),
    "INVALID_FIELD_NAME": (400, "Invalid field name"),
    "RECORD_LIMIT_EXCEEDED": (400, "Record limit exceeded"),
    "RECIPIENT_LIMIT_EXCEEDED": (400, "Recipient limit exceeded"),
    "CUSTOM_EVENT_NOT_FOUND": (404, "Custom event not found"),
    "LIST_NOT_FOUND": (404, "List not found"),
    "FOLDER_NOT_FOUND": (404, "Folder not found"),
    "PROFILE_EXTENSION_NOT_FOUND": (404, "Profile extension not found"),
    "CAMPAIGN_NOT_FOUND": (404, "Campaign not found"),
    "CAMPAIGN_IS_INVALID": (400, "Campaign is invalid"),
    "OBJECT_NOT_FOUND": (404, "Object not found"),
    "RESOURCE_NOT_FOUND": (404, "Resource not found"),
    "OBJECT_ALREADY_EXISTS": (400, "Object already exists"),
    "TABLE_ALREADY_EXISTS": (400, "Table already exists"),
    "RECORD_NOT_FOUND": (404, "Record not found"),
    "ASYNC_API_DISABLED_FOR_USER": (200, "ASYNC API disabled for user"),
    "UNABLE_TO_SUBMIT_ASYNC_REQUEST": (500, "Unable to submit async request"),
    "SERVICE_UNAVAILABLE": (503, "Service unavailable"),
    "UNEXPECTED_EXCEPTION": (500, "Unexpected exception"),
    "UNRECOVERABLE_EXCEPTION": (500, "Unrecoverable exception"),
}


class ErrorBody(msgspec.Struct, kw_only=True):
    """The one shape of all errors; ``type`` and ``errorDetails`` are always empty."""

    type: str = ""
    title: str
    errorCode: str
    detail: str = ""
    errorDetails: list[str] = []


class ApiError(Exception):
    """The whole request is refused; nothing of it was done.

    ``violation``: the rule that a careful client would have kept, None when the client could not know of it.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        title: str | None = None,
        violation: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code, detail)
        usual_status, usual_title = KNOWN_ERRORS.get(code, (400, code.replace("_", " ").capitalize()))
        self.code = code
        self.status = usual_status if status is None else status
        self.body = ErrorBody(title=usual_title if title is None else title, errorCode=code, detail=detail)
        self.violation = violation
        self.retry_after = retry_after


def violation_error(code: str, reason: str) -> ApiError:
    """Return the refusal of a request that no careful client sends; ``reason`` is detail and violation."""
    return ApiError(code, reason, violation=reason)
