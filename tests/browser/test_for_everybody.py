"""Usable by everybody: by keyboard, with a screen reader, in the dark, on a phone.

axe-core judges every page, light and dark; what it does not ask, such as one heading of level 1, is checked beside it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FEATURE, HOME, WINDOW, Visitor, Visits
from tests.browser.judging import STRUCTURE, list_violations

PAGES = {
    "lobby": "/",
    "repository": HOME,
    "directory": f"{HOME}/tree/main/widget",
    "file": f"{HOME}/blob/main/pyproject.toml",
    "commits": f"{HOME}/commits",
    "branches": f"{HOME}/branches",
    "tags": f"{HOME}/tags",
    "pulls": f"{HOME}/pulls?state=closed",
    "conversation": f"{HOME}/pull/2",
    "open-conversation": FEATURE,
    "pull-commits": f"{HOME}/pull/2/commits",
    "pull-checks": f"{HOME}/pull/2/checks",
    "pull-files": f"{HOME}/pull/2/files",
    "runs": f"{HOME}/actions",
    "run": "run",
    "job": "job",
    "releases": f"{HOME}/releases",
    "release": f"{HOME}/releases/tag/v1.2.0",
    "traffic": "/_/traffic",
    "nowhere": "/nowhere",
    "package": "package",
}


@pytest.fixture(scope="module")
def addresses(browser: Any, demo: str) -> dict[str, str]:
    """A released world, and where its pages lie."""
    visits = Visits(browser, demo)
    visitor = visits()
    visitor.open(HOME)
    # What was done by hand before is as good as a story; alone, these tests have one played.
    if not visitor.page.get_by_role("link", name="widget 1.2.0").count():
        visitor.make_world("GitHub Release", "The bot's gate", play=True)
        visitor.hear_out()
    found = dict(PAGES)
    visitor.open(f"{HOME}/actions")
    found["run"] = str(visitor.page.locator("main .row-title").first.get_attribute("href"))
    visitor.open(found["run"])
    found["job"] = str(visitor.page.locator("a.job").last.get_attribute("href"))
    found["package"] = str(visitor.page.get_by_role("link", name="Package index").get_attribute("href"))
    visits.close()
    return found


def open_page(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    visitor.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


@pytest.fixture(scope="module")
def reader(browser: Any, demo: str) -> Iterator[Visitor]:
    """One window that goes from page to page; a new one for each would cost more than what is looked at in it."""
    visits = Visits(browser, demo)
    yield visits()
    visits.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(reader: Visitor, addresses: dict[str, str], name: str) -> None:
    reader.page.emulate_media(color_scheme="light")
    reader.page.set_viewport_size(WINDOW)
    open_page(reader, addresses[name])
    assert reader.page.evaluate(STRUCTURE) == []
    assert list_violations(reader) == []
    reader.page.emulate_media(color_scheme="dark")
    assert list_violations(reader, "color-contrast") == [], "in the dark"
    reader.page.set_viewport_size({"width": 360, "height": 740})
    wide = reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "a phone has to scroll to the side"
    # A page that is not there may say so, and may do it late: it looks at itself again until the next page is there.
    nowhere = re.compile(rf"status of 404 .*{re.escape(addresses['nowhere'])}$")
    said = [problem for problem in reader.problems if not nowhere.search(problem)]
    reader.problems.clear()
    assert said == []


def test_the_preview_of_a_comment_is_for_everybody(visit: Visits, addresses: dict[str, str]) -> None:
    visitor = visit()
    visitor.open(FEATURE)
    visitor.page.get_by_role("textbox", name="Comment").fill("# Loud\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    visitor.page.get_by_role("tab", name="Preview").click()
    expect(visitor.page.locator("#panel-preview table")).to_be_visible()
    assert visitor.page.evaluate(STRUCTURE) == []
    assert list_violations(visitor) == []


def test_pictures_of_dark_and_phone(visit: Visits, addresses: dict[str, str]) -> None:
    for label, visitor in {
        "dark": visit(scheme="dark"),
        "phone": visit(window={"width": 390, "height": 844}),
    }.items():
        for name in ("lobby", "repository", "conversation", "run", "package"):
            visitor.open(addresses[name])
            visitor.shoot(f"{name}-{label}", whole=label == "phone")


def test_the_keyboard_gets_everywhere(visit: Visits, addresses: dict[str, str]) -> None:
    visitor = visit()
    visitor.open(FEATURE)
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("main")).to_be_focused()
    reached = set()
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        reached.add(visitor.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"body", "Comment", "/release 1.3.0"} <= reached


def test_the_page_without_the_demo_says_that_it_is_gone(visit: Visits) -> None:
    visitor = visit()
    visitor.open(FEATURE)
    visitor.page.route("**/pull/1", lambda route: route.abort())
    expect(visitor.page.locator("html[data-gone]")).to_be_attached()
    visitor.page.unroute("**/pull/1")
    expect(visitor.page.locator("html[data-gone]")).to_have_count(0)
    visitor.problems = [problem for problem in visitor.problems if "ERR_FAILED" not in problem]
