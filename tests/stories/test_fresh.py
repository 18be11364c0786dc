"""The open release pull request says what merging would release, however far its base has moved on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.state.conversation import PullRequest
from tests.stories.test_commands import open_pulls, version_in
from tests.stories.theatre import Theatre, open_theatre

BRANCH = "aweigh/main"


def read(theatre: Theatre, revision: str, path: str) -> str:
    return (theatre.acme.repository.store.read(revision, path) or b"").decode()


async def add_entry(theatre: Theatre, text: str = "- Widgets float.") -> None:
    """Let somebody add an entry to the unreleased part of the base's changelog."""
    changelog = read(theatre, "main", "CHANGELOG.md")
    assert "### Added\n\n" in changelog
    entry = changelog.replace("### Added\n\n", f"### Added\n\n{text}\n", 1)
    theatre.acme.hugo.push_commit("main", {"CHANGELOG.md": entry}, "Float")
    await theatre.settle()


async def test_where_the_bump_would_be_the_same_the_branch_stays(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head = pull.head_sha
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "chore: new")
        await theatre.settle()
        assert pull.head_sha == head
        theatre.read_all()


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_what_the_base_gained_is_in_the_release(tmp_path: Path, method: MergeMethod) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head, record = pull.head_sha, theatre.record(pull)
        await add_entry(theatre)
        assert pull.head_sha != head
        store = theatre.acme.repository.store
        assert store.commit(pull.head_sha).parents == (store.find_ref("refs/heads/main"),)
        changelog = read(theatre, pull.head_sha, "CHANGELOG.md")
        assert "Widgets float." in changelog.split("## [1.2.0]")[1].split("## [1.1.0]")[0]
        assert "Widgets float." in (pull.body or "")
        # Who asked is still who asked, and one approval of somebody else is still what it takes.
        fresh = theatre.record(pull)
        assert (fresh.requester_id, fresh.comment_id) == (record.requester_id, record.comment_id)
        assert (fresh.promised, fresh.promised_approvals) == (record.promised, record.promised_approvals)
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        assert "Ready" in theatre.status(pull)
        # The same news once more changes nothing.
        again = pull.head_sha
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "chore: new")
        await theatre.settle()
        assert pull.head_sha == again
        await theatre.merge(pull, method)
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release approve 1.2.0", pull.number)
        assert "somebody else has to approve" in theatre.reply(pull.number)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        assert "Widgets float." in (theatre.release("v1.2.0").body or "")
        theatre.read_all()


async def test_a_file_with_the_version_that_the_base_gained_is_changed_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        citation = "cff-version: 1.2.0\ntitle: widget\nversion: 1.1.0\n"
        theatre.acme.hugo.push_commit("main", {"CITATION.cff": citation}, "Cite")
        await theatre.settle()
        assert "\nversion: 1.2.0\n" in read(theatre, pull.head_sha, "CITATION.cff")
        assert version_in(theatre, pull.head_sha) == "1.2.0"
        theatre.read_all()


async def test_a_hold_set_notes_and_a_weaker_setting_change_nothing_by_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        await theatre.say(theatre.acme.mona, "/release notes set\nSails.", pull.number)
        await theatre.say(theatre.acme.wanda, "/release hold", pull.number)
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": "approval.required = 0\n"}, "Nobody")
        await add_entry(theatre)
        fresh = theatre.record(pull)
        assert fresh.held is not None
        assert fresh.notes is not None
        # What the pull request promised when it was asked for, it keeps.
        assert fresh.promised_approvals == 1
        assert "for one approval" in (pull.body or "")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        theatre.read_all()


@pytest.mark.parametrize("what", ["title", "body"])
async def test_words_that_people_changed_are_theirs(tmp_path: Path, what: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head = pull.head_sha
        mine = (
            {"title": "Release widget 1.2.0, the big one"} if what == "title" else {"body": f"{pull.body}\n\nHurray!"}
        )
        theatre.acme.wanda.edit_pull(pull.number, **mine)
        await theatre.settle()
        await add_entry(theatre)
        assert pull.head_sha != head
        assert getattr(pull, what) == mine[what]
        assert ("Widgets float." in (pull.body or "")) is (what == "title")
        theatre.read_all()


async def test_a_branch_that_people_pushed_to_is_left_to_them(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit(BRANCH, {"CHANGELOG.md": "# Changelog\n\nMine.\n"}, "Words")
        await theatre.settle()
        theirs = pull.head_sha
        await add_entry(theatre)
        assert pull.head_sha == theirs
        await theatre.say(theatre.acme.wanda, "/release recreate", pull.number)
        assert "Widgets float." in read(theatre, pull.head_sha, "CHANGELOG.md")
        theatre.read_all()


async def test_a_base_that_went_past_it_is_left_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head = pull.head_sha
        pyproject = read(theatre, "main", "pyproject.toml").replace('"1.1.0"', '"1.3.0"')
        theatre.acme.hugo.push_commit("main", {"pyproject.toml": pyproject}, "By hand")
        await theatre.settle()
        assert pull.head_sha == head
        theatre.read_all()


async def test_a_burst_of_pushes_makes_one_branch(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull: PullRequest = await theatre.propose()
        for number in range(5):
            changelog = read(theatre, "main", "CHANGELOG.md").replace(
                "### Added\n\n", f"### Added\n\n- No. {number}.\n"
            )
            theatre.acme.hugo.push_commit("main", {"CHANGELOG.md": changelog}, f"No. {number}")
        await theatre.settle()
        assert all(f"No. {number}." in read(theatre, pull.head_sha, "CHANGELOG.md") for number in range(5))
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        assert len(theatre.comments(pull.number, "status")) == 1
        theatre.read_all()
