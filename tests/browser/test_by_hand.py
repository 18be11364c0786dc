"""A whole release by clicking and typing, with the real bot on the other side. The tests of this file build on each other."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FEATURE, HOME, Visits

RELEASE = f"{HOME}/pull/2"


@pytest.fixture(scope="module", autouse=True)
def world(browser: Browser, demo: str) -> None:
    """A fresh world for the tests of this file: the one that the demo begins with, unless somebody was there before."""
    visits = Visits(browser, demo)
    visitor = visits()
    visitor.open("/")
    if not visitor.page.get_by_text("A whole release at reading speed.").count():
        visitor.make_world("GitHub Release", "The bot's gate")
    visits.close()


def test_a_command_is_typed_and_the_bot_opens_the_release_pull_request(visit: Visits) -> None:
    mona = visit()
    mona.open("/")
    mona.shoot("welcome", whole=True)
    mona.page.get_by_role("link", name="Type a command yourself").click()
    mona.say("/release 1.2.0")
    mona.led_to(2)
    expect(mona.page.get_by_title("aweigh[bot]").filter(has_text="🚀")).to_be_visible()
    mona.shoot_for_readme("command", mona.page.get_by_role("heading", level=1))
    mona.page.get_by_role("link", name="#2").last.click()
    expect(mona.page.get_by_role("heading", level=1)).to_contain_text("Release widget 1.2.0")
    mona.comment("Whose turn")
    expect(mona.page.get_by_text("No conflicts with")).to_be_visible()
    expect(mona.page.locator(".merge-box").get_by_role("link", name="Release", exact=True)).to_be_visible()
    mona.shoot("release-pull-request-whole", whole=True)
    mona.shoot_for_readme("release-pull-request", mona.page.get_by_role("heading", level=1))
    mona.page.get_by_role("link", name="Files changed").click()
    expect(mona.page.locator("mark").first).to_have_text("1")
    mona.shoot("files-changed")
    mona.page.get_by_role("link", name="Checks").click()
    expect(mona.page.get_by_role("heading", name="Ready")).to_be_visible()


def test_who_may_not_merge_is_told(visit: Visits) -> None:
    visitor = visit()
    visitor.open(RELEASE)
    visitor.be("rosa")
    expect(visitor.page.get_by_text("rosa may not merge")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Merge pull request")).to_have_count(0)


def test_what_is_being_typed_stays_while_the_page_follows_the_bot(visit: Visits) -> None:
    reader, hugo = visit(), visit()
    reader.open(RELEASE)
    box = reader.page.get_by_role("textbox", name="Comment")
    box.press_sequentially("half a thought")
    reader.page.evaluate("window.stayed = true")
    # What is read out is replaced by the next news, which may come at once.
    reader.page.evaluate(
        "window.heard = ''; new MutationObserver(() => { heard += document.querySelector('#news').textContent })"
        ".observe(document.querySelector('#news'), { childList: true, characterData: true, subtree: true })"
    )
    top = box.evaluate("box => box.getBoundingClientRect().top")

    hugo.open(HOME)
    hugo.be("wanda")
    hugo.page.get_by_role("button", name="Push a commit as wanda").click()
    expect(hugo.page.get_by_role("link", name="Somebody was faster.").first).to_be_visible()
    hugo.open(RELEASE)
    hugo.be("hugo")
    hugo.page.get_by_role("radio", name="Squash").check()
    hugo.page.get_by_role("button", name="Merge pull request").click()
    hugo.comment("wants to publish")

    reader.comment("wants to publish")
    expect(reader.page.locator(".pull-head .state")).to_have_text("Merged")
    expect(box).to_have_value("half a thought")
    expect(box).to_be_focused()
    assert reader.page.evaluate("window.stayed") is True, "the page was reloaded"
    assert abs(box.evaluate("box => box.getBoundingClientRect().top") - top) < 2, "the box moved under the fingers"
    assert "commented" in reader.page.evaluate("heard")


def test_approvals_are_refused_to_the_wrong_people(visit: Visits) -> None:
    visitor = visit()
    visitor.open(RELEASE)
    visitor.be("wanda")
    visitor.say("/release approve 1.2.0")
    expect(visitor.page.get_by_text("👎").first).to_be_visible()
    visitor.be("mona")
    visitor.page.get_by_role("button", name="/release approve 1.2.0").click()
    visitor.page.get_by_role("button", name="Comment", exact=True).click()
    expect(visitor.page.get_by_text("👎")).to_have_count(2)
    visitor.shoot_for_readme("approval", visitor.page.locator(".comment").filter(has_text="wants to publish"))


def test_the_run_waits_at_its_gate(visit: Visits) -> None:
    visitor = visit()
    visitor.open(RELEASE)
    visitor.page.get_by_role("link", name="run ").first.click()
    expect(visitor.page.get_by_role("heading", name="Waiting at the environment")).to_be_visible()
    visitor.shoot("run-at-its-gate")


def test_an_approval_publishes_and_the_evidence_is_there_to_see(visit: Visits) -> None:
    hugo = visit()
    hugo.open(RELEASE)
    hugo.be("hugo")
    hugo.say("/release approve 1.2.0")
    hugo.comment("🎉")
    expect(hugo.page.get_by_text("✅ verified")).to_have_count(2)
    hugo.shoot("released-whole", whole=True)
    hugo.shoot_for_readme("released", hugo.page.locator(".comment").filter(has_text="🎉"))

    hugo.page.get_by_role("link", name="run ").first.click()
    expect(hugo.page.locator("dd").filter(has_text="Succeeded")).to_be_visible()
    hugo.shoot("run")
    hugo.page.locator("a.job").filter(has_text="publish").click()
    hugo.page.get_by_text("pypa/gh-action-pypi-publish").first.click()
    expect(hugo.page.locator(".log li").filter(has_text="Uploading").first).to_be_visible()
    hugo.shoot("log")

    hugo.page.get_by_role("link", name="Releases").click()
    hugo.page.get_by_role("link", name="1.2.0").first.click()
    expect(hugo.page.get_by_text("Latest")).to_be_visible()
    hugo.shoot("release")

    hugo.open(RELEASE)
    hugo.page.locator(".comment").filter(has_text="🎉").locator(".prose a").first.click()
    expect(hugo.page.get_by_text("Carries a PEP 740 attestation")).to_have_count(2)
    expect(hugo.page.locator("#install")).to_contain_text("widget==1.2.0")
    hugo.shoot("package", whole=True)


def test_another_version_by_another_person(visit: Visits) -> None:
    wanda = visit()
    wanda.open(FEATURE)
    wanda.be("wanda")
    wanda.say("/release 2.0.0rc1")
    wanda.led_to(3)
    wanda.page.get_by_role("link", name="Pull requests").click()
    expect(wanda.page.get_by_role("link", name="Release widget 2.0.0rc1")).to_be_visible()


def test_a_stranger_gets_a_thumb_and_no_words(visit: Visits) -> None:
    stan = visit()
    stan.open(FEATURE)
    stan.be("stan")
    said = stan.page.locator(".by-bot").count()
    stan.say("/release 9.9.9")
    expect(stan.page.get_by_text("👎")).to_be_visible()
    assert stan.page.locator(".by-bot").count() == said


def test_a_comment_is_looked_at_before_it_is_sent(visit: Visits) -> None:
    rosa = visit()
    rosa.open(FEATURE)
    rosa.be("rosa")
    box = rosa.page.get_by_role("textbox", name="Comment")
    write, preview = rosa.page.get_by_role("tab", name="Write"), rosa.page.get_by_role("tab", name="Preview")
    panel = rosa.page.get_by_role("tabpanel", name="Preview")
    box.fill("**Nice**, as in #1 <script>window.previewed = 1</script>")
    box.press("Shift+Tab")
    expect(write).to_be_focused()
    write.press("ArrowRight")
    expect(preview).to_be_focused()
    expect(preview).to_have_attribute("aria-selected", "true")
    expect(panel.locator("strong")).to_have_text("Nice")
    expect(panel.get_by_role("link", name="#1")).to_be_visible()
    expect(panel).to_contain_text("<script>")
    assert panel.locator("script").count() == 0
    preview.press("Tab")
    expect(panel).to_be_focused()

    hugo = visit()
    hugo.open(FEATURE)
    hugo.be("hugo")
    hugo.say("Go on.")
    rosa.comment("Go on.")  # The page was brought up to date, around what is being looked at.
    expect(panel.locator("strong")).to_have_text("Nice")
    rosa.shoot("preview")
    panel.press("Control+Enter")
    rosa.comment("Nice, as in #1")
    expect(write).to_have_attribute("aria-selected", "true")
    expect(box).to_have_value("")

    preview.click()
    expect(panel).to_have_text("Nothing to preview.")
    rosa.page.get_by_role("button", name="Comment", exact=True).click()
    expect(box).to_be_focused()  # The browser says that something is missing, where it is missing.


HOSTILE = """\
**bold** <script>window.hacked = 1</script> <img src=x onerror="window.hacked = 2">

