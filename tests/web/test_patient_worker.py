"""A thread goes on with its connection, but never at the cost of another one."""

import io
import socket
from types import SimpleNamespace

import pytest

from pipeline.web import patient_worker
from pipeline.web.patient_worker import PatientWorker

THREADS = 2


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def worker(connections=1, *, alive=True):
    made = PatientWorker.__new__(PatientWorker)
    made.alive, made.nr_conns, made.cfg = alive, connections, SimpleNamespace(threads=THREADS)
    return made


def connection(sock, ahead=b""):
    buffer = io.BytesIO(ahead)
    return SimpleNamespace(sock=sock, parser=SimpleNamespace(unreader=SimpleNamespace(buf=buffer)))


def test_a_request_that_comes_at_once_needs_no_other_thread(ends):
    near, far = ends
    far.send(b"GET / HTTP/1.1\r\n")

    assert worker()._follows_at_once(connection(near))


def test_a_thread_gives_a_silent_connection_back(ends):
    assert not worker()._follows_at_once(connection(ends[0]))


@pytest.mark.parametrize(
    ("of", "ahead"), [(worker(THREADS + 1), b""), (worker(alive=False), b""), (worker(), b"GET")]
)
def test_a_thread_that_others_need_or_that_ends_does_not_wait(ends, monkeypatch, of, ahead):
    """Bytes that were read ahead are gunicorn's to go on with."""
    near, far = ends
    far.send(b"GET / HTTP/1.1\r\n")
    monkeypatch.setattr(patient_worker.select, "poll", lambda: pytest.fail("it waits"))

    assert not of._follows_at_once(connection(near, ahead))
