"""Maintenance lines: each releases its own next version, and the default branch hears of it in its changelog."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from syrupy.assertion import SnapshotAssertion

from bot.sandbox.acts.releases import find_latest
from bot.sandbox.faults import Lost, Refused, When
from bot.sandbox.http import reply
from bot.sandbox.state.conversation import PullRequest
from tests.stories.plays import open_play
from tests.stories.theatre import BOT, Theatre, open_theatre

LINE = "1.1.x"
CHANGELOG = "CHANGELOG.md"


def text_of(theatre: Theatre, ref: str) -> str:
    """The changelog of a branch."""
    content = theatre.acme.repository.store.read(ref, CHANGELOG)
    assert content is not None
    return content.decode()


async def release_next(theatre: Theatre) -> None:
    """Release 1.2.0 from the default branch, which nothing guards."""
    pull = await theatre.propose("1.2.0")
    await theatre.merge(pull)
    assert len(theatre.files("1.2.0")) == 2
    theatre.read_all()


async def begin_line(theatre: Theatre, *, changelog: bool = True) -> PullRequest:
    """A maintenance line from 1.1.0 with a fix on it, and a pull request into it on which commands are typed."""
    wanda = theatre.acme.wanda
    wanda.push_branch(LINE, "v1.1.0")
    before = text_of(theatre, "v1.1.0")
    fixed = before.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Widgets stop when told to.\n")
    files = {"src/widget/fix.py": "fixed = True\n", **({CHANGELOG: fixed} if changelog else {})}
    wanda.push_commit(LINE, files, "Stop when told to")
    wanda.push_commit("topic", {"topic.py": "a = 1\n"}, "Topic", onto=LINE)
    topic = wanda.open_pull("topic", "Topic", base=LINE)
    await theatre.settle()
    return topic


async def release_line(theatre: Theatre, topic: PullRequest, word: str = "patch") -> PullRequest:
    """Release the next version of the line."""
    comment = await theatre.say(theatre.acme.mona, f"/release {word}", topic.number)
    assert theatre.reactions(comment) == ["eyes", "rocket"], theatre.replies(topic.number)
    pull = max((one for one in theatre.acme.repository.pulls if one.user.login == BOT), key=lambda one: one.number)
    await theatre.merge(pull)
    return pull


def list_forwards(theatre: Theatre) -> list[PullRequest]:
    """The pull requests that carry a section on."""
    pulls = theatre.acme.repository.pulls
    return [pull for pull in pulls if pull.user.login == BOT and pull.head_ref.startswith("aweigh-forward/")]


async def test_a_line_releases_its_next_version_and_carries_its_section_on(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        pull = await release_line(theatre, await begin_line(theatre))
        assert (pull.base_ref, pull.title) == (LINE, "Release widget 1.1.1")
        assert len(theatre.files("1.1.1")) == 2
        # 1.2.0 stays what people are shown as the latest.
        assert find_latest(theatre.acme.repository) is theatre.release("v1.2.0")
        (forward,) = list_forwards(theatre)
        assert (forward.base_ref, forward.head_ref) == ("main", "aweigh-forward/v1.1.1")
        assert theatre.plain(forward.body or "") == snapshot(name="pull request")
        assert theatre.comments(pull.number, "outcome")[0].endswith(
            f"Its section for the changelog of the default branch: #{forward.number}."
        )
        before = text_of(theatre, "main")
        theatre.acme.mona.merge_pull(forward.number)
        await theatre.settle()
        after = text_of(theatre, "main")
        assert after.index("## [1.2.0]") < after.index("## [1.1.1]") < after.index("## [1.1.0]")
        assert "- Widgets stop when told to." in after
        assert [line for line in before.splitlines() if line not in after.splitlines()] == []
        # Nothing more comes of it.
        assert len(list_forwards(theatre)) == 1
        theatre.read_all()


async def test_what_was_closed_stays_closed(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        pull = await release_line(theatre, await begin_line(theatre))
        (forward,) = list_forwards(theatre)
        theatre.acme.mona.close_pull(forward.number)
        theatre.acme.mona.delete_branch(forward.head_ref)
        await theatre.settle()
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        theatre.acme.mona.push_commit("main", {"more.md": "More.\n"}, "More")
        await theatre.settle()
        assert len(list_forwards(theatre)) == 1
        theatre.read_all()


async def test_a_section_that_is_there_already_is_not_carried(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        topic = await begin_line(theatre)
        carried = text_of(theatre, "main").replace("## [1.1.0]", "## [1.1.1] - 2026-11-26\n\n- By hand.\n\n## [1.1.0]")
        theatre.acme.mona.push_commit("main", {CHANGELOG: carried}, "Carried by hand")
        await release_line(theatre, topic)
        assert len(theatre.files("1.1.1")) == 2
        assert list_forwards(theatre) == []
        theatre.read_all()


async def test_a_section_that_we_made_of_what_was_merged_is_carried_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        await release_line(theatre, await begin_line(theatre, changelog=False))
        assert len(list_forwards(theatre)) == 1
        theatre.read_all()


async def test_without_a_changelog_nothing_is_carried(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none", settings='changelog.style = "none"\n') as theatre:
        await release_next(theatre)
        topic = await begin_line(theatre)
        theatre.acme.wanda.push_commit(LINE, {".github/aweigh.toml": 'changelog.style = "none"\n'}, "Settings")
        await release_line(theatre, topic)
        assert list_forwards(theatre) == []
        theatre.read_all()


async def test_by_setting_nothing_is_carried(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none", settings="forward-port = false\n") as theatre:
        await release_next(theatre)
        await release_line(theatre, await begin_line(theatre))
        assert list_forwards(theatre) == []
        theatre.read_all()


async def test_the_default_branch_carries_nothing_to_itself(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        assert list_forwards(theatre) == []


async def test_a_line_refuses_what_lies_outside_of_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        topic = await begin_line(theatre)
        comment = await theatre.say(theatre.acme.mona, "/release minor", topic.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()


async def test_a_branch_of_that_name_by_somebody_else_is_said_and_stops_nothing(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        topic = await begin_line(theatre)
        theatre.acme.wanda.push_commit("aweigh-forward/v1.1.1", {"x": "x"}, "Mine", onto="main")
        pull = await release_line(theatre, topic)
        assert list_forwards(theatre) == []
        assert theatre.comments(pull.number, "outcome")[0].splitlines()[-1] == snapshot
        theatre.read_all()


async def test_what_github_declines_is_said_and_stops_nothing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        await release_next(theatre)
        topic = await begin_line(theatre)
        refused = Refused(reply(422, {"message": "Validation Failed", "errors": [{"message": "No."}]}))
        theatre.sandbox.github.faults.add(When(method="POST", path=r"/pulls$", body="Changelog of"), refused)
        pull = await release_line(theatre, topic)
        assert theatre.comments(pull.number, "outcome")[0].splitlines()[-1] == snapshot
        theatre.read_all()


async def test_one_whose_answer_is_lost_is_opened_once(tmp_path: Path) -> None:
    async with open_play(tmp_path, gate="none") as play:
        theatre = play.theatre
        await release_next(theatre)
        topic = await begin_line(theatre)
        when = When(method="POST", path=r"/pulls$", body="Changelog of")
        theatre.sandbox.github.faults.add(when, Lost(applied=True))
        await release_line(theatre, topic)
        await play.wait(timedelta(minutes=10))
        assert len(list_forwards(theatre)) == 1
        assert len(theatre.files("1.1.1")) == 2
        theatre.read_all()
