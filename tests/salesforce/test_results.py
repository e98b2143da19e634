"""Results of a collection: never those of other records than were written."""

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.salesforce.results import read_results

A, B = "003000000000001AAA", "003000000000002AAA"
FINE = [{"id": A, "success": True}, {"id": B, "success": True}]
REFUSED = {"success": False, "errors": []}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FINE[:1], "1 result for 2 records"),
        ([*FINE, FINE[1]], "3 results for 2 records"),
        (FINE[::-1], "another record"),
        ([REFUSED, FINE[0]], "another record"),
        ([FINE[0], {"id": B}], "shape"),
        ([FINE[0], None], "shape"),
        ({"results": FINE}, "no list of results for 2 records"),
        (None, "no list of results for 2 records"),
    ],
)
def test_what_does_not_fit_the_records_is_an_unknown_outcome(answer, why):
    with pytest.raises(OutcomeUnknown, match=why):
        read_results(answer, [A, B])


def test_a_refused_record_may_be_told_without_its_id():
    answer = [FINE[0], REFUSED]

    assert read_results(answer, [A, B]) == answer
