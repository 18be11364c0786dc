"""What makes a page usable by everybody: axe-core's rules, and beside them what it does not ask."""

from importlib.resources import files

from tests.browser.conftest import Visitor

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


def list_violations(visitor: Visitor, *rules: str) -> list[str]:
    """What axe-core holds against the page as it looks now, by these rules or by all it has."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = visitor.page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}: {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"][:3]
    ]
