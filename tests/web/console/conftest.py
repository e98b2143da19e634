"""Pages in a real browser, on the data of a demo run."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.fixtures.browser import launched
from tests.web.console.installation import Installation, demo_installation
from tests.web.console.watch import Watch

PATIENCE = 60_000  # ms; the machine may be busy
expect.set_options(timeout=PATIENCE)

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A whole installation, for all tests of pages, after which it ends; a test leaves it as it was."""
    with demo_installation(tmp_path_factory.mktemp("console")) as installation:
        yield installation


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of pages; each has its own context."""
    with launched() as browser:
        yield browser


def give_session(context: BrowserContext, installation: Installation, scope: str) -> None:
    """Let a browser be logged in with a key of this scope."""
    cookies = installation.session(scope).cookies
    context.add_cookies(
        [{"name": name, "value": value or "", "url": installation.url} for name, value in cookies.items()]
    )


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What pages of this test must not do; looked at in its end."""
    watch = Watch()
    yield watch
    assert watch.complaints == []


@pytest.fixture
def open_page(chromium: Browser, installation: Installation, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Opens pages: ``open_page("/", "operate")``; ``scope=None`` is without a session."""
    contexts: list[BrowserContext] = []

    def open_page(
        path: str, scope: str | None = "admin", *, javascript: bool = True, phone: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=installation.url, viewport=PHONE if phone else WIDE, java_script_enabled=javascript
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if scope is not None:
            give_session(context, installation, scope)
        page = context.new_page()
        watch.follow(page, installation.url)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
