"""The URL of an SQL store, checked before it is opened.

::

    sqlite:////FOLDER/FILE                            option: timeout, in seconds
    postgresql://[USER[:PASSWORD]@]HOST[:PORT]/NAME   options: those of libpq, such as sslmode

Messages quote no value, which may be a password.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from pipeline.stores.broker_options import seconds, whole
from pipeline.text.setting_values import alternatives, with_port

SQLITE = "sqlite"
SCHEMES = (SQLITE, "postgresql", "postgresql+psycopg")
# libpq's, without those that only other programs of PostgreSQL use.
# https://www.postgresql.org/docs/current/libpq-connect.html
LIBPQ = frozenset(
    "application_name channel_binding client_encoding connect_timeout dbname fallback_application_name "
    "gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle "
    "keepalives_interval krbsrvname load_balance_hosts max_protocol_version min_protocol_version options "
    "passfile password port require_auth requirepeer service ssl_max_protocol_version "
    "ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslmode "
    "sslnegotiation sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout user".split()
)
OPTIONS = {SQLITE: frozenset({"timeout"})}
REPEATED = {"host", "port"}  # of several servers
NUMBERS = {
    "timeout": (seconds, "a number of seconds above zero"),
    "connect_timeout": (whole, "a whole number"),
}


def checked(url: str) -> str:
    """Return ``url`` if it names a database with options that there are; raises ValueError."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in SCHEMES:
        raise ValueError(f"is not a URL that begins with {alternatives(f'{each}://' for each in SCHEMES)}")
    place, _, query = rest.partition("?")
    if scheme == SQLITE and place[:1] not in ("", "/"):
        raise ValueError(
            "names a host, which SQLite has none of: write sqlite:///FILE, or sqlite:////FOLDER/FILE"
        )
    if problem := next(problems_of(scheme, query), None):
        raise ValueError(problem)
    return url if scheme == SQLITE else with_port(url)


def problems_of(scheme: str, query: str) -> Iterator[str]:
    """Give what is wrong with the options."""
    known = OPTIONS.get(scheme, LIBPQ)
    given: set[str] = set()
    for name, value in parse_qsl(query, keep_blank_values=True):
        shown = name if name.isidentifier() and name.isascii() else "of that name"
        if name not in known:
            there = "timeout alone" if scheme == SQLITE else "those of libpq, such as sslmode"
            yield f"has no option {shown}: {scheme}:// has {there}"
        elif name in given - REPEATED:
            yield f"gives its option {shown} twice"
        elif name in NUMBERS and not can_read(name, value):
            yield f"has an option {shown} that is not {NUMBERS[name][1]}"
        given.add(name)


def can_read(name: str, value: str) -> bool:
    """Tell whether the value of an option is the number that it must be."""
    try:
        NUMBERS[name][0](value)
    except ValueError:
        return False
    return True
