"""The HTTP session that all threads and connectors of a process share."""

import requests

from pipeline.wire.connections import Adapter

PUBLIC = "public+"  # before a URL: the adapter for hosts of the public internet


def open_session() -> requests.Session:
    """Open a session that verifies TLS and honours the usual proxy variables."""
    session, adapter = requests.Session(), Adapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.mount(PUBLIC, Adapter(public=True))
    return session
