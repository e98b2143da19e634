"""Values of typed columns, beside those that the emulator takes."""

import pytest

from emulators.responsys.account.column_types import value_fits
from pipeline.responsys.actions.audience_export.column_values import FORMS

TIMES = (
    "2026-12-31", "1965-05-05", "2026-12-31T10:00", "2026-12-31 10:00:01", "2026-12-31T10:00:00.123456789Z",
    "2026-12-31T10:00:00+02:00", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+02:00", "10000-01-01",
    "0000-00-00", "31/12/2026", "2026-02-30", "1767225600000", "2026-12-31T24:00:00Z", "2026-W53-1",
)  # fmt: skip
NUMBERS = (
    "7", "-7", "+7", " 7 ", "7.", ".5", "7.25", "1e3", "1.5E-3", "1e400", "1,000", "1.000,5", "NaN",
    "Infinity", "0x1f", "1_000", "\u0661", "--1", ".", "e5", "9" * 18, "9" * 77, "7\n8",
)  # fmt: skip


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("value", [*TIMES, *NUMBERS])
def test_a_value_that_is_taken_is_sent_in_a_form_that_responsys_takes(kind, value):
    form = FORMS[kind]

    if form.fits(value):
        assert value_fits(form.written(value), kind)
    else:
        assert form.written(value) == value
