"""The account of a RIID: the one in the names of event files, if they are all of one."""

from sqlalchemy import Connection, select

from pipeline.stores.event_tables import event_files


def riid_account(connection: Connection, account: str = "") -> str:
    """Return the account of RIIDs that no file has named; ``account``: if files name none, or several.

    A connector does not know the number by which files call its account. If files name one account alone,
    it is that one, and people of files and of answers are the same.
    """
    named = connection.scalars(select(event_files.c.account).distinct().limit(2)).all()
    return named[0] if len(named) == 1 else account
