"""A connector to Responsys: an account, its profile list, and how people are found in that."""

from dataclasses import dataclass, field

from pipeline.model.connector import Connector


@dataclass(frozen=True, kw_only=True)
class ResponsysConnector(Connector):
    """One account on Responsys."""

    username: str
    password: str = field(repr=False)
    auth_endpoint: str  # scheme and host, nothing after it: "https://login5.responsys.net"
    profile_list: str
    list_folder: str | None = None
    account_id: str | None = None  # as the names of event files have it
    identifier_type: str = "hashed_email"  # "riid", "hashed_email" or "crm_id"
    kind: str = "responsys"

    @property
    def login_place(self) -> str:
        """Name the user and the place where it logs in."""
        return f"{self.auth_endpoint}\n{self.username}"
