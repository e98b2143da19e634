"""Each file of tasks/ that reaches into Celery or kombu is read again when their locked version changes."""

import re
from pathlib import Path

import pytest

from tasks import connection, consumer, dispatcher, envelopes, requests, transport

LOCK = Path(__file__).parents[2] / "requirements" / "base.txt"


def locked(package: str) -> str:
    """Return the version in the lock."""
    return re.search(rf"^{package}==(\S+)", LOCK.read_text("utf-8"), re.MULTILINE)[1]


@pytest.mark.parametrize(
    "module",
    [connection, consumer, dispatcher, envelopes, requests, transport],
    ids=lambda module: module.__name__,
)
def test_a_file_that_reaches_into_a_library_was_checked_with_its_locked_version(module):
    """If this fails: read the module's docstring, see whether it can go, then write the new version there."""
    assert {package: locked(package) for package in module.CHECKED_WITH} == module.CHECKED_WITH
