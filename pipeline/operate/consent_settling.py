"""Settling conflicts of consents: a person stays out, or is taken back in; a worker tells both sides."""

from sqlalchemy import Connection

from pipeline.consents.saying import Saying
from pipeline.consents.statement import IN, OUT
from pipeline.errors import Misconfigured
from pipeline.people.conflicts import Conflict
from pipeline.records.catalog import Catalog

ANSWERS = {"out": OUT, "in": IN}


def settle_consent(
    connection: Connection, catalog: Catalog, conflict: Conflict, answer: str, by: str
) -> None:
    """State the wish that an answer is, and close the conflict.

    Raises Misconfigured for another answer, a settled conflict, or consents that are not there any more.
    """
    if conflict.settled is not None:
        raise Misconfigured(
            f"conflict {conflict.id} is settled: {conflict.settled}, by {conflict.settled_by}"
        )
    if answer not in ANSWERS:
        raise Misconfigured(f'"{answer}" is no answer; there are: {", ".join(ANSWERS)}')
    name = conflict.values["consents"]
    account = catalog.consents.get(name)
    if account is None:
        raise Misconfigured(f'there are no consents "{name}" any more')
    destinations = [one.name for one in catalog.for_audience(account.audience)]
    evidence = {"by": by, "conflict": str(conflict.id), "record": conflict.values["record"]}
    Saying(connection, account, destinations).say(ANSWERS[answer], conflict.values["address"], evidence)
