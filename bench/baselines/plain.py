"""One Celery message and one call per row."""

from typing import Any

from bench.baselines.settings import open_app, responsys

app = open_app("bench.baselines.plain", prefetch=4)


@app.task
def activate(row: dict[str, Any]) -> None:
    """Send one row."""
    responsys().trigger([row])
