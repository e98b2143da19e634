"""That the judge of repetitions takes a worker's word for one of them, and for no other."""

import json

import pytest

from tests.chaos.calls import Call
from tests.chaos.causes import Note, causes_of, notes_of

ANN, BOB = ("ann", 0), ("bob", 0)


@pytest.mark.parametrize(
    ("lost", "notes", "cause"),
    [
        (None, [], "unexplained"),
        (None, [Note(0.5, "acme", "OutcomeUnknown")], "unexplained"),
        ("close after", [], "unexplained"),
        ("close after", [Note(1.5, "acme", "OutcomeUnknown")], "answer spoilt: close"),
        (None, [Note(1.5, "acme", "OutcomeUnknown")], "worker ended in the call"),
        (None, [Note(1.5, "acme", "Timeout")], "answer late"),
    ],
)
def test_a_repetition_is_explained_by_what_a_worker_said_between_the_calls(lost, notes, cause):
    calls = [Call(1.0, (ANN, BOB), lost), Call(2.0, (ANN, BOB), None)]

    assert causes_of(calls, notes) == {cause: 2}


def test_one_word_of_a_worker_explains_one_repetition():
    calls = [Call(float(moment), (ANN,), None) for moment in (1, 3, 4)]

    assert causes_of(calls, [Note(2.0, "acme", "Timeout")]) == {"answer late": 1, "unexplained": 1}


def test_one_word_of_a_worker_explains_both_halves_of_a_call():
    """A batch that two workers ended in is halved; each half goes out again."""
    calls = [Call(1.0, (ANN, BOB), None), Call(3.0, (ANN,), None), Call(7.0, (BOB,), None)]

    assert causes_of(calls, [Note(2.0, "acme", "OutcomeUnknown")]) == {"worker ended in the call": 2}


def test_a_half_that_goes_out_once_more_is_not_explained():
    calls = [Call(1.0, (ANN, BOB), None), *(Call(float(moment), (ANN,), None) for moment in (3, 7))]

    found = causes_of(calls, [Note(2.0, "acme", "OutcomeUnknown")])

    assert found == {"worker ended in the call": 1, "unexplained": 1}


def test_each_quarter_of_a_call_is_explained_by_the_words_about_its_half():
    """The first half went out once more before it was halved; the second did not."""
    ann, bob, rest = (ANN,), (BOB,), (("eve", 0), ("joe", 0))
    halves = [Call(3.0, ann + bob, None), Call(8.0, rest, None)]
    calls = [Call(1.0, ann + bob + rest, None), *halves, Call(6.0, ann, None), Call(7.0, bob, None)]
    calls.sort(key=lambda call: call.time)
    words = [Note(2.0, "acme", "OutcomeUnknown"), Note(5.0, "acme", "OutcomeUnknown")]

    assert causes_of(calls, words) == {"worker ended in the call": 6}
    assert causes_of(calls, words[:1]) == {"worker ended in the call": 4, "unexplained": 2}


def test_quarters_of_a_half_whose_own_call_never_arrived_are_explained():
    calls = [Call(1.0, (ANN, BOB), None), Call(6.0, (ANN,), None), Call(7.0, (BOB,), None)]

    found = causes_of(calls, [Note(moment, "acme", "OutcomeUnknown") for moment in (2.0, 5.0)])

    assert found == {"worker ended in the call": 2}


@pytest.mark.parametrize("again", [4.0, 2.5])
def test_a_call_may_be_processed_after_a_worker_gave_it_up(again):
    """A worker that leaves does not wait for it; the second call may even be processed first."""
    first, second = Call(3.0, (ANN, BOB), None, waited=2.0), Call(again, (ANN, BOB), None)

    found = causes_of(sorted([first, second], key=lambda call: call.time), [Note(1.5, "acme", "Timeout")])

    assert found == {"answer late": 2}


def test_a_word_after_the_arrival_of_the_second_call_explains_nothing():
    calls = [Call(1.0, (ANN,), None), Call(4.0, (ANN,), None, waited=2.0)]

    assert causes_of(calls, [Note(3.0, "acme", "Timeout")]) == {"unexplained": 1}


def test_rows_that_come_again_in_other_company_are_not_explained():
    calls = [Call(1.0, (ANN, BOB), None), Call(3.0, (ANN, ("eve", 0)), None)]

    assert causes_of(calls, [Note(2.0, "acme", "Timeout")]) == {"unexplained": 1}


def test_workers_words_are_read_from_their_logs(tmp_path):
    said = {"event": "call failed", "time": "1970-01-01T00:00:05+00:00", "connector": "acme"}
    lines = [said | {"code": "Timeout"}, said | {"code": "TOKEN_EXPIRED"}]
    (tmp_path / "deliver1.log").write_text("Warm shutdown\n" + "".join(json.dumps(x) + "\n" for x in lines))

    assert notes_of(tmp_path) == [Note(5.0, "acme", "Timeout")]


def test_a_line_that_a_worker_was_killed_in_says_nothing(tmp_path):
    """Another worker finds its batch, and says it again."""
    said = json.dumps({"event": "call failed", "time": "1970-01-01T00:00:05+00:00", "connector": "acme"})
    (tmp_path / "deliver1.log").write_text("Warm shutdown\n" + said[:-1] + ', "code": "Time')

    assert notes_of(tmp_path) == []
