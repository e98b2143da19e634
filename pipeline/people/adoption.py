"""Adoption: RIIDs that were learned before any event file get the account that files name them by."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, update

from pipeline.people.accounts import riid_account
from pipeline.people.conflict_book import ConflictBook
from pipeline.people.handle_book import HandleBook
from pipeline.stores.hook_tables import hook_events
from pipeline.stores.people_tables import handles

FORMER = "former"  # scope of a handle that stays for its number alone
WITHOUT_ACCOUNT = (handles.c.kind == "riid") & (handles.c.scope == "")


def adopt_account(connection: Connection) -> None:
    """Move RIIDs without an account to that of files; one that is there of another person is a conflict."""
    if connection.scalar(select(handles.c.id).where(WITHOUT_ACCOUNT).limit(1)) is None:
        return
    if not (account := riid_account(connection)):
        return
    book = HandleBook(connection)
    there = select(handles.c.value).where(handles.c.kind == "riid", handles.c.scope == account)
    alone = WITHOUT_ACCOUNT & handles.c.value.not_in(there)
    connection.execute(update(handles).where(alone).values(scope=account))
    doubled = connection.execute(
        select(handles.c.id, handles.c.value, handles.c.person).where(WITHOUT_ACCOUNT)
    ).all()
    book.look_up(("riid", account, row.value) for row in doubled)
    conflicts = ConflictBook(connection)
    for row in doubled:
        key = ("riid", account, row.value)
        owner = book.person(key)
        if owner is not None and conflicts.unanswered(row.person, {key: owner}):
            conflicts.open("handles", row.person, {key: owner}, [key])
    move_hook_events(connection, {row.id: book.id(("riid", account, row.value)) for row in doubled})
    connection.execute(delete(handles).where(WITHOUT_ACCOUNT, handles.c.id != handles.c.person))
    connection.execute(update(handles).where(WITHOUT_ACCOUNT).values(scope=FORMER))


def move_hook_events(connection: Connection, moved: Mapping[int, int | None]) -> None:
    """Give webhooks' events their new handles; ``moved``: new handle by old one."""
    for old, new in moved.items():
        connection.execute(update(hook_events).where(hook_events.c.handle == old).values(handle=new))
