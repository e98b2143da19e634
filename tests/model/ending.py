"""Let everything come to its end, and ask what became of every activation."""

from tests.model.actions import Actions
from tests.model.books import Look, letters, look, missing, quiet
from tests.model.invariants import what_is_due_has_gone
from tests.model.story import Told, is_shared, numbers_in, recipient_of

ROUNDS, ROUND = 400, 16.0  # seconds


def drain(actions: Actions) -> Look:
    """Have everybody work until nothing is left; fail when that does not come."""
    world = actions.world
    actions.begin_again()
    for _ in range(ROUNDS):
        actions.work()
        seen = look(world)
        what_is_due_has_gone(world, seen)
        if not any(seen.waiting(name) for name in seen.rows) and actions.accepted():
            return seen
        world.clock.advance(ROUND)
    raise AssertionError("something waits for ever")


def nothing_is_lost(actions: Actions, seen: Look) -> None:
    """Every event that certainly arrived was done, or is a dead letter."""
    assert not seen.batches
    assert not any(seen.flying.values())
    assert quiet(actions.world, seen)
    assert missing(actions.world, seen) == {}, "the books do not balance in the end"
    if "event" in actions.once_removed:
        return
    done = {
        int(call.rows[position][1]["number"])
        for call in actions.world.responsys_fake.calls
        if call.destination == "event"
        for position in call.processed
    }
    given_up = {
        number
        for letter in letters(actions.world)
        if letter.destination == "event"
        for number in numbers_in(letter.activation)
    }
    assert actions.story.landed <= done | given_up, "an activation is lost"


def state_is_the_newest(actions: Actions) -> None:
    """What the far side knows of a profile is what its newest changes said."""
    told = actions.story.told.values()
    for destination in {"list", "table"} - actions.once_removed:
        spoilt = {letter.profile_id for letter in letters(actions.world) if letter.destination == destination}
        spoilt |= {each.profile for each in told if each.number in actions.story.unordered}
        for profile in {each.profile for each in told if not is_shared(recipient_of(each.profile))} - spoilt:
            own = [each for each in told if each.profile == profile]
            ends_with(actions, destination, profile, own)


def ends_with(actions: Actions, destination: str, profile: str, told: list[Told]) -> None:
    """Compare one profile's record."""
    expected, gone, newest = {}, False, 0
    for each in told:
        if each.moment < newest or (each.call_type == "REMOVE" and destination == "list"):
            continue
        newest, gone = each.moment, each.call_type == "REMOVE"
        expected = {} if gone else {**expected, **each.values}
    record = actions.world.responsys_fake.records.get((destination, profile))
    assert not (gone and record), "who left is still there"
    for name, value in expected.items():
        if (destination, name) not in actions.once_unmapped:
            assert (record or {}).get(name.upper()) == value, "the newest value is not there"
