"""The keys that a web process holds."""

import threading

from pipeline.web import keyring
from pipeline.web.keyring import KeyRing
from tests.processes.environment import until


def test_wrong_keys_do_not_queue_up_for_a_store_that_hangs(monkeypatch):
    """Else each would hold a thread for as long as SQL takes to give up."""
    reads, answered = [], threading.Event()

    def hang(engine):
        reads.append(engine)
        answered.wait()
        return []

    monkeypatch.setattr(keyring, "stored_keys", hang)
    ring = KeyRing(None)
    ring.current = True
    first = threading.Thread(target=ring.find, args=("ak_first",))
    first.start()
    try:
        until(lambda: reads)

        ring._read_at -= 2 * keyring.AGAIN
        assert ring.find("ak_second") is None

        assert len(reads) == 1
    finally:
        answered.set()
        first.join()
