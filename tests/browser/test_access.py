"""Usable by everybody: by keyboard, with a screen reader, in the dark, on a phone.

axe-core judges every page, light and dark; what it does not ask, such as one heading of level 1, is checked beside it.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FEATURE, HOME, Visitor, Visits

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

# Each line is a rule; it gives back what breaks it.
STRUCTURE = """() => {
  const broken = [];
  const shown = (e) => e.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (e) => (e.getAttribute("aria-label") || e.textContent || e.title || "").trim()
    || (e.getAttribute("aria-labelledby") || "").split(" ").some((id) => document.getElementById(id)?.textContent.trim())
    || [...(e.labels || [])].some((label) => label.textContent.trim());
  const rule = (name, elements) => elements.forEach((e) => broken.push(`${name}: ${e.outerHTML.slice(0, 120)}`));
  if (document.documentElement.lang !== "en") broken.push("no language");
  if (all("h1").length !== 1) broken.push(`${all("h1").length} headings of level 1`);
  if (all("main").length !== 1) broken.push("not one main");
  if (!document.title.trim()) broken.push("no title");
  if (!document.querySelector("#news[aria-live=polite]")) broken.push("nothing announces changes");
  rule("without a name", all("a[href], button, select, textarea, input:not([type=hidden]), summary, progress").filter((e) => !named(e)));
  rule("an icon that is read out", all("svg:not([aria-hidden=true])"));
  rule("a picture", all("img"));
  rule("a positive tabindex", all("[tabindex]").filter((e) => e.tabIndex > 0));
  rule("a link that leads nowhere", all("a:not([href])"));
  rule("no name for a section", all("section, nav, aside, [role=group]").filter((e) => shown(e) && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby") && !e.parentElement.closest("aside")));
  const ids = all("[id]").map((e) => e.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => broken.push(`two of id ${id}`));
  let level = 0;
  all("h1, h2, h3, h4").filter(shown).forEach((h) => { const now = +h.tagName[1]; if (now > level + 1 && level) broken.push(`h${level} then h${now}: ${h.textContent.trim()}`); level = now; });
  return broken;
}"""


AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
"""axe-core, as the package that is made for Playwright carries it."""


@pytest.fixture(scope="module")
def addresses(browser: Any, demo: str) -> dict[str, str]:
    """A released world, and where its pages lie."""
    visits = Visits(browser, demo)
    visitor = visits()
    visitor.make_world("Tag", "The bot's gate", play=True)
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


@pytest.fixture
def strict(browser: Any, demo: str) -> Iterator[Visits]:
    """Like ``visit``, but the page that is not there may be not there."""
    visits = Visits(browser, demo)
    yield visits
    for _, visitor in visits.opened:
        visitor.problems = [problem for problem in visitor.problems if "status of 404" not in problem]
    visits.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(strict: Visits, addresses: dict[str, str], name: str) -> None:
    visitor = strict()
    open_page(visitor, addresses[name])
    assert visitor.page.evaluate(STRUCTURE) == []
    visitor.page.evaluate(AXE)
    assert list_violations(visitor) == []
    visitor.page.emulate_media(color_scheme="dark")
    assert list_violations(visitor, "color-contrast") == [], "in the dark"
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "a phone has to scroll to the side"


def list_violations(visitor: Visitor, *rules: str) -> list[str]:
    """What axe-core holds against the page as it looks now, by these rules or by all it has."""
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = visitor.page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}: {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def test_the_preview_of_a_comment_is_for_everybody(visit: Visits, addresses: dict[str, str]) -> None:
    visitor = visit()
    visitor.open(FEATURE)
    visitor.page.get_by_role("textbox", name="Comment").fill("# Loud\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    visitor.page.get_by_role("tab", name="Preview").click()
    expect(visitor.page.locator("#panel-preview table")).to_be_visible()
    assert visitor.page.evaluate(STRUCTURE) == []
    visitor.page.evaluate(AXE)
    assert list_violations(visitor) == []


def test_pictures_of_dark_and_phone(strict: Visits, addresses: dict[str, str]) -> None:
    for label, visitor in {
        "dark": strict(scheme="dark"),
        "phone": strict(window={"width": 390, "height": 844}),
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
