"""Rules on destinations: shares of errors, delays, rows that wait, dead letters."""

from collections.abc import Iterator

from pipeline.alerts.condition import Condition, Subject, letters_page, page_of
from pipeline.alerts.facts import Facts, SettledRows
from pipeline.alerts.phrases import length, listed_code, percent
from pipeline.lanes.backlog import Backlog
from pipeline.model.alert_rule import AlertRule
from pipeline.model.destination import Destination
from pipeline.records.stops import stops_of
from pipeline.text.durations import spell
from pipeline.text.plural import counted

LOOK_AT_LETTERS = "see who, mend the cause, replay"
LOOK_AT_LOG = "see what its page says; Flower and the workers' log say more"
LOOK_AT_SPEED = "nothing is lost: limits, a stop or too few workers set the speed"


def chosen(rule: AlertRule, facts: Facts) -> Iterator[Destination]:
    """Yield the destinations of a rule, without the paused and the disabled ones."""
    for name, destination in sorted(facts.catalog.destinations.items()):
        on = rule.destination in (None, name) and rule.connector in (None, destination.connector)
        if on and not asleep(facts, destination):
            yield destination


def asleep(facts: Facts, destination: Destination) -> bool:
    """Tell whether a person stopped a destination, or its connector."""
    return any(stop.kind in ("paused", "disabled") for stop in stops_of(facts.catalog, destination))


def error_share(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """Many of the rows that were settled were rejected."""
    above = rule.above or 0.0
    settled = facts.settled(rule.window)
    for destination in chosen(rule, facts):
        found = settled.get(destination.name, SettledRows())
        share = round(found.share, 4)
        if found.rows < rule.at_least or found.share <= above:
            yield Condition(Subject("destination", destination.name), holds=False, value=share)
            continue
        code = facts.commonest_code(destination.name, rule.window)
        rows = f"{percent(found.share)} of {counted(found.rows, 'row')} of {destination.subject}"
        yield Condition(
            Subject("destination", destination.name),
            holds=True,
            value=share,
            text=f"{rows} were rejected within {length(rule.window)}, most with {listed_code(code)}",
            way_out=LOOK_AT_LETTERS,
            path=letters_page(destination.name, code),
        )


def stalled(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """Rows are due and may go, and none was settled."""
    above = rule.above or 0.0
    settled = facts.settled(above)
    for destination in chosen(rule, facts):
        seconds = overdue_seconds(facts.backlogs.get(destination.name), destination)
        stopped = bool(stops_of(facts.catalog, destination)) or destination.connector in facts.throttled
        text = f"rows of {destination.subject} have been due for {spell(seconds)} and may go"
        yield Condition(
            Subject("destination", destination.name),
            holds=seconds > above and not stopped and destination.name not in settled,
            value=round(seconds, 1),
            text=f"{text}, but none was settled within {length(above)}",
            way_out=LOOK_AT_LOG,
            path=page_of(Subject("destination", destination.name)),
        )


def overdue(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """A row has been due for long, throttled or not."""
    for destination in chosen(rule, facts):
        subject = Subject("destination", destination.name)
        seconds = overdue_seconds(facts.backlogs.get(destination.name), destination)
        text = f"a row of {destination.subject} has been due for {spell(seconds)}"
        is_late = seconds > (rule.above or 0.0)
        yield Condition(subject, is_late, round(seconds, 1), text, LOOK_AT_SPEED, page_of(subject))


def overdue_seconds(backlog: Backlog | None, destination: Destination) -> float:
    """Return for how long a row has been due, one in a batch that is tried again among them; 0: none is."""
    if backlog is None or not backlog.waiting:
        return 0.0
    since_due = -backlog.due if backlog.due is not None else 0.0
    since_age = (backlog.oldest or 0.0) - destination.max_age
    return max(0.0, since_due, since_age)


def waiting_rows(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """Many rows wait."""
    for destination in chosen(rule, facts):
        subject = Subject("destination", destination.name)
        waiting = facts.backlogs.get(destination.name, Backlog()).waiting
        text = f"{counted(waiting, 'row waits', 'rows wait')} for {destination.subject}"
        yield Condition(subject, waiting > (rule.above or 0), waiting, text, LOOK_AT_SPEED, page_of(subject))


def dead_letters(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """Dead letters are open."""
    for destination in chosen(rule, facts):
        letters = sum(
            count
            for (name, code), count in facts.open_letters.items()
            if name == destination.name and rule.code in (None, code)
        )
        which = f" with {listed_code(rule.code)}" if rule.code else ""
        amount = counted(letters, "dead letter", "dead letters")
        text = f"{amount}{which} of {destination.subject} {'is' if letters == 1 else 'are'} open"
        yield Condition(
            Subject("destination", destination.name),
            holds=letters > (rule.above or 0),
            value=letters,
            text=text,
            way_out=LOOK_AT_LETTERS,
            path=letters_page(destination.name, rule.code),
        )
