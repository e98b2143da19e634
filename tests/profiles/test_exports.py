"""Exports against the reference: any order, any repetition, any cut, the same bytes."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.event_files.file_parts import PART_BYTES
from tests.event_files.folder import export, land
from tests.fixtures.stores import empty_events
from tests.profiles.generated import folders
from tests.profiles.reference import parsed, reference

IN_ONE_STORE = settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def landed(engine, folder, files, part_bytes=PART_BYTES):
    empty_events(engine)
    for path in folder.iterdir():
        path.unlink()
    paths = []
    for number, (name, content) in enumerate(files):
        stem, _, extension = name.partition(".")
        path = folder / f"{stem[:-6]}{number:06d}.{extension}"
        path.write_bytes(content)
        paths.append(path)
    land(engine, paths, part_bytes=part_bytes)
    return export(engine)


@IN_ONE_STORE
@given(files=folders(), seed=st.integers(0, 2**32), cut=st.booleans())
def test_any_order_and_repetition_give_what_the_reference_gives(events, tmp_path, files, seed, cut):
    folder = tmp_path / "spool"
    folder.mkdir(exist_ok=True)
    chance = random.Random(seed)
    again = chance.sample(files * 2, len(files) * 2)

    first = landed(events, folder, files)
    second = landed(events, folder, again, part_bytes=200 if cut else PART_BYTES)

    assert parsed(first) == reference(files)
    assert second == first
