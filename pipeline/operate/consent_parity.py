"""Parity of consents: addresses that are out on one side only, and whether the chain of statements holds.

Salesforce's side is known by its records as they were last read, Responsys' side by its answers.
"""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, case, func, select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.box_statements import ADDRESS, BOX
from pipeline.consents.carriers import carriers, writes_box
from pipeline.consents.chain import ChainFault, first_fault
from pipeline.consents.consent_state import NEVER
from pipeline.consents.statement import IN, OUT
from pipeline.model.consent_account import ConsentAccount
from pipeline.operate.untaken_states import is_current, not_told, out_in_lists
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles, person_records
from pipeline.stores.stream_tables import records

AT_ONCE = 5_000  # rows


def read_parity(stores: Stores, catalog: Catalog) -> dict[str, Any]:
    """Return ``{"parity": [...], "chain": {"statements", "fault"}}``; nothing is changed."""
    events = stores.events_if_any
    if events is None:
        return {"parity": [], "chain": {"statements": 0, "fault": None}}
    with reading(events) as connection:
        found = [
            {"consents": account.name, "channel": account.channel, **one}
            for account in catalog.consents.values()
            for one in differences(connection, catalog, account)
        ]
        fault = chain_fault(connection)
        amount = connection.scalar(select(func.count()).select_from(consent_statements)) or 0
    said = fault and {"statement": fault.id, "reason": fault.reason}
    return {"parity": found, "chain": {"statements": amount, "fault": said}}


def differences(
    connection: Connection, catalog: Catalog, account: ConsentAccount
) -> Iterator[dict[str, Any]]:
    """Give the addresses of one channel that are out on one side only."""
    out = set(
        connection.scalars(
            select(consent_states.c.address).where(
                consent_states.c.channel == account.channel, consent_states.c.status == OUT
            )
        )
    )
    answered = answered_at(connection, catalog, account)
    for address, source, record, is_ticked, stamp in read_boxes(connection, account.sources):
        if is_ticked != (address in out) and stamp > answered.get(address, 0):
            side = "salesforce" if is_ticked else "here"
            yield {"address": address, "out_in": side, "record": record, "source": source}
    writers = carriers(catalog, account)
    yield from not_told(connection, account.channel, [one.name for one in writers])
    lists = [one.name for one in writers if not writes_box(one)]
    yield from out_in_lists(connection, account.channel, lists)


def answered_at(connection: Connection, catalog: Catalog, account: ConsentAccount) -> dict[str, int]:
    """Return when Salesforce last took the state that addresses have now, in ms; a reading may be older."""
    writers = [one.name for one in carriers(catalog, account) if writes_box(one)]
    told = consent_tells.c
    query = (
        select(told.address, func.max(told.settled_at))
        .join(consent_states, is_current() & (consent_states.c.status == told.status))
        .where(told.channel == account.channel, told.destination.in_(writers), told.waits.is_(False))
        .group_by(told.address)
    )
    return {address: at for address, at in connection.execute(query) if at is not None}


def read_boxes(connection: Connection, sources: Collection[str]) -> Iterator[tuple[str, str, str, bool, int]]:
    """Give address, source, record, whether the box is ticked, and the stamp, of records that are there."""
    gone = (
        select(handles.c.value)
        .join(person_records, person_records.c.handle == handles.c.id)
        .where(person_records.c.gone, handles.c.kind == "salesforce")
    )
    query = select(records.c.source, records.c.record, records.c.body, records.c.stamp).where(
        records.c.source.in_(sources), records.c.gone.is_(False), records.c.record.not_in(gone)
    )
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for row in rows:
            _, fields, *_ = msgspec.json.decode(row.body) if row.body else ({}, {})
            address, box = digest_of_address(str(fields.get(ADDRESS) or "")), fields.get(BOX)
            if address and isinstance(box, bool):
                yield address, row.source, row.record, box, row.stamp


def chain_fault(connection: Connection) -> ChainFault | None:
    """Return the first fault of the chain; a state that does not follow from its statements is one."""
    every = select(consent_statements).order_by(consent_statements.c.id)
    with connection.execute(every.execution_options(yield_per=AT_ONCE)) as rows:
        fault = first_fault(dict(row) for row in rows.mappings())
    if fault:
        return fault
    last = connection.scalar(select(func.max(consent_statements.c.id))) or 0
    named = connection.scalar(select(func.max(consent_states.c.statement))) or 0
    if named > last:
        return ChainFault(last + 1, "it is missing")
    changed = connection.scalar(changed_states())
    return None if changed is None else ChainFault(changed, "the state that it led to was changed")


def changed_states() -> Select[Any]:
    """Return the query of the first statement with a state that statements do not lead to."""
    said, state = consent_statements.c, consent_states.c
    latest = (
        select(
            said.address,
            said.channel,
            func.max(case((said.wish == OUT, said.at), else_=NEVER)).label("out_at"),
            func.max(case((said.wish == IN, said.at), else_=NEVER)).label("in_at"),
        )
        .group_by(said.address, said.channel)
        .subquery()
    )
    own = (latest.c.address == state.address) & (latest.c.channel == state.channel)
    is_out = (state.out_at != NEVER) & (state.out_at >= state.opened)
    is_other = (state.status == OUT) != is_out
    differs = (state.out_at != latest.c.out_at) | (state.opened > latest.c.in_at) | is_other
    query = select(state.statement).outerjoin(latest, own).where(latest.c.address.is_(None) | differs)
    return query.order_by(state.statement).limit(1)
