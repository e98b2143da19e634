"""Who looks on goes when it is over."""

import threading

from celery import Celery

from tests.processes.recorder import Recorder


def test_who_begins_anew_just_when_it_is_over_goes_too(server_url, monkeypatch):
    """As after a lost connection."""
    connect, begun, closing = Celery.connection_for_read, threading.Event(), threading.Event()

    def late(app):
        begun.set()
        closing.wait(60)
        return connect(app)

    monkeypatch.setattr(Celery, "connection_for_read", late)
    recorder = Recorder(server_url)
    begun.wait(60)
    leaving = threading.Thread(target=recorder.close)
    leaving.start()
    closing.set()

    leaving.join(60)
    assert not leaving.is_alive()
