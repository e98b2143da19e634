"""Failed deliveries, in words without a secret: the texts of errors may hold a URL or an address."""

import socket
import ssl
from collections.abc import Sequence
from http.client import HTTPException

from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HttpTimeout

from pipeline.errors import PipelineError


class NotDelivered(PipelineError):
    """A channel did not take a message; the text may be shown to anybody."""


BROKE_OFF = "the connection broke off"
LATE = (TimeoutError, HttpTimeout)
WORDS: Sequence[tuple[type[Exception], str]] = (
    (ssl.SSLCertVerificationError, "the certificate of the host is not trusted"),
    (ssl.SSLError, "TLS failed"),
    (ConnectionRefusedError, "the connection was refused"),
    (socket.gaierror, "the host is not known"),
    (ConnectionError, BROKE_OFF),
    (HTTPException, BROKE_OFF),
    (HTTPError, BROKE_OFF),
)


def in_words(error: BaseException, seconds: float) -> str:
    """Say why there was no answer within ``seconds``."""
    if isinstance(error, LATE):
        return f"no answer in {seconds:g} s"
    for kind, words in WORDS:
        if isinstance(error, kind):
            return words
    return f"it cannot be reached ({type(error).__name__})"
