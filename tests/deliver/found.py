"""FindAndWrite: a made-up action that reads contacts in one call and writes them in a second."""

from collections.abc import Sequence
from typing import Any

from pipeline.model.action import Step
from pipeline.model.activation import Activation
from pipeline.model.call import Again, Done, Rejection, Verdict
from tests.deliver.export import Export, call
from tests.fixtures.oracle import HOST

FUNCTION = "contacts"  # of both steps: the account counts all calls alike
FIND, WRITE = f"{HOST}/find", f"{HOST}/write"
PLAN = ("find contacts", "write contacts")
LOCKED, NO_LIST = Again("UNABLE_TO_LOCK_ROW", "busy"), Rejection("NO_LIST", "no list")
VERDICTS: dict[str, Verdict] = {
    "same": Done(),
    "none": Rejection("NO_RECORD_FOUND"),
    "locked": LOCKED,
    "no list": NO_LIST,
}


def read_verdicts(_: Sequence[Activation], answer: Any) -> list[Verdict]:
    """Read one cell per row: a word of VERDICTS, or the id of the contact that was found or written."""
    return [VERDICTS.get(cell) for cell in answer]


def learn_ids(_: Sequence[Activation], answer: Any) -> dict[int, dict[str, str]]:
    """Read the ids of the contacts."""
    return {n: {"salesforce_id": cell} for n, cell in enumerate(answer) if cell.startswith("003")}


class FindAndWrite(Export):
    """Rows that are so already are not written; what was found is good for a minute."""

    functions = (FUNCTION,)

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        find, write = call(FUNCTION, "/find"), call(FUNCTION, "/write")
        faults = frozenset({"NO_LIST"})
        return (
            Step(
                "find", FUNCTION, find, read_verdicts, setup_codes=faults, learn=learn_ids, fresh_for=60
            ),
            Step("write", FUNCTION, write, read_verdicts, repeatable=False, setup_codes=faults),
        )  # fmt: skip
