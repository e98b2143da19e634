"""A company that uses the command line: its account on the emulator, its records, and what came of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.text import toml
from tests.processes.environment import Environment, until

LIST = "CONTACTS_LIST"
SOON = 0.001  # seconds that rows wait for others: they leave when they are accepted, not with a timer


def person(name: str, call_type: str = "ADD", **variables: Any) -> dict[str, Any]:
    """Describe somebody who enters an audience, or leaves it; ``at`` says when, in minutes after eleven."""
    when = {"occurred_at": f"2026-11-21T11:{variables.pop('at'):02}:00Z"} if "at" in variables else {}
    return {
        "profile_id": name,
        "call_type": call_type,
        "identifiers": {"crm_id": f"C-{name}", "email": f"{name}@example.com"},
        "variables": variables,
        **when,
    }


def member(name: str, **fields: str) -> dict[str, Any]:
    """Describe somebody who is on the list already, as the emulator wants it."""
    return {"customer_id": f"C-{name}", "email": f"{name}@example.com", "fields": fields}


class Company:
    """One account, one connector and, unless there are more, one destination, all of one name.

    ``account`` is what differs from a bare one on the emulator, ``connector`` what differs from the usual.
    """

    def __init__(
        self,
        environment: Environment,
        name: str,
        *,
        account: Mapping[str, Any],
        connector: Mapping[str, Any] | None = None,
        **destination: Any,
    ) -> None:
        self.environment = environment
        self.name = name
        self.emulator = environment.emulator
        self.emulator.order("accounts", {"name": name, "users": {name: "secret"}, **account})
        self.connector = {
            "kind": "responsys",
            "username": name,
            "password": "secret",
            "auth_endpoint": environment.emulator.url,
            "profile_list": LIST,
            "list_folder": "Main",
            "identifier_type": "crm_id",
            "utilisation": 1.0,
            **(connector or {}),
        }
        self.destinations: dict[str, dict[str, Any]] = {}
        self.configure(**destination)

    def configure(self, name: str = "", **options: Any) -> None:
        """Apply a destination, the company's own unless another is named."""
        name = name or self.name
        self.destinations[name] = {"audience": name, "connector": self.name, "max_age": SOON, **options}
        file = self.environment.folder / f"{self.name}.toml"
        file.write_text(
            toml.dumps({"connectors": {self.name: self.connector}, "destinations": self.destinations})
        )
        self.run("apply", str(file))

    def run(self, *arguments: str, exit_code: int = 0) -> Result:
        """Run ``activation``."""
        result = CliRunner(env={**self.environment.env, "COLUMNS": "200"}).invoke(main, arguments)
        assert result.exit_code == exit_code, (result.output, result.exception)
        return result

    def tell(self, *arguments: str) -> Any:
        """Run ``activation`` for its JSON."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def send(self, *people: Mapping[str, Any], audience: str = "") -> None:
        """``activation send`` them."""
        self.run("send", audience or self.name, self.file(people))

    def sync(self, *people: Mapping[str, Any], options: Iterable[str] = (), exit_code: int = 0) -> Result:
        """``activation sync`` them."""
        return self.run("sync", self.name, self.file(people), *options, exit_code=exit_code)

    def file(self, people: Iterable[Mapping[str, Any]]) -> str:
        """Write people down, one to a line."""
        file = self.environment.folder / f"{self.name}.jsonl"
        file.write_text("".join(json.dumps(each) + "\n" for each in people))
        return str(file)

    def send_together(self, *people: Mapping[str, Any]) -> None:
        """Send them so that those who may share a call do."""
        self.pause()
        self.send(*people)
        until(self.environment.accepted)
        self.resume()

    def deliver(self, *people: Mapping[str, Any], together: bool = False, within: float = 120) -> None:
        """Send them, and wait until each has met its fate."""
        send = self.send_together if together else self.send
        send(*people)
        self.settled(within)

    def settled(self, within: float = 120) -> None:
        """Wait until nothing is on its way."""
        until(lambda: self.environment.accepted() and not self.waiting(), within, "the end of all rows")

    def waits(self, rows: int) -> None:
        """Wait until so many rows wait, and all that was sent has been accepted."""
        until(lambda: self.environment.accepted() and self.waiting() == rows)

    def waiting(self) -> int:
        """Count the rows between acceptance and their fate."""
        client, names = self.environment.client, self.destinations
        return sum(client.hlen(f"rows:{name}") + client.zcard(f"parked:{name}") for name in names)

    def pause(self) -> None:
        """Stop sending."""
        self.run("pause", f"connector:{self.name}")

    def resume(self) -> None:
        """Go on."""
        self.run("resume", f"connector:{self.name}")

    def held(self) -> str:
        """Wait until the destination is held, and tell why."""
        hold = until(lambda: self.environment.records.load().holds.get(("destination", self.name)))
        return f"{hold.code}: {hold.detail}"

    def numbers(self, destination: str = "") -> dict[str, Any]:
        """Return what ``activation stats`` counts of a destination."""
        found = self.tell("stats", "--connector", self.name)["destinations"]
        return next(line for line in found if line["destination"] == (destination or self.name))

    def count(self, *names: str) -> tuple[int, ...]:
        """Return some of these numbers, and that they add up is seen to."""
        numbers = self.numbers()
        fates = ("sent", "unchanged", "removed", "coalesced", "erased", "waiting", "dead_letters")
        assert numbers["received"] == sum(numbers[name] for name in fates), numbers
        return tuple(numbers[name] for name in names)

    def letters(self, *options: str) -> dict[str, str]:
        """Return the dead letters by profile: code and text, as ``activation dead-letters`` shows them."""
        found = self.tell("dead-letters", "list", "--connector", self.name, "--limit", "1000", *options)
        return {
            letter["profile_id"]: ": ".join(filter(None, (letter["code"], letter["detail"])))
            for letter in found["dead_letters"]
        }

    def replay(self) -> None:
        """Send all dead letters again, and wait until each has met its fate."""
        self.run("dead-letters", "replay", "--connector", self.name, "--yes")
        self.settled()

    def fault(self, kind: str, function: str, **rule: Any) -> None:
        """Let calls of this company's go wrong from now on."""
        self.emulator.fault(self.name, kind, function=function, **rule)

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Let calls of anybody's go wrong from now on."""
        self.emulator.order("faults", rules)

    def order(self, what: str, **body: Any) -> None:
        """Change something of the account."""
        self.emulator.order(what, {"account": self.name, **body})

    def members(self, *columns: str) -> dict[str, tuple[str | None, ...]]:
        """Return chosen columns of everybody on the list, by customer id."""
        return self._read("members", "members", "CUSTOMER_ID_", columns)

    def extension(self, name: str, *columns: str) -> dict[str, tuple[str | None, ...]]:
        """Return chosen columns of an extension table, by customer id; nothing where there is no table."""
        tables = self._account()["lists"][0]["extensions"]
        return self._read("extension", "rows", "CUSTOMER_ID_", columns, name=name) if name in tables else {}

    def table(self, name: str, key: str, *columns: str) -> dict[str, tuple[str | None, ...]]:
        """Return chosen columns of a supplemental table, by those of its key."""
        return self._read("table", "rows", key, columns, name=name)

    def outbox(self) -> Counter[str]:
        """Count the e-mails that were sent, by address."""
        return Counter(
            each["email"] for each in self.emulator.report("outbox", account=self.name)["messages"]
        )

    def calls(self, function: str = "") -> list[dict[str, Any]]:
        """Return the calls that were processed, of one function if it is named."""
        calls = self.emulator.calls(self.name)
        return [call for call in calls if function in ("", call["function"])]

    def sent(self, function: str) -> list[list[dict[str, str | None]]]:
        """Return what each merge of that function carried: columns and values, record by record."""
        return [[row["fields"] for row in call["rows"]] for call in self.calls(function)]

    def _read(
        self, what: str, part: str, key: str, columns: Iterable[str], **query: str
    ) -> dict[str, tuple[str | None, ...]]:
        found = self.emulator.report(what, account=self.name, **query)[part]
        return {row[key]: tuple(row.get(column) for column in columns) for row in found}

    def _account(self) -> Any:
        accounts = self.emulator.report("accounts")
        return next(account for account in accounts if account["name"] == self.name)
