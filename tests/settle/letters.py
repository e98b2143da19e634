"""Dead letters as tests look at them."""

from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter


def ids(engine, **wanted):
    return sorted(letter.id for letter in dead_letters.find_letters(engine, Filter(**wanted)))
