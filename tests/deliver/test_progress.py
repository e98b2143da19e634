"""pipeline.deliver.progress: what travels with a batch survives its texts and its splits."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.deliver.progress import Progress
from pipeline.model.call import Rejection

ROWS = 6
POSITIONS = st.integers(0, ROWS - 1)
TEXTS = st.text(max_size=8)
IDENTIFIERS = st.dictionaries(st.sampled_from(["riid", "salesforce_id"]), TEXTS, min_size=1)
PROGRESSES = st.builds(
    Progress,
    st.integers(0, 3),
    st.dictionaries(POSITIONS, st.builds(Rejection, TEXTS, TEXTS)),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.frozensets(POSITIONS),
    st.dictionaries(POSITIONS, IDENTIFIERS),
    st.none() | st.floats(0, 2e9),
    st.integers(0, 8),
)


def at(progress, position):
    """Return all that is known of one row."""
    return progress.rejected.get(position), position in progress.done, progress.learned.get(position)


@given(PROGRESSES)
def test_progress_survives_its_text(progress):
    text = progress.dumps()

    assert Progress.loads(text) == (progress if text else Progress())
    assert text or progress.is_empty


@given(PROGRESSES, st.integers(0, ROWS))
def test_halves_keep_what_is_known_of_their_rows(progress, middle):
    first, second = progress.halves(middle)

    assert [at(first, n) for n in range(middle)] == [at(progress, n) for n in range(middle)]
    assert [at(second, n) for n in range(ROWS - middle)] == [at(progress, n) for n in range(middle, ROWS)]
    assert all(n < middle for known in (first.rejected, first.done, first.learned) for n in known)
    assert first.found_at == second.found_at == progress.found_at


@given(PROGRESSES, POSITIONS)
def test_the_rows_after_one_that_leaves_move_up(progress, position):
    others = [n for n in range(ROWS) if n != position]

    assert progress.without(position) == progress.among(others)


@given(PROGRESSES, st.lists(POSITIONS, unique=True))
def test_some_rows_keep_what_is_known_of_them_alone(progress, positions):
    some = progress.among(positions)

    assert [at(some, n) for n in range(len(positions))] == [at(progress, n) for n in positions]
    assert len(some.rejected) + len(some.done) <= 2 * len(positions)


def test_a_text_of_an_earlier_version_is_read():
    text = json.dumps({"step": 1, "rejected": {"2": ["BAD", "why"]}})

    assert Progress.loads(text) == Progress(1, {2: Rejection("BAD", "why")})
