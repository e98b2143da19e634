"""Work that takes long: snapshots by the clock, operations on dead letters, look-ups, messages of alerts."""

from pipeline.runtime.worker import runtime
from tasks.app import app


@app.task
def run_source(name: str) -> str:
    """Run the query of a source and send the difference to the last snapshot."""
    return runtime().run_source(name)


@app.task
def run_operation(operation: str) -> str:
    """Replay or drop the dead letters of an operation, from where it stopped."""
    return runtime().run_operation(operation)


@app.task
def take_notes() -> str:
    """Take over the notes of people in answers to batches."""
    return runtime().take_notes()


@app.task
def look_emails_up() -> str:
    """Look e-mails without an answer up in the events of files."""
    return runtime().look_emails_up()


@app.task
def compare_schema(connector: str) -> str:
    """Compare the schema of a connector's account with the records that use it."""
    return runtime().compare_schema(connector)


@app.task
def send_alert(message: str) -> str:
    """Try to deliver a message about an alert; the timer repeats a try that fails."""
    return runtime().send_alert(message)
