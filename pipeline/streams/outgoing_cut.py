"""Cut: the activations of a source in ``outgoing`` that go to the intake next, chunk by chunk.

Its ranges are stored before the first chunk is appended. A run that follows a killed one appends the same
activations under the same numbers, whatever was put to the source or erased meanwhile. A range has no number
in it but those of its activations, so one that becomes the source's later is never taken for appended.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec.json import Decoder

from pipeline.produce.chunk import Chunk, EntryHead

Row = tuple[int, str]  # number and body of an activation
Ranges = Sequence[Sequence[int]]  # of one chunk: first and last number of each
NewChunk = Callable[[int], Chunk]  # by its number

read_head = Decoder(EntryHead).decode


@dataclass(frozen=True)
class Cut:
    """Chunks to append; ``ranges`` of each, also of one whose activations were all erased."""

    chunks: Sequence[Chunk]
    ranges: Sequence[Ranges]


def cut_anew(rows: Iterable[Row], new_chunk: NewChunk, noted: int) -> Cut:
    """Cut rows where a chunk is full; ``noted``: the number of the last chunk that was noted."""
    chunks: list[Chunk] = []
    numbers: list[list[int]] = []
    for number, body in rows:
        if not chunks or chunks[-1].full:
            chunks.append(new_chunk(noted + len(chunks) + 1))
            numbers.append([])
        add(chunks[-1], body)
        numbers[-1].append(number)
    return Cut(chunks, [ranges_of(of_chunk) for of_chunk in numbers])


def cut_again(rows: Iterable[Row], ranges: Sequence[Ranges], new_chunk: NewChunk, noted: int) -> Cut:
    """Cut rows as they were cut before; rows that are in none of the ranges are left."""
    chunk_of = {
        number: chunk
        for chunk, of_chunk in enumerate(ranges, noted + 1)
        for first, last in of_chunk
        for number in range(first, last + 1)
    }
    chunks: dict[int, Chunk] = {}
    for number, body in rows:
        if chunk := chunk_of.get(number):
            add(chunks.get(chunk) or chunks.setdefault(chunk, new_chunk(chunk)), body)
    return Cut([*chunks.values()], ranges)


def add(chunk: Chunk, body: str) -> None:
    """Add a stored activation."""
    raw = body.encode()
    chunk.add_json(raw, read_head(raw))


def ranges_of(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the ranges of rising numbers."""
    firsts = [numbers[0], *(later for sooner, later in pairwise(numbers) if later != sooner + 1)]
    lasts = [*(sooner for sooner, later in pairwise(numbers) if later != sooner + 1), numbers[-1]]
    return list(zip(firsts, lasts, strict=True))
