"""Several followers of a source are one."""

from pipeline.streams.followers import Followers, NoFollower


class Telling(NoFollower):
    """Notes its calls; ``due``: how often something is due."""

    def __init__(self, name, calls, *fields, due=0):
        self.name, self.calls, self.fields, self.due = name, calls, fields, due

    def decide(self, connection, records, *, is_baseline):
        self.calls.append((self.name, list(records), is_baseline))
        return [self.name]

    def read_ahead(self, engine, reader):
        self.due -= 1
        return self.due >= 0

    def decide_later(self, connection):
        return [f"{self.name} later"]


def test_followers_decide_in_their_order():
    calls = []
    followers = Followers(Telling("first", calls), Telling("second", calls))

    assert followers.decide(None, ["a"], is_baseline=True) == ["first", "second"]
    assert calls == [("first", ["a"], True), ("second", ["a"], True)]
    assert followers.decide_later(None) == ["first later", "second later"]


def test_each_field_is_asked_for_once():
    followers = Followers(Telling("first", [], "Email", "Title"), Telling("second", [], "Title", "Phone"))

    assert followers.fields == ("Email", "Title", "Phone")


def test_all_read_ahead_though_one_has_nothing_left():
    first, second = Telling("first", [], due=2), Telling("second", [], due=1)
    followers = Followers(first, second)

    assert [followers.read_ahead(None, None) for _ in range(3)] == [True, True, False]
    assert (first.due, second.due) == (-1, -2)
