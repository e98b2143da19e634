"""What no page may do: ask another host, break its own policy, or err in the browser's console."""

import re

from playwright.sync_api import ConsoleMessage, Page, Request

# The browser says so of every page of an error, which tests look at, too.
STATUS = re.compile(r"Failed to load resource: the server responded with a status of [45]\d\d")


class Watch:
    """Collects complaints about the pages that it follows."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def follow(self, page: Page, home: str) -> None:
        """Listen to a page; ``home``: the address that it may ask."""

        def requested(request: Request) -> None:
            if not request.url.startswith((home, "data:", "blob:")):
                self.complaints.append(f"{page.url} asks {request.url}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not STATUS.match(message.text):
                self.complaints.append(f"{page.url}: {message.text}")

        page.on("request", requested)
        page.on("console", said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
