"""Checks that hold for every page."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
FRAME = ".side"  # the same on all pages, but for the link that is current
LOOK = "([context, options]) => axe.run(context, options).then(({violations}) => violations)"
# Tables that scroll are made reachable when a page is told of its new width, before the next frame but one.
RESIZED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOOKS = (("light", 1280), ("dark", 360))  # scheme, px


def violations(page: Page, *, framed: bool) -> list[str]:
    """Return what axe finds wrong, with the elements; axe stays in the page for the next look.

    ``framed``: look at the frame and the stylesheets, too, which takes as long as all that is in most frames.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    context = {"include": [["html"]], "exclude": [] if framed else [[FRAME]]}
    found = page.evaluate(LOOK, [context, {**RULES, "preload": framed}])
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


def overlapping(page: Page) -> list[str]:
    """Return the elements whose text runs out of them, over what stands beside."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, dt, dd, li, label)")]
        .filter((e) => !e.closest(".hidden, .scroll, [hidden]"))
        .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.outerHTML.slice(0, 120))"""
    )


def look_like(page: Page, scheme: str, width: int) -> None:
    """Show a page in a colour scheme and a width."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})


def faults(page: Page, *, framed: bool = False) -> list[str]:
    """Look at a page in light on a desk, and in dark on a phone; for ``framed`` see ``violations``."""
    found = []
    for scheme, width in LOOKS:
        look_like(page, scheme, width)
        page.evaluate(RESIZED)
        found += [
            f"{scheme} {width}: {fault}"
            for fault in (*violations(page, framed=framed), *sideways(page), *overlapping(page))
        ]
    return found
