"""The notes of a release: what changed, who made it, how to install it; and never longer than GitHub takes."""

from __future__ import annotations

from dataclasses import replace

from bot.changelog import Changelog, Listed, NoChangelog
from bot.messages.notes import render_notes
from bot.messages.pull import render_pull_body
from bot.release.contributors import Contributions, Contributor
from bot.release.decide import next_step
from bot.release.steps import OpenPull, PublishRelease
from tests.release import making as m
from tests.release.test_decide import asks

STEP = PublishRelease(tag="v1.2.0", version="1.2.0", latest=True, prerelease=False)


TOLD = Contributions(
    (Contributor("ada"), Contributor("bob", 43)), "### Wheels\n\n* Turn by @ada in https://g/a/w/pull/41"
)


def test_contributors_should_be_named_without_being_mentioned_and_newcomers_with_their_change() -> None:
    notes = render_notes(m.snapshot(), STEP, "- Wheels", TOLD)
    assert "- Wheels\n\n**Contributors**: `@bob` (first contribution in #43), `@ada`\n" in notes
    assert "Turn" not in notes
    assert "Contributors" not in render_notes(m.snapshot(), STEP, "- Wheels")


def test_where_no_changelog_says_anything_what_was_merged_should_be_listed() -> None:
    notes = render_notes(m.snapshot(), STEP, None, TOLD)
    assert notes.startswith(
        "### Wheels\n\n* Turn by @\N{WORD JOINER}ada in https://g/a/w/pull/41\n\n**Contributors**: "
    )


def test_very_many_contributors_should_be_counted() -> None:
    many = tuple(Contributor(f"ada-{number:03}") for number in range(120))
    assert "`@ada-099` and 20 more\n" in render_notes(m.snapshot(), STEP, "- Wheels", Contributions(many))


def test_notes_that_are_too_long_should_lead_to_the_whole() -> None:
    section = "- Wheels\n" * 30_000
    notes = render_notes(m.snapshot(), STEP, section)
    assert len(notes) <= 125_000
    assert "all of it stands in [`CHANGELOG.md`](https://github.test/acme/widget/blob/v1.2.0/CHANGELOG.md)" in notes
    assert notes.count("- Wheels") > 10_000
    without = m.snapshot(candidate=m.candidate(changelog=NoChangelog()))
    assert "GitHub allows 125,000 characters" in render_notes(without, STEP, section)
    fenced = render_notes(m.snapshot(), STEP, "```\n" + "x\n" * 100_000)
    assert len(fenced) <= 125_000


def test_the_pull_request_should_tell_what_stays_and_what_nobody_mentioned() -> None:
    step = next_step(m.snapshot(**asks()))
    assert isinstance(step, OpenPull)
    left = NoChangelog("NEWS.rst", "needs more than I work out of a template: it uses cycler")
    merged = (Listed(None, "Wheels", 41), Listed(None, "Doors", None), *(Listed(None, "x", n) for n in range(100, 130)))
    body = render_pull_body(replace(step.plan, left=left, unmentioned=merged), None, 0)
    assert "`NEWS.rst` stays as it is, since it needs more than I work out of a template: `it uses cycler`." in body
    assert "Merged since the last release, and not mentioned there: #41, `Doors`, #100" in body
    assert "#117 and 12 more." in body
    plain = render_pull_body(step.plan, None, 0)
    assert "stays as it is" not in plain
    assert "not mentioned" not in plain
    assert isinstance(m.candidate().changelog, Changelog)
