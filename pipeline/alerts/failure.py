"""Failed deliveries, in words without a secret: the texts of errors may hold a URL or an address."""

import socket
import ssl
from collections.abc import Sequence
from http.client import HTTPException

from pipeline.errors import PipelineError


class NotDelivered(PipelineError):
    """A channel did not take a message; the text may be shown to anybody."""


BROKE_OFF = "the connection broke off"
WORDS: Sequence[tuple[type[Exception], str]] = (
    (ssl.SSLCertVerificationError, "the certificate of the host is not trusted"),
    (ssl.SSLError, "TLS failed"),
    (TimeoutError, "it gave no answer in time"),
    (ConnectionRefusedError, "the connection was refused"),
    (socket.gaierror, "the host is not known"),
    (ConnectionError, BROKE_OFF),
    (HTTPException, BROKE_OFF),
)


def in_words(error: Exception) -> str:
    """Say why there was no answer."""
    for kind, words in WORDS:
        if isinstance(error, kind):
            return words
    return f"it cannot be reached ({type(error).__name__})"
