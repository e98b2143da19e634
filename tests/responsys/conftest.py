"""What the tests of pipeline.responsys share."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.responsys.client import Client
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.login import shared_tokens
from pipeline.wire.session import open_session
from pipeline.wire.tokens import Tokens
from tests.fixtures.oracle import WIRE

LOGIN = "https://login5.responsys.net/rest/api/v1.3/auth/token"
END_POINT = "https://api5-009.example.net"
EVENT = f"{END_POINT}/rest/api/v1.3/events/LAPSED"


@pytest.fixture
def connector() -> ResponsysConnector:
    return ResponsysConnector(
        name="acme",
        title="Acme",
        username="api_user",
        password="hunter2",
        auth_endpoint="https://login5.responsys.net",
        profile_list="CONTACTS_LIST",
        list_folder="Main",
        identifier_type="hashed_email",
    )


@pytest.fixture
def destination() -> Destination:
    return Destination("lapsed-event", "lapsed-buyers", "acme", "custom_event", options={"event": "LAPSED"})


@pytest.fixture
def make_activation() -> Callable[..., Activation]:
    def make(
        identifiers: dict[str, str] | None = None,
        variables: dict[str, Any] | None = None,
        profile: str = "p-1",
    ) -> Activation:
        given = {"email": "ada@example.com"} if identifiers is None else identifiers
        return Activation("lapsed-buyers", profile, "ADD", given, variables or {})

    return make


class Oracle(responses.RequestsMock):
    """Answers for Responsys; any call that no answer is waiting for fails."""

    def log_in(self, token: str = "EtokenA", end_point: str = END_POINT, at: str = LOGIN) -> None:
        self.post(at, json={"authToken": token, "issuedAt": 1767225600000, "endPoint": end_point})

    def refuse_login(self, status: int, code: str) -> None:
        self.post(LOGIN, status=status, json=error(code))

    @property
    def sent(self) -> list[tuple[str, str | None, Any]]:
        """Method and path, Authorization and body of every request, in order."""
        return [
            (
                f"{call.request.method} {call.request.path_url}",
                call.request.headers.get("Authorization"),
                body(call),
            )
            for call in self.calls
        ]

    @property
    def paths(self) -> list[str]:
        """The last part of every request's path, in order."""
        return [call.request.path_url.rpartition("/")[2] for call in self.calls]


def body(call: Any) -> Any:
    content = getattr(call.request.body, "content", call.request.body)
    return json.loads(content) if isinstance(content, bytes) else content


def error(code: str, detail: str = "", title: str = "") -> dict[str, Any]:
    """An error as Oracle's page on handling errors has it."""
    return {"type": "", "title": title, "errorCode": code, "detail": detail, "errorDetails": []}


@pytest.fixture
def oracle() -> Iterator[Oracle]:
    with Oracle(assert_all_requests_are_fired=True, target=WIRE) as oracle:
        yield oracle


@pytest.fixture
def permits() -> list[float]:
    """How long the next logins have to wait; 0.0 once it is empty."""
    return []


@pytest.fixture
def tokens(redis, vault, permits) -> Tokens[ResponsysConnector]:
    def take(*_: object) -> float:
        return permits.pop(0) if permits else 0.0

    return shared_tokens(redis, vault, take=take, session=open_session())


@pytest.fixture
def responsys(connector, tokens) -> Client:
    return Client(connector, tokens, session=open_session())


@pytest.fixture
def read_timeout(request: pytest.FixtureRequest) -> float:
    """Seconds: few where no answer comes, otherwise more than a busy machine stands still."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    return 0.5 if parameters.get("fault", {}).get("kind") == "hang" else 20
