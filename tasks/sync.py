"""Snapshots that are taken by the clock."""

from pipeline.runtime.worker import runtime
from tasks.app import app


@app.task
def run_source(name: str) -> str:
    """Run the query of a source, and send what differs from what was last sent."""
    return runtime().run_source(name)
