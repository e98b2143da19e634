"""A look at all rules: states are brought up to date, and messages written, each change in a transaction."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Engine

from pipeline.alerts import messages, states
from pipeline.alerts.bodies import body_of, new_id
from pipeline.alerts.condition import Condition, Subject
from pipeline.alerts.facts import Facts
from pipeline.alerts.rules import conditions_of
from pipeline.alerts.state import AlertState, MessageType, advance, at_rest, new_state
from pipeline.model.alert_rule import AlertRule


class Look:
    """One look, with the rules and numbers of one moment."""

    def __init__(self, engine: Engine, facts: Facts, web_url: str) -> None:
        """``web_url``: where people reach the console."""
        self._engine = engine
        self._facts = facts
        self._web_url = web_url

    def run(self) -> int:
        """Look at every rule, also at those that were removed while alerts were open; return the changes."""
        stored = states.read_states(self._engine)
        rules = self._facts.catalog.alert_rules
        changes = 0
        for name in sorted({*rules, *stored}):
            known = stored.get(name, {})
            rule = rules.get(name) or removed_rule(name, known.values())
            found = conditions_of(rule, self._facts)
            if found is not None:
                changes += self._bring_up_to_date(rule, known, found)
        return changes

    def _bring_up_to_date(
        self, rule: AlertRule, known: Mapping[Subject, AlertState], found: Sequence[Condition]
    ) -> int:
        present = {condition.subject: condition for condition in found}
        changes = 0
        for subject in sorted({*present, *known}):
            before = known.get(subject) or new_state(rule, subject, self._facts.now)
            if subject not in present and before.state == "ok":
                self._forget(before)
                continue
            condition = present.get(subject, Condition(subject, holds=False))
            after, message = advance(rule, before, condition, self._facts.now)
            if after != before:
                changes += self._write(before, after, message)
        return changes

    def _write(self, before: AlertState, after: AlertState, message: MessageType | None) -> bool:
        """Store a state and its messages together; False if another process was first."""
        stored = at_rest(after, self._facts.now) if message == "alert.closed" else after
        with self._engine.begin() as connection:
            if not states.write_state(connection, before, stored):
                return False
            for channel in after.channels if message else ():
                if message and channel in self._facts.catalog.channels:
                    self._tell(connection, channel, message, after)
        return True

    def _tell(self, connection: Connection, channel: str, kind: MessageType, state: AlertState) -> None:
        identity, now = new_id(), self._facts.now
        body = body_of(identity, kind, now, state, self._web_url)
        messages.write_message(
            connection, identity=identity, channel=channel, kind=kind, alert=state.alert, body=body, now=now
        )

    def _forget(self, state: AlertState) -> None:
        with self._engine.begin() as connection:
            states.forget(connection, state)


def removed_rule(name: str, known: Iterable[AlertState]) -> AlertRule:
    """Return a rule in the place of one that was removed: it has no subject any more."""
    kind = next((state.kind for state in known), "")
    return AlertRule(name, kind, enabled=False)
