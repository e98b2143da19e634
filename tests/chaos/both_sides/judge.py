"""The judge: what became of every wish, out of the statements and of what both emulators hold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.statement import IN, OUT
from pipeline.operate.consent_parity import read_parity
from pipeline.stores.consent_tables import consent_statements, consent_states
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import outgoing
from tests.chaos.both_sides import configuration as texts
from tests.chaos.both_sides.systems import FIRST_RIID, Systems

SENDING = ("triggerCustomEvent", "mergeTriggerEmail")
BY_HUMANS = ("command", "conflict")  # kinds of statements that may begin an epoch
UNDER_WAY = 15.0  # seconds that a call may take from the look at its rows to its end


@dataclass(frozen=True)
class Said:
    """One statement; times are seconds since the epoch."""

    address: str
    wish: str
    kind: str
    effect: str
    at: float
    noted_at: float


@dataclass(frozen=True)
class Sending:
    """Rows that were sent to people who were out: how long after the statement."""

    rows: int
    late: Sequence[float]  # seconds, of rows to people who were out

    @property
    def wrong(self) -> list[float]:
        """Those that no call that was under way explains."""
        return [one for one in self.late if one > UNDER_WAY]


def statements(systems: Systems) -> list[Said]:
    """Return all statements in their order."""
    row = consent_statements.c
    query = select(row.address, row.wish, row.kind, row.effect, row.at, row.noted_at).order_by(row.id)
    with reading(systems.stores.events) as connection:
        return [Said(*one[:4], one.at / 1000, one.noted_at / 1000) for one in connection.execute(query)]


def states(systems: Systems) -> dict[str, str]:
    """Return the states by the digests of addresses."""
    with reading(systems.stores.events) as connection:
        query = select(consent_states.c.address, consent_states.c.status)
        return {row.address: row.status for row in connection.execute(query)}


def sending(systems: Systems, said: Sequence[Said]) -> Sending:
    """Look at each row of an event or e-mail that Responsys processed."""
    changes: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for one in said:
        if one.effect:
            changes[one.address].append((one.noted_at, one.effect))
    rows, late = 0, []
    digests = {FIRST_RIID + n: digest_of_address(systems.address_of(n)) for n in range(systems.people)}
    for call in systems.environment.emulator.calls(texts.ACCOUNT):
        for row in call["rows"] if call["function"] in SENDING else ():
            rows += 1
            own = [one for one in changes[digests.get(row["recipientId"], "")] if one[0] < call["time"]]
            if own and own[-1][1] == OUT:
                late.append(call["time"] - own[-1][0])
    return Sending(rows, late)


def became_in(said: Sequence[Said], found: Mapping[str, str]) -> list[str]:
    """Return the addresses that became in without a human."""
    wrong = [one.address for one in said if one.effect == IN and one.kind not in BY_HUMANS]
    taken_in = {one.address for one in said if one.wish == IN and one.kind in BY_HUMANS}
    out = {one.address for one in said if one.wish == OUT}
    return [*wrong, *(address for address, status in found.items()
                      if status == IN and address in out and address not in taken_in)]  # fmt: skip


def differences(systems: Systems, found: Mapping[str, str]) -> Iterator[str]:
    """Give what either side holds otherwise than the states say."""
    for table, record in systems.org.people():
        is_out = found.get(digest_of_address(record["Email"])) == OUT
        if record["HasOptedOutOfEmail"] != is_out:
            yield f"{table} {record['Id']}: box {record['HasOptedOutOfEmail']}, out here {is_out}"
    for address, member in systems.members().items():
        is_out = found.get(digest_of_address(address)) == OUT
        if (member["EMAIL_PERMISSION_STATUS_"] == "O") != is_out:
            yield f"member {address}: {member['EMAIL_PERMISSION_STATUS_']}, out here {is_out}"


def unheard(said: Sequence[Said], written: Sequence[tuple[str, float]]) -> list[str]:
    """Return the addresses that opted out in a file, of which no statement of that time or later says so."""
    latest: dict[str, float] = {}
    for one in said:
        if one.wish == OUT and one.kind == "event":
            latest[one.address] = max(one.at, latest.get(one.address, 0.0))
    return [address for address, at in written if latest.get(digest_of_address(address), 0.0) < int(at)]


def waiting(systems: Systems) -> int:
    """Count activations and rows that are still under way; webhooks as well."""
    environment = systems.environment
    with reading(systems.stores.events) as connection:
        found = connection.scalar(select(func.count()).select_from(outgoing)) or 0
    names = systems.stores.records.load().destinations
    found += sum(int(environment.client.hlen(f"rows:{name}")) for name in names)
    return found + int(not environment.accepted()) + environment.emulator.report("webhooks")["waiting"]


def parity(systems: Systems) -> list[str]:
    """Return who is out on one side only, and a fault of the chain."""
    found = read_parity(systems.stores, systems.stores.records.load())
    fault = found["chain"]["fault"]
    return [*map(str, found["parity"]), *([f"chain: {fault}"] if fault else [])]
