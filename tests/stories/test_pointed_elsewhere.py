"""A release pull request that somebody points at another base stands still, says so, and goes on when it is pointed back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.acts import pulls as pull_acts
from bot.sandbox.state.conversation import PullRequest
from tests.stories.theatre import Theatre, open_theatre


async def point(theatre: Theatre, pull: PullRequest, base: str) -> None:
    """Let somebody edit the base of a pull request, and let everything follow."""
    acme = theatre.acme
    pull_acts.edit_pull(theatre.sandbox.world, acme.repository, pull, acme.wanda.user, base=base)
    await theatre.settle()


def title(theatre: Theatre, pull: PullRequest) -> str:
    return theatre.check_runs(pull)[-1].output.title or ""


async def test_it_is_said_once_and_pointing_it_back_lets_it_go_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        before = theatre.status(pull)
        theatre.acme.wanda.push_branch("dev", "main")
        await point(theatre, pull, "dev")
        assert "**Release of `1.2.0`.** Stopped" in theatre.status(pull)
        assert "points at another base, `dev`" in theatre.status(pull)
        assert "Point it back" in theatre.status(pull)
        assert (title(theatre, pull), theatre.check_runs(pull)[-1].conclusion) == (
            "Stopped: somebody has to look",
            "failure",
        )
        said = len(pull.comments)
        theatre.acme.wanda.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert len(pull.comments) == said
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        assert "points at another base, `dev`" in theatre.reply(pull.number)
        await theatre.say(theatre.acme.mona, "/release status")
        assert "Stopped: somebody has to look" in theatre.reply(theatre.feature)
        await point(theatre, pull, "main")
        assert theatre.status(pull) == before
        assert title(theatre, pull) == "Ready: merging releases 1.2.0"
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_merging_it_into_the_other_base_tags_nothing_and_says_so(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_branch("dev", "main")
        await point(theatre, pull, "dev")
        await theatre.merge(pull)
        assert "merged into `dev`" in theatre.status(pull)
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        theatre.read_all()
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(approval) == ["eyes", "-1"]
        assert "merged into `dev`" in theatre.reply(pull.number)
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.runs == []
        # What the sentence tells to paste begins anew.
        again = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert (theatre.release_pull.number, theatre.release_pull.base_ref) == (pull.number + 1, "main")
        theatre.read_all()


@pytest.mark.parametrize("where", ["its thread", "elsewhere"])
async def test_asking_again_makes_a_new_one_that_the_old_one_does_not_disturb(tmp_path: Path, where: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_branch("dev", "main")
        await point(theatre, pull, "dev")
        theatre.read_all()
        number = pull.number if where == "its thread" else theatre.feature
        again = await theatre.say(theatre.acme.mona, "/release 1.3.0", number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        newer = theatre.release_pull
        assert (newer.number, newer.base_ref) == (pull.number + 1, "main")
        # Both have the same branch, and so the same check run.
        assert pull.head_sha == newer.head_sha
        refused = await theatre.say(theatre.acme.mona, "/release 1.4.0", pull.number)
        assert theatre.reactions(refused) == ["eyes", "-1"]
        theatre.acme.wanda.close_pull(pull.number)
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        assert title(theatre, newer) == "Ready: merging releases 1.3.0"
        await theatre.merge(newer)
        await theatre.say(theatre.acme.hugo, "/release approve 1.3.0", newer.number)
        assert len(theatre.files("1.3.0")) == 2
        theatre.read_all()
