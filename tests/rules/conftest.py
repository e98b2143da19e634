"""Rules on streams: both databases, a real Redis, and an org in a process of its own."""

from tests.streams.conftest import client_of as client_of
from tests.streams.conftest import connector as connector
from tests.streams.conftest import org as org
from tests.streams.conftest import process as process
from tests.streams.conftest import streams as streams
