"""A Salesforce emulator in a process of its own, empty for every test."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.emulators.conftest import ROOT

APP = {"grant_type": "client_credentials", "client_id": "3MVG9LOCAL", "client_secret": "local-secret"}


class Salesforce:
    """A client that keeps to the rules unless told otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def order(self, name: str, body: Any) -> Any:
        answer = self.http.post(f"{self.url}/_control/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, name: str) -> Any:
        return self.http.get(f"{self.url}/_control/{name}").json()

    def load(self, table: str, *records: dict[str, Any]) -> list[str]:
        return self.order("load", {"object": table, "records": list(records)})["ids"]

    def edit(self, table: str, record_id: str, **fields: Any) -> None:
        self.order("edit", {"object": table, "id": record_id, "fields": fields})

    def record(self, record_id: str, table: str) -> dict[str, Any]:
        return self.ask(f"records?object={table}&id={record_id}")["records"][0]

    def ids(self, table: str) -> list[str]:
        return [record["Id"] for record in self.ask(f"records?object={table}")["records"]]

    def token(self, **form: str) -> requests.Response:
        return self.http.post(f"{self.url}/services/oauth2/token", data=APP | form)

    def log_in(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def call(self, verb: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.http.request(verb, f"{self.url}/services/data/v66.0{path}", json=body, **options)

    def query(self, soql: str, every: bool = False, **options: Any) -> requests.Response:
        return self.call("GET", "/queryAll" if every else "/query", params={"q": soql}, **options)

    def rows(self, soql: str, every: bool = False) -> list[dict[str, Any]]:
        answer = self.query(soql, every)
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    def found(self, soql: str, every: bool = False) -> list[str]:
        return [row["Id"] for row in self.rows(soql, every)]

    def update(self, table: str, *changes: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        records = [{"attributes": {"type": table}, **change} for change in changes]
        answer = self.call("PATCH", "/composite/sobjects", {"records": records, **options})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def violations(self) -> list[str]:
        return [violation["reason"] for violation in self.ask("violations")["violations"]]


@contextmanager
def running_org() -> Iterator[str]:
    """Start an emulator and yield its address."""
    command = [sys.executable, "-m", "emulators.salesforce", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process.stdout.readline().removeprefix("salesforce emulator on ").strip()
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.fixture(scope="session")
def process() -> Iterator[str]:
    with running_org() as address:
        yield address


@pytest.fixture
def salesforce(process) -> Salesforce:
    client = Salesforce(process)
    client.order("reset", {})
    client.log_in()
    return client


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Return status and code of a refusal, which is an array with one error."""
    (error,) = answer.json()
    assert error["message"]
    return answer.status_code, error["errorCode"]


def code_of(result: dict[str, Any]) -> str:
    """Return the code of one refused row."""
    assert result["success"] is False
    (error,) = result["errors"]
    return error["statusCode"]
