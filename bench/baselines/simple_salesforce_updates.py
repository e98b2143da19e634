"""simple-salesforce: one call for each record. An adapter takes the calls for salesforce.com to an emulator.

Called with the emulator's address and a file with an id in each line; prints the seconds, without the login.
"""

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

HOST = "bench.my.salesforce.com"
APP = {"client_id": "3MVG9LOCAL", "client_secret": "local-secret", "grant_type": "client_credentials"}
VERSION = "66.0"
TIMEOUT = 60  # seconds


class Redirecting(HTTPAdapter):
    """Sends all calls to another host."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.place = urlsplit(url)

    def send(
        self, request: requests.PreparedRequest, *arguments: object, **options: object
    ) -> requests.Response:
        """Put the other host in the place of the one that was asked for."""
        asked = urlsplit(request.url)
        request.url = urlunsplit((self.place.scheme, self.place.netloc, *asked[2:]))
        return super().send(request, *arguments, **options)


def main() -> None:
    """Write a title into each contact."""
    url, file = sys.argv[1:]
    answer = requests.post(f"{url}/services/oauth2/token", data=APP, timeout=TIMEOUT)
    answer.raise_for_status()
    with requests.Session() as session:
        session.mount("https://", Redirecting(url))
        token = answer.json()["access_token"]
        salesforce = Salesforce(instance=HOST, session_id=token, version=VERSION, session=session)
        ids = Path(file).read_text().split()
        began = time.perf_counter()
        for record in ids:
            salesforce.Contact.update(record, {"Title": "Autumn"})
        print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
