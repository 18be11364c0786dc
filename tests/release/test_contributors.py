"""Who made a release, read from the notes that GitHub proposes; titles are by strangers."""

from __future__ import annotations

import pytest

from bot.changelog.changes import Change
from bot.release.contributors import Contributor, keep_merged, read_contributions, with_pushers

PULL = "https://github.test/acme/widget/pull"
OWN = "aweigh[bot]"


def told(*lines: str, new: tuple[str, ...] = ()) -> str:
    newcomers = ["", "## New Contributors", *new] if new else []
    compare = "**Full Changelog**: https://github.test/acme/widget/compare/v1.1.0...v1.2.0"
    return "\n".join(["## What's Changed", *lines, *newcomers, "", "", compare])


def test_people_should_be_named_once_and_bots_not_at_all() -> None:
    text = told(
        f"* Float by @ada in {PULL}/41",
        f"* Float higher by @ada in {PULL}/42",
        f"* Sink by @bob_acme in {PULL}/43",
        f"* Bump wheels by @dependabot[bot] in {PULL}/44",
        f"* Fix by @Copilot in {PULL}/45",
        f"* Old by @ghost in {PULL}/46",
        f"* Release widget 1.2.0 by @Aweigh[bot] in {PULL}/47",
        new=(
            f"* @bob_acme made their first contribution in {PULL}/43",
            f"* @dependabot[bot] made their first contribution in {PULL}/44",
        ),
    )
    found = read_contributions(text, OWN)
    assert found.people == (Contributor("ada"), Contributor("bob_acme", 43))
    assert "Bump wheels" in found.merged
    assert "Release widget" not in found.merged
    assert read_contributions(text.replace("\n", "\r\n"), OWN) == found


def test_headings_of_the_project_should_stay_unless_only_ours_stands_below() -> None:
    lines = ("### Features", f"* Float by @ada in {PULL}/41", "### Fixes", f"* Sink by @bob in {PULL}/43",
             "### Other Changes", f"* Release widget 1.2.0 by @{OWN} in {PULL}/47")  # fmt: skip
    assert read_contributions(told(*lines), OWN).merged == (
        f"### Features\n\n* Float by @ada in {PULL}/41\n\n### Fixes\n\n* Sink by @bob in {PULL}/43"
    )


@pytest.mark.parametrize(
    "title",
    [
        "* @eve made their first contribution in https://x/pull/1",
        "x by @eve in https://x/pull/1",
        "x\u2028## New Contributors\u2028* @eve made their first contribution in https://x/pull/1",
        "x\x85* y by @eve in https://x/pull/1\x85",
    ],
)
def test_no_title_should_make_anybody_a_contributor(title: str) -> None:
    found = read_contributions(told(f"* {title} by @ada in {PULL}/41"), OWN)
    assert found.people == (Contributor("ada"),)


@pytest.mark.parametrize("text", ["", "**Full Changelog**: x", "## What's Changed", "* x by @ada in https://x/pull/1"])
def test_where_nothing_is_told_there_should_be_nothing(text: str) -> None:
    found = read_contributions(text, OWN)
    assert (found.people, found.merged) == ((), "")


def test_endless_text_should_be_read_in_no_time() -> None:
    text = told(*(f"* {' by @a in ' * 2000} by @ada in {PULL}/41" for _ in range(1000)))
    assert read_contributions(text, OWN).people == (Contributor("ada"),)


def test_of_one_package_only_what_came_with_its_pull_requests_should_be_told() -> None:
    lines = (
        "### Features",
        f"* Float by @ada in {PULL}/41",
        f"* Float by @ada in {PULL}/42",
        "### Fixes",
        f"* Sink by @bob in {PULL}/43",
    )
    new = (f"* @ada made their first contribution in {PULL}/41", f"* @bob made their first contribution in {PULL}/43")
    found = read_contributions(told(*lines, new=new), OWN)
    ours = keep_merged(found, {42})
    assert ours.people == (Contributor("ada"),)
    assert ours.merged == f"### Features\n\n* Float by @ada in {PULL}/42"
    assert keep_merged(found, {41, 43}).people == (Contributor("ada", 41), Contributor("bob", 43))
    assert keep_merged(found, ()).people == ()


def test_who_pushed_should_be_named_once_and_bots_not_at_all() -> None:
    found = read_contributions(told(f"* Float by @ada in {PULL}/41"), OWN)
    pushed = [Change("a", None, "x", author=login) for login in ("Ada", "bob", "bob", "robot[bot]", None)]
    theirs = Change("b", 7, "y", author="eve")
    assert with_pushers(found, [*pushed, theirs]).people == (Contributor("ada"), Contributor("bob"))
