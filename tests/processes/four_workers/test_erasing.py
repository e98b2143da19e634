"""People are erased while workers accept and deliver."""

import time
from concurrent.futures import ThreadPoolExecutor

from pipeline.operate.erasure.erasure import Erasure
from tests.operate.erasure.environment import traces
from tests.processes.environment import until
from tests.processes.limited_account import people


def test_who_is_erased_under_load_is_gone_and_everybody_else_arrives_in_order(environment):
    limited_account = environment.open("erased", limit=3)  # in two seconds
    environment.emulator.fault("erased", "latency", seconds=0.2)
    everybody, numbers = people(600), range(3)
    erased = set(everybody[::75])
    for number in numbers:
        limited_account.activate(everybody, number)
    until(lambda: limited_account.calls())

    erasure = Erasure(environment.client, environment.engine)
    with ThreadPoolExecutor(len(erased)) as pool:
        found = list(pool.map(lambda who: erasure.erase(who, time.monotonic() + 30), erased))
    after = [(who, seen(limited_account, who)) for who in erased]
    environment.drain(limited_account)

    assert [each.not_erased for each in found] == [[]] * len(erased)
    assert sum(each.total for each in found) > 0
    assert [
        (who, seen(limited_account, who)) for who in erased
    ] == after  # nothing of theirs went out any more
    assert all(sent == list(numbers[: len(sent)]) for _, sent in after)
    assert any(len(sent) < len(numbers) for _, sent in after)
    delivered = [mark for mark in limited_account.delivered() if mark[0] not in erased]
    assert sorted(delivered) == sorted((who, n) for who in everybody if who not in erased for n in numbers)
    assert in_order(delivered)
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0
    assert traces(environment.client, environment.engine, *(f"{who}@example.com" for who in erased)) == []
    assert not erased & {profile.decode() for profile in environment.client.hkeys("rows:erased")}


def seen(limited_account, profile):
    """Return the numbers of a profile's activations that went out."""
    return [number for who, number in limited_account.delivered() if who == profile]


def in_order(marks):
    """Tell whether each profile's activations went out in the order of their numbers."""
    last = {}
    for who, number in marks:
        if number < last.get(who, 0):
            return False
        last[who] = number
    return True
