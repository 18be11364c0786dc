"""Settings that come with the release itself, from its own branch, let nobody do anything for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

BRANCH = "aweigh/main"
SETTINGS = ".github/aweigh.toml"
HOLIDAYS = '[[freeze]]\nfrom = 2026-12-24\nuntil = 2026-12-27\nzone = "Europe/Berlin"\nreason = "holidays"\n'
PAST = "[[freeze]]\nfrom = 2025-12-24\nuntil = 2025-12-27\n"
MINUTE = timedelta(minutes=1)


def on_christmas_eve() -> VirtualClock:
    return VirtualClock(datetime(2026, 12, 24, 9, tzinfo=UTC))


def on_the_last_evening() -> VirtualClock:
    """Some hours before the holidays are over in Berlin."""
    return VirtualClock(datetime(2026, 12, 26, 20, tzinfo=UTC))


async def bring(
    theatre: Theatre, text: str, method: MergeMethod = "merge", *, at_first: str | None = None
) -> PullRequest:
    """Mona asks for a release, pushes settings onto its branch, asks again and merges it."""
    mona = theatre.acme.mona
    pull = await theatre.propose(by=mona)
    await theatre.pass_time(MINUTE)
    if at_first is not None:
        theatre.acme.hugo.push_commit("main", {SETTINGS: at_first}, "Settings")
        await theatre.pass_time(MINUTE)
        theatre.acme.wanda.update_branch(pull.number)
        await theatre.pass_time(MINUTE)
    mona.push_commit(BRANCH, {SETTINGS: text}, "Milder")
    await theatre.pass_time(MINUTE)
    await theatre.say(mona, "/release 1.2.0", pull.number)
    await theatre.merge(pull, method, by=mona)
    theatre.read_all()
    return pull


@pytest.mark.rule(21)
@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_freeze_that_is_taken_out_on_the_release_branch_holds_that_release(
    tmp_path: Path, method: MergeMethod, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, settings=HOLIDAYS, clock=on_the_last_evening()) as theatre:
        pull = await bring(theatre, "# none\n", method)
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.status(pull) == snapshot(name="status")
        await theatre.pass_time(timedelta(hours=4))
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_window_that_is_made_shorter_there_does_not_either(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=HOLIDAYS, clock=on_christmas_eve()) as theatre:
        await bring(theatre, HOLIDAYS.replace("2026-12-24", "2026-12-26"))
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_a_freeze_that_another_pull_request_lifted_is_lifted_at_once(tmp_path: Path) -> None:
    """Although the release branch was brought up to date with it, and has words of others beside."""
    async with open_theatre(tmp_path, settings=HOLIDAYS, clock=on_christmas_eve()) as theatre:
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        mona.push_commit(BRANCH, {"CHANGELOG.md": "# All is new\n"}, "Words")
        await theatre.pass_time(MINUTE)
        theatre.acme.hugo.push_commit("main", {SETTINGS: "# none\n"}, "Release all the same")
        await theatre.pass_time(MINUTE)
        theatre.acme.wanda.update_branch(pull.number)
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull, by=mona)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_freeze_that_came_after_the_proposal_is_not_taken_out_there_either(tmp_path: Path) -> None:
    """The branch is brought up to date with the freeze, and reads in the end as it did when we made it."""
    async with open_theatre(tmp_path, settings="# none\n", clock=on_christmas_eve()) as theatre:
        await bring(theatre, "# none\n", at_first=HOLIDAYS)
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_a_freeze_that_is_changed_once_more_on_the_default_branch_is_as_it_says(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=HOLIDAYS, clock=on_christmas_eve()) as theatre:
        await bring(theatre, "# none\n")
        assert theatre.find_tag("v1.2.0") is None
        theatre.acme.hugo.push_commit("main", {SETTINGS: PAST}, "Release all the same")
        await theatre.pass_time(MINUTE)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_while_github_does_not_show_what_the_base_was_nothing_is_tagged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=HOLIDAYS, clock=on_christmas_eve()) as theatre:
        repository, mona = theatre.acme.repository, theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        mona.push_commit(BRANCH, {SETTINGS: "# none\n"}, "Milder")
        await theatre.pass_time(MINUTE)
        await theatre.say(mona, "/release 1.2.0", pull.number)
        mona.merge_pull(pull.number)
        hidden = [one for one in repository.activity if one.ref == "refs/heads/main"]
        repository.activity[:] = [one for one in repository.activity if one not in hidden]
        await theatre.settle()
        assert theatre.find_tag("v1.2.0") is None
        await theatre.pass_time(timedelta(minutes=5))
        assert theatre.find_tag("v1.2.0") is None, "it falls back on what the release was proposed with"
        theatre.read_all()


@pytest.mark.rule(21)
async def test_a_role_that_is_lowered_on_the_release_branch_lifts_no_hold_of_it(tmp_path: Path) -> None:
    settings = 'release.role = "maintain"\n'
    async with open_theatre(tmp_path, settings=settings, clock=VirtualClock(MORNING)) as theatre:
        pull = await bring(theatre, 'release.role = "write"\n')
        await theatre.say(theatre.acme.hugo, "/release hold the docs are missing", pull.number)
        comment = await theatre.say(theatre.acme.wanda, "/release unhold", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "takes the role *maintain*" in theatre.replies(pull.number)[-1]
        assert "on hold" in theatre.status(pull)
        comment = await theatre.say(theatre.acme.hugo, "/release unhold", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.rule(21)
async def test_fewer_approvals_that_the_release_branch_brings_are_not_enough(tmp_path: Path) -> None:
    """More are asked for since it was proposed, and its branch was brought up to date with that."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await bring(theatre, "approval.required = 1\n", at_first="approval.required = 2\n")
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.files("1.2.0") == []
        theatre.read_all()
