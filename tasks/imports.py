"""Event files: a worker of its own fetches and lands them, so that snapshots and deliveries never wait."""

from pipeline.runtime.worker import runtime
from tasks.app import app


@app.task
def run_import(name: str) -> str:
    """Fetch and land what is new in the folder of an import, and fold it into profiles."""
    return runtime().run_import(name)
