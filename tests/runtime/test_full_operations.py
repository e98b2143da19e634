"""pipeline.runtime.source_operations: a stream is read from the beginning when a person asks for that."""

from contextlib import nullcontext

import pytest

from pipeline.model.source import SalesforceSource
from pipeline.operate.activity import Actor
from pipeline.operate.running import begin_run
from pipeline.records.catalog import Catalog
from pipeline.runtime import source_operations
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.stream_run import StreamOutcome

LEADS = SalesforceSource(name="leads", every=2, connector="crm", object="Lead", mapping="person")
CATALOG = Catalog(1, {}, {}, sources={"leads": LEADS})


@pytest.mark.parametrize("full", [True, False])
def test_the_run_of_a_stream_is_full_if_that_was_asked_for(engine, server_url, full):
    asked = []

    def run(_catalog, source, _appender, **options):
        asked.append(options.get("full", False))
        return StreamOutcome(source.name, StreamCounts(), 0, False, full)

    begun = begin_run(engine, server_url, Actor("key:ops"), "leads", confirm=False, full=full)
    done = source_operations.carry_out(engine, run, CATALOG, begun.id, nullcontext())

    assert (asked, done.state) == ([full], "done")
