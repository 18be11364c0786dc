"""Releases without a pull request: a command tags the head of the branch, and the rest goes as it always does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.release.record import Milestone, Record, find_record
from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import Comment
from tests.stories.derived import TAG_ONLY, derived
from tests.stories.test_commands import open_pulls
from tests.stories.theatre import Theatre, open_theatre


@asynccontextmanager
async def open_derived(
    folder: Path, *, version: str = "1.2.0", settings: str = "", **changes: Any
) -> AsyncIterator[Theatre]:
    """A repository whose version is its tag, and which releases without pull requests."""
    async with open_theatre(folder, **changes) as theatre:
        theatre.acme.hugo.push_commit("main", derived(version, settings=settings), "build: let the tag say the version")
        await theatre.settle()
        theatre.sandbox.world.requests.clear()
        yield theatre


def head(theatre: Theatre, branch: str = "main") -> str:
    sha = theatre.acme.repository.store.find_ref(f"refs/heads/{branch}")
    assert sha is not None
    return sha


def checks(theatre: Theatre, tag: str = "v1.2.0") -> list[CheckRun]:
    """The bot's check runs of a release without a pull request, oldest first."""
    return [run for run in theatre.acme.repository.check_runs.values() if run.name == f"Release {tag}"]


def record(theatre: Theatre, tag: str = "v1.2.0") -> Record:
    found = find_record(checks(theatre, tag)[-1].external_id)
    assert found is not None
    return found


async def say(theatre: Theatre, login: str, body: str, number: int | None = None) -> tuple[list[str], Any]:
    """Let somebody comment; the bot's reactions, and what it said that nobody has read."""
    comment: Comment = await theatre.say(getattr(theatre.acme, login), body, number)
    said = [one for one in theatre.replies(theatre.feature if number is None else number) if ":reply" in one]
    return theatre.reactions(comment), said


@pytest.mark.parametrize("trigger", ["release-published", "tag-push", "dispatch"])
async def test_the_head_of_the_branch_is_tagged_and_published(
    tmp_path: Path, trigger: Trigger, snapshot: SnapshotAssertion
) -> None:
    async with open_derived(tmp_path, trigger=trigger) as theatre:
        commit = head(theatre)
        assert await say(theatre, "mona", "/release 1.2.0") == (["eyes", "rocket"], [])
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        (asked,) = theatre.comments(theatre.feature, "prompt")
        refused, said = await say(theatre, "mona", "/release approve 1.2.0")
        assert (refused, "somebody else has to approve" in said[0]) == (["eyes", "-1"], True)
        assert await say(theatre, "hugo", "/release approve 1.2.0") == (["eyes", "rocket"], [])
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.thread(theatre.feature) == snapshot(name="thread")
        assert theatre.plain(theatre.release("v1.2.0").body or "") == snapshot(name="notes")
        assert record(theatre).reached(Milestone.ANNOUNCED)
        # Nothing was committed, and no pull request was made.
        assert (theatre.find_release_pull(), head(theatre)) == (None, commit)
        assert "approve" in asked


async def test_it_is_asked_for_in_an_issue_as_well(tmp_path: Path) -> None:
    async with open_derived(tmp_path, trigger="tag-push") as theatre:
        issue = theatre.open_issue(theatre.acme.wanda)
        assert await say(theatre, "wanda", "/release minor", issue.number) == (["eyes", "rocket"], [])
        shown = (await say(theatre, "tariq", "/release notes", issue.number))[1][0]
        assert "- Widgets can be spun" in shown
        words = "/release notes set\n\nThe wind is free."
        assert (await say(theatre, "mona", words, issue.number))[0] == ["eyes", "rocket"]
        # Whoever closes or renames the issue says nothing about the release.
        issue.state, issue.title = "closed", "Another subject"
        assert await say(theatre, "mona", "/release approve 1.2.0", issue.number) == (["eyes", "rocket"], [])
        assert len(theatre.files("1.2.0")) == 2
        assert "🎉" in theatre.comments(issue.number, "outcome")[0]
        assert (theatre.release("v1.2.0").body or "").startswith("The wind is free.")
        # The thread is free again, and says where things stand.
        reactions, said = await say(theatre, "tariq", "/release status", issue.number)
        assert (reactions, "Released" in said[0]) == (["eyes", "rocket"], True)
        assert (await say(theatre, "hugo", "/release approve 1.2.0", issue.number))[0] == ["eyes", "rocket"]


@pytest.mark.parametrize(("login", "reactions"), [("rosa", ["-1"]), ("tariq", ["eyes", "-1"])])
async def test_who_may_not_write_tags_nothing(tmp_path: Path, login: str, reactions: list[str]) -> None:
    async with open_derived(tmp_path) as theatre:
        assert (await say(theatre, login, "/release 1.2.0"))[0] == reactions
        assert (checks(theatre), theatre.find_tag("v1.2.0")) == ([], None)


