"""The story played by itself, other worlds, and what goes wrong in them."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import FEATURE, HOME, Visits
from tests.browser.judging import list_violations

RELEASE = f"{HOME}/pull/2"


def test_the_story_plays_by_itself_and_takes_the_visitor_along(visit: Visits) -> None:
    visitor = visit()
    visitor.make_world("Dispatch", "No gate", play=True)
    visitor.page.wait_for_url(f"**{RELEASE}", timeout=60_000)
    visitor.hear_out()
    expect(visitor.page.get_by_text("✅ verified")).to_have_count(2)
    visitor.shoot("story-over")


def test_the_story_waits_for_a_reader_who_steps_through_it(visit: Visits) -> None:
    visitor = visit()
    visitor.make_world("Tag", "Required reviewers")
    player = visitor.page.get_by_role("region", name="The story")
    player.get_by_role("button", name="Step").click()
    visitor.page.wait_for_url(f"**{FEATURE}")
    expect(visitor.page.locator("article.comment .prose").filter(has_text="/release 1.2.0")).to_be_visible()
    expect(player).to_contain_text("2 of 8 · now The bot opens the release pull request")
    for number in range(2, 7):
        player.get_by_role("button", name="Step").click()
        expect(player).to_contain_text(f"{number + 1} of 8 · ")
    visitor.page.wait_for_url(re.compile(r"/actions/runs/\d+$"))
    expect(visitor.page.get_by_role("region", name="Deployment decisions")).to_contain_text("hugo approved")
    visitor.shoot("run-for-reviewers")
    player.get_by_role("button", name="Go on").click()
    visitor.hear_out()
    visitor.open(f"{HOME}/releases/tag/v1.2.0")
    expect(visitor.page.locator(".assets li").first).to_be_visible()
    assert list_violations(visitor) == []


def test_a_build_that_fails_is_explained_and_mended(visit: Visits) -> None:
    visitor = visit()
    visitor.make_world("GitHub Release", "No gate")
    switch = visitor.page.get_by_role("switch", name="The build fails")
    switch.click()
    expect(switch).to_be_checked()
    visitor.open(FEATURE)
    visitor.say("/release 1.2.0")
    visitor.led_to(2)
    visitor.open(RELEASE)
    visitor.page.get_by_role("button", name="Merge pull request").click()
    visitor.comment("Backend subprocess exited when trying to invoke build_wheel")
    visitor.shoot("failed-build", whole=True)

    visitor.open("/")
    switch.click()
    expect(switch).not_to_be_checked()
    visitor.open(f"{HOME}/actions")
    visitor.page.locator("main .row-title").first.click()
    visitor.page.get_by_role("button", name="Re-run failed jobs").click()
    visitor.open(RELEASE)
    visitor.comment("🎉")


def test_a_reviewer_says_no(visit: Visits) -> None:
    visitor = visit()
    visitor.make_world("Tag", "Required reviewers")
    visitor.open(FEATURE)
    visitor.say("/release 1.2.0")
    visitor.led_to(2)
    visitor.open(RELEASE)
    visitor.page.get_by_role("button", name="Merge pull request").click()
    visitor.comment("required reviewers")
    visitor.be("hugo")
    visitor.page.locator(".by-bot").get_by_role("link", name=re.compile("run")).last.click()
    visitor.page.get_by_label("Comment", exact=True).fill("Not on a Friday.")
    visitor.page.get_by_role("button", name="Reject").click()
    decisions = visitor.page.get_by_role("region", name="Deployment decisions")
    expect(decisions).to_contain_text("hugo rejected pypi")
    expect(decisions).to_contain_text("Not on a Friday.")
    visitor.open(RELEASE)
    visitor.comment("🛑")
    visitor.shoot("rejected", whole=True)


def test_a_story_after_doings_begins_in_a_fresh_world(visit: Visits) -> None:
    visitor = visit()
    visitor.open(FEATURE)
    said = visitor.page.locator(".comment").count()
    assert said > 1
    visitor.page.get_by_role("region", name="The story").get_by_role("button", name="Play the story").click()
    visitor.page.wait_for_url(f"**{FEATURE}")
    expect(visitor.page.get_by_role("region", name="The story")).to_contain_text(" of 8", timeout=60_000)
