"""Known people: identifiers of a batch's people, out of the events store."""

from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from pipeline.deliver.briefing import Briefing
from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.connector import Connector
from pipeline.model.salesforce_id import full_or_none
from pipeline.people.find import person_number
from pipeline.people.known_identifiers import known_identifiers
from pipeline.stores.database import reading


class KnownPeople:
    """Briefs batches with the identifiers by which the people of profiles such as "person:7" are known."""

    def __init__(self, events: Callable[[], Engine], org: Callable[[Connector], str]) -> None:
        """``events`` opens the events store; ``org`` returns the id of a connector's org, "" if not known."""
        self._events = events
        self._org = org

    def brief(self, action: Action, rows: Sequence[Activation]) -> Briefing:
        """Return the identifiers that the action wants to be told."""
        profiles = {row.profile_id for row in rows if person_number(row.profile_id) is not None}
        org = full_or_none(self._org(action.connector))
        wanted = action.briefed if org else action.briefed - {"salesforce_id"}
        if not profiles or not wanted:
            return Briefing()
        with reading(self._events()) as connection:
            known = known_identifiers(connection, profiles, org=org)
        told = {
            position: {name: value for name, value in known[row.profile_id].items() if name in wanted}
            for position, row in enumerate(rows)
            if row.profile_id in known
        }
        return Briefing(identifiers=told)
