"""A channel: the way of alerts to people."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Channel:
    """One channel, as configured; an option that its kind does not have is empty."""

    name: str
    kind: str  # webhook, slack, email
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)  # by which messages are signed; "": they are not
    to: tuple[str, ...] = field(default=(), repr=False)
    sender: str = field(default="", repr=False)
    host: str = ""
    port: int = 587
    tls: str = "starttls"  # starttls, tls, none
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
