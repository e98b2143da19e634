"""Checks that hold for every page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": WCAG}}
LOOKS = (("light", 1280), ("dark", 360))  # scheme, px


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, with the elements."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """Return the elements that make the page wider than its window; a table scrolls by itself."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")].filter((e) => !e.parentElement.closest(".scroll")
          && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))"""
    )


def faults(page: Page) -> list[str]:
    """Look at a page in light on a desk, and in dark on a phone."""
    found = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme} {width}: {fault}" for fault in (*violations(page), *sideways(page))]
    return found
