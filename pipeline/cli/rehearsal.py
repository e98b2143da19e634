"""Rehearsal: ``activation send --dry-run`` goes through a file and shows the calls, without sending."""

from collections.abc import Callable

from pipeline.cli.earlier_ids import EarlierIds
from pipeline.cli.reading import records_to_read
from pipeline.cli.sending import FileRows
from pipeline.deliver.dry_run import DryRun
from pipeline.deliver.expected import Expected
from pipeline.model.activation import Activation, Invalid
from pipeline.produce.audiences import UnknownAudience
from pipeline.produce.many import PROGRESS_EVERY, read_row
from pipeline.produce.notes import Notes
from pipeline.produce.own_ids import OwnIds
from pipeline.produce.report import Report
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores


def rehearsed(
    sending: FileRows, stores: Stores, audience: str, progress: Callable[[int], None], notes: Notes
) -> tuple[Report, list[Expected]]:
    """Rehearse with the stored records; ids that came before are looked up if Redis answers."""
    earlier = EarlierIds(stores)
    catalog = records_to_read(stores).load()
    found = rehearse(sending, catalog, audience, progress, earlier.know)
    notes.not_looked_up(earlier.trouble)
    return found


def rehearse(
    sending: FileRows,
    catalog: Catalog,
    audience: str,
    progress: Callable[[int], None],
    known: Callable[[Activation], bool] = lambda _: False,
) -> tuple[Report, list[Expected]]:
    """Go through all rows without sending any; return the report that sending would give, and the calls.

    ``known`` tells whether an activation repeats one that was accepted earlier.

    Raises:
        UnknownAudience: no destination takes its changes.
    """
    if audience not in catalog.audiences:
        raise UnknownAudience(audience, len(catalog.audiences))
    report, run, own_ids = Report(on_error=sending.refuse), DryRun(catalog, audience), OwnIds()
    for count, row in enumerate(sending.rows(), 1):
        try:
            activation = read_row(row, audience)[0]
            repeated = own_ids.is_repeat(activation) or known(activation)
        except Invalid as error:
            report.refuse(count - 1, error.messages)
            continue
        report.accepted += 1
        report.repeated += repeated
        problems = run.repeat(activation) if repeated else run.add(activation)
        if problems:
            sending.remark({name: [problem] for name, problem in problems.items()})
        if count % PROGRESS_EVERY == 0:
            progress(count)
    return report, run.finish()
