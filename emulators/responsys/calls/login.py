"""Login: a token for a password; later calls are recognised by their token.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Authentication.html
"""

from collections.abc import Callable
from urllib.parse import parse_qs

from emulators.responsys.account.account import Account
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.tokens import Tokens
from emulators.serving.messages import Answer, Request

FORM = "application/x-www-form-urlencoded"


class Login:
    """Tokens handed out and recognised."""

    def __init__(
        self, tokens: Tokens, clock: Callable[[], float], account_of: Callable[[str], Account | None]
    ) -> None:
        self.tokens = tokens
        self.clock = clock
        self.account_of = account_of  # by user name

    def by_token(self, request: Request) -> Account:
        """Return the account that the Authorization header belongs to."""
        return self.tokens.account_of(request.header(b"authorization"), self.clock())

    def by_token_for_limits(self, request: Request) -> Account:
        """Do the same, but fail as ``ratelimit`` does: with a 500."""
        try:
            return self.by_token(request)
        except ApiError as error:
            detail = "Not a valid authentication token"
            raise ApiError("UNEXPECTED_EXCEPTION", detail, violation=error.violation) from error

    def by_form(self, request: Request) -> Account:
        """Return the account of the user name in the form, or of the token that is to be renewed."""
        if request.query:
            raise violation_error(
                "INVALID_PARAMETER", "login parameters belong in the body, never in the URL"
            )
        if not request.has_type(FORM):
            raise violation_error("INVALID_REQUEST_CONTENT", f"Content-Type of a login is not {FORM}")
        form = read_form(request)
        if form.get("auth_type") == "token":
            return self.by_token(request)
        if form.get("auth_type") != "password":
            raise violation_error("INVALID_PARAMETER", 'auth_type is neither "password" nor "token"')
        account = self.account_of(form.get("user_name", ""))
        if account is None:
            raise ApiError("INVALID_USER_NAME_PASSWORD")
        return account

    def issue_token(self, call: Call) -> Answer:
        """Hand out a token for a password or for a token that is still good."""
        form = read_form(call.request)
        password = call.account.users.get(form.get("user_name", ""))
        if form["auth_type"] == "password" and form.get("password") != password:
            raise ApiError("INVALID_USER_NAME_PASSWORD")
        token = self.tokens.issue(call.account, self.clock(), call.behaviour.token_life)
        return json_answer(
            {
                "authToken": token.text,
                "issuedAt": int(token.issued * 1000),
                "endPoint": f"http://{call.request.header(b'host')}",
            }
        )


def read_form(request: Request) -> dict[str, str]:
    """Return the form; of a repeated field the first counts."""
    try:
        fields = parse_qs(request.body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise violation_error("INVALID_REQUEST_CONTENT", "the form is not percent-encoded") from error
    return {name: values[0] for name, values in fields.items()}