![a picture](https://elsewhere.example/x.png) [a trap](javascript:window.hacked=3)

<style>body { display: none }</style><meta http-equiv="refresh" content="0;url=https://elsewhere.example">
<iframe src="https://elsewhere.example"></iframe><form action="https://elsewhere.example"><button>c</button></form>
"""


def test_whatever_a_comment_holds_it_is_read_and_does_nothing(visit: Visits) -> None:
    """That nothing was asked of anybody else, and nothing logged, is looked at when the window closes."""
    stan = visit()
    stan.open(FEATURE)
    stan.be("stan")
    stan.say(HOSTILE)
    said = stan.page.locator("article.comment .prose").filter(has_text="window.hacked = 1")
    expect(said.locator("strong")).to_have_text("bold")
    expect(said).to_contain_text('<img src=x onerror="window.hacked = 2">')
    expect(said.get_by_text("a trap")).to_be_visible()
    said.get_by_text("a trap").click()
    assert said.locator("script, style, img, meta, iframe, form, button").count() == 0
    stan.open(FEATURE)  # As whoever comes later reads it, and not as the script of the page brought it in.
    expect(said).to_be_visible()
    assert stan.page.evaluate("window.hacked") is None
    assert stan.page.url.endswith(FEATURE)


def test_without_script_everything_can_be_done_by_reloading(visit: Visits) -> None:
    plain = visit(script=False)
    plain.open(FEATURE)
    expect(plain.page.get_by_role("tab")).to_have_count(0)  # A preview takes a script; what does nothing is not shown.
    plain.page.get_by_role("textbox", name="Comment").fill("/release help")
    plain.page.get_by_role("button", name="Comment", exact=True).click()
    expect(plain.page.locator("article.comment .prose").filter(has_text="/release help").first).to_be_visible()
