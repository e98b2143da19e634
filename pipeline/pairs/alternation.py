"""Alternation: answers of the sides to writes, by which two automations that undo each other are found."""

from itertools import pairwise

from pipeline.pairs.field_state import DAY, TURNS_MOST, UNDONE_MOST, Answer, FieldState, SideName


def answers_after(state: FieldState, name: SideName, at: int, kind: str) -> tuple[Answer, ...]:
    """Return the answers of the last day, with this one if it followed a write."""
    kept = tuple(one for one in state.answers if one.at > at - DAY)
    return (*kept, Answer(at, name, kind)) if state.side(name).sent or kind != "edit" else kept


def are_at_odds(answers: tuple[Answer, ...]) -> bool:
    """Tell whether two automations work against each other."""
    turns = sum(before.side != after.side for before, after in pairwise(answers))
    put_back = [one.side for one in answers if one.kind == "back"]
    repairs = sum(one.kind == "repair" for one in answers)
    are_back = len(put_back) >= UNDONE_MOST and len(set(put_back)) > 1
    return are_back or repairs >= UNDONE_MOST or turns >= TURNS_MOST
