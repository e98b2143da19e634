"""What holds at any time: of every call when it arrives, and of the stores between two steps."""

from collections import Counter, defaultdict
from itertools import pairwise

from pipeline.lanes.pace import share
from tests.model.books import Look, missing, quiet
from tests.model.faults import Frame
from tests.model.records import ALLOWANCE, IN_FLIGHT, MAX_ROWS
from tests.model.responsys_fake import Call
from tests.model.story import Story, is_shared, numbers_in, recipient_of
from tests.model.world import World

MINUTE = 60.0
KEPT = 1  # of ALLOWANCE, for destinations of the first class
REACH = 5.0  # seconds in which a call that was begun arrives (see limits.inc.lua)


class Calls:
    """Looks at every call as it gets to the far side."""

    def __init__(self, world: World, story: Story) -> None:
        self._world, self._story = world, story

    def __call__(self, call: Call, frame: Frame) -> None:
        recipients = [recipient_of(profile) for profile, _ in call.rows]
        assert len(set(recipients)) == len(recipients), "a recipient is twice in a call"
        assert len(recipients) <= MAX_ROWS, "a call has too many rows"
        stopped = {("destination", call.destination), ("connector", frame.connector)}
        assert not stopped & self._world.stopped, "a call was made while sending was stopped"
        for profile, columns in call.rows:
            self._own_columns(call, profile, columns)
        self._within_the_minute(call)

    def _within_the_minute(self, call: Call) -> None:
        """Any minute that ends now has no more calls than are allowed.

        Two kinds do not count: those that were on their way for longer than is reckoned with, and those
        that were turned away for their token, before anybody counted.
        """
        same = [
            each.at
            for each in self._world.responsys_fake.calls
            if (each.account, each.function) == (call.account, call.function)
            and each.at > call.at - MINUTE
            and each.held_up <= REACH
            and each.behaviour != "expired"
        ]
        assert len(same) <= ALLOWANCE, f"more calls in a minute than allowed: {same}"

    def _own_columns(self, call: Call, profile: str, columns: dict[str, str]) -> None:
        values = {name: value for name, value in columns.items() if name not in ("callType", "number")}
        owners = {recipient_of(value.rpartition(".")[0]) for value in values.values() if value}
        assert all(values.values()), "a value is empty"
        assert owners <= {recipient_of(profile)}, "another's value"
        if call.destination == "event":
            told = self._story.told[int(columns["number"])]
            assert (told.profile, told.call_type, told.values) == (profile, columns["callType"], values)


def no_profile_is_in_two_places(seen: Look) -> None:
    """A profile's first row is in a lane or in a batch, and its others behind it."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for lane, profiles in seen.lanes.items():
        places[lane.partition("/")[0]].update(profiles.keys())
    for batch, profiles in seen.batches.items():
        places[seen.destination_of[batch]].update(profiles.keys())
    for destination, rows in seen.rows.items():
        assert places[destination] == Counter(rows.keys()), "a profile is in no place, or in two"
        parked = {member.partition("\0")[0] for member in seen.parked[destination]}
        assert parked <= set(rows), "a row is parked behind nothing"
        assert parked == set(seen.behind[destination]), "a parked row would not come up"


def the_books_balance(world: World, story: Story, seen: Look) -> None:
    """Received = delivered + coalesced + dead letters + waiting, at any quiet moment."""
    if not story.replaying and quiet(world, seen):
        lacking = missing(world, seen)
        assert lacking == {}, f"the books do not balance: {lacking}"


class Ages:
    """When each row was first seen to wait; its age limit counts from there at the latest."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._since: dict[tuple[str, int], float] = {}

    def look(self, now: float, seen: Look) -> None:
        """Check when lanes are due."""
        for destination, rows in seen.rows.items():
            parked = [
                member.split("\0", 2)[2].partition("\0")[2].partition("\0")[2]
                for member in seen.parked[destination]
            ]
            for row in (*rows.values(), *parked):
                for number in numbers_in(row):
                    self._since.setdefault((destination, number), now)
        due = {lane: float(at) / 1000 for ready in seen.ready.values() for lane, at in ready.items()}
        for lane, profiles in seen.lanes.items():
            destination = lane.partition("/")[0]
            settings = seen.settings[destination]
            if settings["stopped"]:
                continue
            oldest = min(
                (self._of(destination, seen.rows[destination][profile], now) for profile in profiles),
                default=now,
            )
            assert due[lane] <= oldest + float(settings["max_age"]) / 1000 + 0.01, "the age limit is later"

    def _of(self, destination: str, row: str, now: float) -> float:
        numbers = [number for number in numbers_in(row) if number not in self._story.again]
        return min((self._since[destination, number] for number in numbers), default=now)


def what_is_due_has_gone(world: World, seen: Look) -> None:
    """After a dispatch nothing that is due waits, unless something stands in its way."""
    now = world.clock.now * 1000
    for table in (seen.ready, seen.retry):
        for way, members in table.items():
            connector, function = way.split(":")[:2]
            if not any(float(at) <= now for at in members.values()):
                continue
            if table is seen.ready and len(seen.flying.get(connector, ())) >= IN_FLIGHT:
                continue
            if (
                connector == "-"
                or ("connector", connector) in world.stops()
                or limited(world, connector, function)
            ):
                continue
            raise AssertionError(f"{way} is due and was not sent")


def limited(world: World, connector: str, function: str) -> bool:
    """Tell whether no permit is to be had."""
    account = world.records.load().connectors[connector].account
    if world.bare.exists(f"capacity:{account}"):
        return True
    now = world.clock.now * 1000
    values = world.bare.hgetall(f"limit:{account}:{function}")
    allowed = max(1, int(ALLOWANCE * share(values, now, MINUTE * 1000)))
    counted = world.bare.zcount(f"calls:{account}:{function}", now - MINUTE * 1000, "+inf")
    if world.bare.hexists(f"connector:{connector}", "first"):
        allowed -= KEPT
    waits = any(float(values.get(name, 0)) > now for name in (b"due", b"first_due", b"paused_until"))
    return waits or counted >= allowed


def known_once(world: World, story: Story, resent: bool) -> None:
    """An event goes out again only when nobody knew what became of it, and somebody wanted that."""
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in world.responsys_fake.calls:
        if call.destination == "event":
            for position in call.processed:
                calls[int(call.rows[position][1]["number"])].append(call)
    for number, found in calls.items():
        assert not any(call.told for call in found[:-1]), (
            "an event was sent again although its outcome was known"
        )
        assert resent or len(found) <= 1 + story.replayed[number], "an event was sent twice"


def in_order(world: World, story: Story) -> None:
    """A profile's events go out in their order, and its state only ever gets newer.

    Of profiles that share their recipient no value is looked at: a row may be of several changes, some older
    than a change of the other. The lanes' own model looks at the order of their rows.
    """
    first: dict[tuple[str, ...], list[int]] = defaultdict(list)
    newest: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for call in world.responsys_fake.calls:
        for profile, columns in (call.rows[position] for position in call.processed):
            number = int(columns.get("number", 0))
            if call.destination != "event" and is_shared(profile):
                continue
            if call.destination != "event":
                for name, value in columns.items():
                    newest[call.destination, profile, name].append(story.moment(value))
            elif number not in first[profile,] and number not in story.unordered | story.again:
                first[profile,].append(number)
    for whose, numbers in (first | newest).items():
        ordered = all(sooner <= later for sooner, later in pairwise(numbers))
        assert ordered, f"something was overtaken: {whose} {numbers}"
