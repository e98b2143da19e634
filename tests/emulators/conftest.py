"""A Responsys emulator in a process of its own, fresh for every test."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
LIST_NAME = {"folderName": "Main", "objectName": "CONTACTS_LIST"}


class Emulator:
    """A client of the emulator that keeps to the rules unless told otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def order(self, name: str, body: Any) -> Any:
        """POST to the control API."""
        answer = self.http.post(f"{self.url}/_control/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, name: str) -> Any:
        """GET from the control API."""
        return self.http.get(f"{self.url}/_control/{name}").json()

    def login(self, user: str = "api_user", password: str = "secret") -> str:
        form = {"user_name": user, "password": password, "auth_type": "password"}
        answer = self.post_form(form)
        assert answer.status_code == 200, answer.text
        return answer.json()["authToken"]

    def post_form(self, form: Any, **options: Any) -> requests.Response:
        return self.http.post(f"{self.url}/rest/api/v1.3/auth/token", data=form, **options)

    def get(self, path: str, token: str) -> requests.Response:
        return self.http.get(f"{self.url}/rest/api{path}", headers={"Authorization": token})

    def post(self, path: str, token: str, body: Any, api: str = "api") -> requests.Response:
        url = f"{self.url}/rest/{api}/v1.3{path}"
        return self.http.post(url, json=body, headers={"Authorization": token}, timeout=60)

    def delete(self, path: str, token: str) -> requests.Response:
        return self.http.delete(f"{self.url}/rest/api/v1.3{path}", headers={"Authorization": token})

    def trigger(self, token: str, *rows: Any, event: str = "LAPSED", **options: Any) -> requests.Response:
        body = {"customEvent": {}, "recipientData": list(rows)}
        headers = {"Authorization": token} | options.pop("headers", {})
        url = f"{self.url}/rest/api/v1.3/events/{event}"
        return self.http.post(url, **({"json": body} | options), headers=headers, timeout=60)

    def violations(self) -> list[str]:
        return [violation["reason"] for violation in self.ask("violations")["violations"]]


def records(fields: str, *rows: Any) -> dict[str, Any]:
    """Return ``recordData`` with the columns named in ``fields``."""
    return {"fieldNames": fields.split(), "records": [list(row) for row in rows], "mapTemplateName": None}


def rule(**parts: Any) -> dict[str, Any]:
    """Return the merge rule of a careful client."""
    return {
        "insertOnNoMatch": True,
        "updateOnMatch": "REPLACE_ALL",
        "matchColumnName1": "CUSTOMER_ID_",
        "matchColumnName2": None,
        "matchOperator": "NONE",
        "optinValue": "I",
        "optoutValue": "O",
        "htmlValue": "H",
        "textValue": "T",
        "rejectRecordIfChannelEmpty": None,
        "defaultPermissionStatus": "OPTOUT",
    } | parts


def to(customer_id: str | None = None, **identifiers: Any) -> dict[str, Any]:
    """Return one row of a call."""
    return {"recipient": {"customerId": customer_id, "listName": LIST_NAME} | identifiers}


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    """Return status, code and detail of an error, after checking that it has Responsys' shape."""
    body = answer.json()
    assert list(body) == ["type", "title", "errorCode", "detail", "errorDetails"]
    assert body["type"] == ""
    assert body["errorDetails"] == []
    return answer.status_code, body["errorCode"], body["detail"]


@contextmanager
def running(*options: str) -> Iterator[str]:
    """Start an emulator and yield its address."""
    command = [sys.executable, "-m", "emulators.responsys", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield process.stdout.readline().removeprefix("responsys emulator on ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with running("--members", "10", "--window", "1000000000") as url:
        yield url


@pytest.fixture
def responsys(address: str) -> Iterator[Emulator]:
    """Yield the emulator as new; windows last 30 years, so that no test sees one end."""
    emulator = Emulator(address)
    emulator.order("reset", {})
    with emulator.http:
        yield emulator


@pytest.fixture
def token(responsys: Emulator) -> str:
    return responsys.login()
