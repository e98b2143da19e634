"""A connector to Salesforce: one org, and the app by which we log in there."""

from dataclasses import dataclass, field
from hashlib import sha256

from pipeline.model.connector import Connector


@dataclass(frozen=True, kw_only=True)
class SalesforceConnector(Connector):
    """One org by its own host, and one external client app."""

    host: str  # My Domain, scheme and host: "https://acme.my.salesforce.com"
    client_id: str
    login: str = "client_credentials"  # or "jwt"
    client_secret: str = field(default="", repr=False)
    username: str = ""  # of "jwt"
    private_key: str = field(default="", repr=False)  # of "jwt": RSA, PEM
    audience: str = ""  # of "jwt"; "": the host
    version: str = "66.0"
    share: float = 0.25  # of the org's calls in 24 h that are ours
    ceiling: float = 0.8  # of the org's calls by anybody
    zone: str = "UTC"  # of the org's dates
    riid_field: str = ""  # "": the org has no field for it
    utilisation: float = 1.0  # of our share
    kind: str = "salesforce"

    @property
    def login_place(self) -> str:
        """Name the org: its calls are counted for all apps together."""
        return self.host

    @property
    def token_owner(self) -> str:
        """Name the org and the app."""
        return sha256(f"{self.host}\n{self.client_id}\n{self.username}".encode()).hexdigest()[:16]

    @property
    def base(self) -> str:
        """Return the path that all calls of our version begin with."""
        return f"/services/data/v{self.version}"
