"""Cases: inputs as the world sends them, a folder for each."""

from pathlib import Path

HERE = Path(__file__).parent


def case(name: str, file: str) -> bytes:
    """Return the content of a case's file."""
    return (HERE / name / file).read_bytes()