async def test_what_the_files_say_is_what_is_tagged(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=TAG_ONLY) as theatre:
        reactions, said = await say(theatre, "mona", "/release 1.2.0")
        assert (reactions, said) == (["eyes", "-1"], [snapshot(name="refused")])
        assert (await say(theatre, "mona", "/release auto"))[0] == ["eyes", "-1"]
        assert (checks(theatre), theatre.find_tag("v1.2.0")) == ([], None)
        files = {path: text_of(theatre, path) for path in ("pyproject.toml", "widget/__init__.py", "CHANGELOG.md")}
        files = {path: text.replace("1.1.0", "1.2.0", 1) for path, text in files.items()}
        log = files["CHANGELOG.md"].replace("1.2.0", "1.1.0", 1).replace("[Unreleased]", "[1.2.0]", 1)
        theatre.acme.hugo.push_commit("main", files | {"CHANGELOG.md": log}, "chore: 1.2.0")
        await theatre.settle()
        assert open_pulls(theatre) == []
        assert (await say(theatre, "mona", "/release 1.3.0"))[1] == [snapshot(name="another")]
        assert await say(theatre, "mona", "/release 1.2.0") == (["eyes", "rocket"], [])
        await say(theatre, "hugo", "/release approve 1.2.0")
        assert len(theatre.files("1.2.0")) == 2
        assert "Widgets can be spun." in (theatre.release("v1.2.0").body or "")
        theatre.read_all()


def text_of(theatre: Theatre, path: str) -> str:
    content = theatre.acme.repository.store.read(head(theatre), path)
    assert content is not None
    return content.decode()


async def test_without_a_gate_approval_comes_before_the_tag(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """The base may move on meanwhile: what is tagged is what was asked for."""
    settings = "approval.required = 1\n"
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=settings) as theatre:
        commit = head(theatre)
        assert (await say(theatre, "mona", "/release 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.comments(theatre.feature, "prompt") == snapshot
        assert theatre.find_tag("v1.2.0") is None
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await theatre.settle()
        assert theatre.find_tag("v1.2.0") is None
        assert await say(theatre, "hugo", "/release approve 1.2.0") == (["eyes", "rocket"], [])
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        assert len(theatre.files("1.2.0")) == 2
        assert "More" not in (theatre.release("v1.2.0").body or "")
        theatre.read_all()


async def test_one_line_has_one_release_before_its_tag(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    settings = "approval.required = 1\n"
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=settings) as theatre:
        issue = theatre.open_issue(theatre.acme.wanda)
        await say(theatre, "mona", "/release 1.2.0")
        assert await say(theatre, "wanda", "/release 1.3.0", issue.number) == (["eyes", "-1"], [snapshot(name="other")])
        assert await say(theatre, "wanda", "/release 1.2.0", issue.number) == (
            ["eyes", "rocket"],
            [snapshot(name="same")],
        )
        assert await say(theatre, "wanda", "/release 1.2.0") == (["eyes", "rocket"], [snapshot(name="here")])
        # Elsewhere one is told where it is.
        status = await say(theatre, "tariq", "/release status", issue.number)
        assert status == (["eyes", "rocket"], [snapshot(name="status elsewhere")])
        astray = await say(theatre, "hugo", "/release approve 1.2.0", issue.number)
        assert astray == (["eyes", "-1"], [snapshot(name="approved elsewhere")])
        assert "`/release cancel`" in (await say(theatre, "tariq", "/release help"))[1][0]
        assert len(checks(theatre)) == 1 or record(theatre).requester_id == theatre.acme.mona.user.id
        assert await say(theatre, "wanda", "/release merge") == (["eyes", "-1"], [snapshot(name="merge")])
        assert (await say(theatre, "wanda", "/release recreate"))[0] == ["eyes", "-1"]
        assert await say(theatre, "wanda", "/release cancel") == (["eyes", "rocket"], [])
        assert theatre.comments(theatre.feature, "status") == snapshot(name="taken back")
        assert await say(theatre, "wanda", "/release cancel") == (["eyes", "rocket"], [])
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        assert theatre.find_tag("v1.2.0") is None
        # It is asked for anew, in the same thread as well, and then an approval of the first one counts for nothing.
        assert (await say(theatre, "wanda", "/release 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") is None
        assert (await say(theatre, "wanda", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        assert (await say(theatre, "mona", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert (await say(theatre, "mona", "/release cancel"))[0] == ["eyes", "-1"]
        theatre.read_all()
