"""Event files: a worker of its own fetches and lands them, so that snapshots and deliveries never wait."""

from pipeline.runtime.worker import runtime
from tasks.app import app


@app.task
def run_import(name: str) -> str:
    """Fetch and land the new files of an import's folder, and fold them into profiles."""
    return runtime().run_import(name)
