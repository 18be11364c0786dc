"""What others do to the release branch, and to what the release was proposed with, before it is merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acts import refs
from bot.sandbox.acts.commits import commit_files
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

BRANCH = "aweigh/main"
WORDS = {"CHANGELOG.md": "# All is new\n"}
EVIL = {"evil.py": "import os\n"}
MINUTE = timedelta(minutes=1)


def push_as(theatre: Theatre, user: User, files: dict[str, str]) -> str:
    """Let an account that is no person push to the release branch, as a workflow's own token does."""
    world, repository = theatre.sandbox.world, theatre.acme.repository
    parent = repository.store.find_ref(f"refs/heads/{BRANCH}")
    sha = commit_files(world, repository, parent=parent, files=files, message="Tidy up", author=user)
    refs.move_ref(world, repository, f"refs/heads/{BRANCH}", sha, user)
    return sha


async def approve(theatre: Theatre, pull: PullRequest, *, by: str = "hugo") -> list[str]:
    comment = await theatre.say(getattr(theatre.acme, by), "/release approve 1.2.0", pull.number)
    return theatre.reactions(comment)


async def test_better_words_in_the_changelog_are_kept_and_their_author_is_named(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit(BRANCH, WORDS, "Better words")
        await theatre.settle()
        assert theatre.status(pull) == snapshot
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        await theatre.merge(pull)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_bringing_the_branch_up_to_date_adds_no_files_of_its_own(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "More")
        theatre.acme.wanda.update_branch(pull.number)
        await theatre.settle()
        assert "Ready" in theatre.status(pull)
        await theatre.merge(pull)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.rule(14)
async def test_further_files_stand_until_somebody_who_has_looked_asks_again(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        theatre.acme.wanda.push_commit(BRANCH, EVIL, "Evil")
        await theatre.pass_time(MINUTE)
        assert theatre.status(pull) == snapshot(name="stopped")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        asked = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(asked) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot(name="confirmed")
        assert "Ready" in theatre.status(pull)
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        await theatre.merge(pull)
        theatre.read_all()
        # Whoever asked for it with those files asked for the release, like the one who asked first.
        assert await approve(theatre, pull, by="mona") == ["eyes", "-1"]
        assert "You asked for this release" in theatre.reply(pull.number)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_push_after_somebody_has_looked_needs_another_look(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit(BRANCH, EVIL, "Evil")
        await theatre.pass_time(MINUTE)
        await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert "Ready" in theatre.status(pull)
        theatre.acme.wanda.push_commit(BRANCH, {"worse.py": "import os\n"}, "Worse")
        # Within the second of the push nobody can have looked at it.
        hasty = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(hasty) == ["eyes", "-1"]
        assert "pushed to since you wrote that" in theatre.replies(pull.number)[-1]
        assert "`worse.py`" in theatre.status(pull)
        theatre.read_all()


async def test_further_files_that_were_merged_regardless_are_not_tagged(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit(BRANCH, EVIL, "Evil")
        await theatre.settle()
        await theatre.merge(pull, by=theatre.acme.wanda)
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.status(pull) == snapshot
        again = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        second = theatre.release_pull
        assert second.number > pull.number
        await theatre.merge(second)
        assert await approve(theatre, second) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("gate", ["rule", "none"])
async def test_a_push_by_another_bot_stands_since_nobody_knows_who_drives_it(tmp_path: Path, gate: str) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), gate=gate) as theatre:  # type: ignore[arg-type]
        pull = await theatre.propose()
        push_as(theatre, theatre.sandbox.world.actions_app.bot, WORDS)
        await theatre.pass_time(MINUTE)
        assert "`github-actions[bot]` pushed to the release branch" in theatre.status(pull)
        asked = await theatre.say(theatre.acme.wanda, "/release 1.2.0", pull.number)
        assert theatre.reactions(asked) == ["eyes", "rocket"]
        assert "Ready" in theatre.status(pull)
        await theatre.merge(pull)
        if gate == "rule":
            assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_push_by_another_bot_that_was_merged_regardless_is_not_tagged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        push_as(theatre, theatre.sandbox.world.actions_app.bot, WORDS)
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is None
        assert "I cannot tell which person that was" in theatre.status(pull)
        theatre.read_all()


async def test_a_branch_that_was_put_back_to_an_earlier_request_authorises_nobody(tmp_path: Path) -> None:
    """Wanda asks for the release anew, and has the branch put back to when Mona was the one who asked."""
    async with open_theatre(tmp_path, settings="approval.required = 1\n") as theatre:
        pull = await theatre.propose("1.2.0")
        earlier = pull.head_sha
        await theatre.say(theatre.acme.hugo, "/release 1.3.0", pull.number)
        world, repository = theatre.sandbox.world, theatre.acme.repository
        bot = world.actions_app.bot
        refs.move_ref(world, repository, f"refs/heads/{BRANCH}", earlier, bot, force=True)
        await theatre.settle()
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.files("1.2.0") == []
        assert "put back to what was asked for earlier" in theatre.status(pull)
        theatre.read_all()


async def test_the_tag_is_the_one_the_pull_request_promised(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.mona.push_commit("main", {".github/aweigh.toml": 'tag = "widget-{version}"\n'}, "Another shape")
        theatre.acme.mona.push_tag("widget-1.1.1", "main")
        await theatre.settle()
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") == ("tag", pull.merge_commit_sha)
        assert theatre.find_tag("widget-1.2.0") is None
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert theatre.release("v1.2.0").tag_name == "v1.2.0"
        theatre.read_all()


async def test_a_tag_too_long_to_be_remembered_is_refused(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=f'tag = "{"v" * 40}{{version}}{"x" * 20}"\n') as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "Choose a shorter one" in theatre.reply(theatre.feature)
        assert theatre.find_release_pull() is None
