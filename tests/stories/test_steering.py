"""A release under way is stopped, let go, ended, taken on or made anew, by those who may and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.faults import When, server_error
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.test_commands import open_pulls, version_in
from tests.stories.test_second_person import MINUTE
from tests.stories.theatre import Theatre, open_theatre


async def say(theatre: Theatre, who: str, body: str, number: int) -> list[str]:
    """Let somebody say something; how the bot reacts."""
    return theatre.reactions(await theatre.say(getattr(theatre.acme, who), body, number))


@contextmanager
def runners_at_rest(theatre: Theatre) -> Iterator[None]:
    """No workflow run moves meanwhile."""

    async def rest() -> None:
        """Nobody has a runner."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theatre.sandbox.actions, "settle", rest)
        yield


# Hold


async def test_a_release_on_hold_is_not_tagged_until_somebody_lifts_it(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        assert await say(theatre, "wanda", "/release hold until the docs are `through` @acme/team", pull.number) == [
            "eyes",
            "confused",
        ]
        theatre.read_all()
        assert await say(theatre, "wanda", "/release hold until the docs of #12 are through", pull.number) == [
            "eyes",
            "rocket",
        ]
        assert theatre.status(pull) == snapshot(name="on hold")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is None
        assert await say(theatre, "hugo", "/release unhold", pull.number) == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_hold_survives_another_version_a_new_branch_and_pushes_of_others(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        await say(theatre, "wanda", "/release hold", pull.number)
        await say(theatre, "mona", "/release 1.3.0", pull.number)
        assert open_pulls(theatre) == ["Release widget 1.3.0"]
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "# Changelog\n"}, "Mend")
        await theatre.settle()
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        await say(theatre, "mona", "/release recreate", pull.number)
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        held = theatre.record(pull).held
        assert held is not None
        assert held.by == theatre.acme.wanda.user.id
        theatre.read_all()


async def test_on_hold_the_gate_stays_closed_whoever_approves(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        await say(theatre, "wanda", "/release hold the wheel is broken", pull.number)
        assert await say(theatre, "hugo", "/release approve 1.2.0", pull.number) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []
        await say(theatre, "wanda", "/release unhold", pull.number)
        # What was typed meanwhile stands, since nobody took it back.
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_of_two_holds_the_first_one_stands(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        await say(theatre, "wanda", "/release hold one thing", pull.number)
        assert await say(theatre, "mona", "/release hold another", pull.number) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot


async def test_the_reason_of_an_edited_hold_is_not_shown(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        comment = await theatre.say(theatre.acme.wanda, "/release hold the docs", pull.number)
        theatre.acme.mona.edit_comment(pull.number, comment, "/release hold wanda is a fool")
        await theatre.settle()
        assert "`@wanda` put this release on hold. Nothing" in theatre.status(pull)


async def test_a_label_holds_for_as_long_as_it_is_there(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.label(pull.number, "release-blocker")
        await theatre.settle()
        assert theatre.status(pull) == snapshot
        assert await say(theatre, "mona", "/release unhold", pull.number) == ["eyes", "-1"]
        theatre.read_all()
        theatre.acme.wanda.label(pull.number)
        await theatre.settle()
        assert "Ready" in theatre.status(pull)
        theatre.acme.hugo.label(pull.number, "urgent", "Release-Blocker")
        await theatre.settle()
        assert "`@hugo` gave #2 the label" in theatre.status(pull)


async def test_a_label_holds_although_nobody_tells_who_gave_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.label(pull.number, "release-blocker")
        pull.labellings.clear()
        await theatre.settle()
        assert "#2 has the label `release-blocker`" in theatre.status(pull)


async def test_a_hold_that_would_keep_nothing_back_is_refused(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Without a gate of ours a run that was started publishes, whatever is remembered in a check run."""
    async with open_theatre(tmp_path, gate="none", trigger="tag-push") as theatre:
        pull = await theatre.propose()
        with runners_at_rest(theatre):
            await theatre.merge(pull)
            assert [run.status for run in theatre.runs] == ["queued"]
            assert buttons(theatre, pull) == ["recheck"]
            assert await say(theatre, "wanda", "/release hold", pull.number) == ["eyes", "-1"]
            assert theatre.reply(pull.number) == snapshot
            await say(theatre, "wanda", "/release help", pull.number)
            assert "`/release hold" not in theatre.reply(pull.number)
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


# Cancel, merge, recreate


async def test_cancel_closes_the_pull_request_and_a_new_release_can_be_asked_for(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        assert await say(theatre, "wanda", "/release cancel", pull.number) == ["eyes", "rocket"]
        assert open_pulls(theatre) == []
        assert theatre.status(pull) == snapshot(name="cancelled")
        assert await say(theatre, "wanda", "/release cancel", pull.number) == ["eyes", "rocket"]
        second = await theatre.propose("1.3.0")
        assert second.number != pull.number
        await theatre.merge(second)
        theatre.read_all()
        assert await say(theatre, "wanda", "/release cancel", second.number) == ["eyes", "-1"]
        assert theatre.reply(second.number) == snapshot(name="too late")


@pytest.mark.parametrize("offered", ["merge", "squash", "rebase"])
async def test_merge_merges_in_the_way_that_the_repository_offers(tmp_path: Path, offered: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        settings = theatre.acme.repository.merge_settings
        settings.merge, settings.squash, settings.rebase = (way == offered for way in ("merge", "squash", "rebase"))
        pull = await theatre.propose()
        assert await say(theatre, "wanda", "/release merge", pull.number) == ["eyes", "rocket"]
        assert pull.merged
        assert theatre.find_tag("v1.2.0") == ("tag", pull.merge_commit_sha)
        # Merging excludes nobody: whoever gave the order may still approve, having the role.
        theatre.read_all()
        assert await say(theatre, "wanda", "/release merge", pull.number) == ["eyes", "rocket"]
        assert len(theatre.runs) == 1


async def test_what_github_does_not_merge_is_said_and_nothing_stops(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.hugo.push_commit(
            "main", {"pyproject.toml": "[project]\nname = 'widget'\nversion = '9'\n"}, "Clash"
        )
        await theatre.settle()
        assert await say(theatre, "wanda", "/release merge", pull.number) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.check_runs(pull)[-1].conclusion == "success"


@pytest.mark.parametrize("what", ["a push", "another version"])
async def test_what_came_after_the_order_to_merge_is_not_merged(
    tmp_path: Path, snapshot: SnapshotAssertion, what: str
) -> None:
    """The order waits for its turn, or for an outage to end; a comment names no commit."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        assert theatre.clock is not None
        pull = await theatre.propose()
        await theatre.pass_time(MINUTE)
        if what == "a push":
            theatre.sandbox.github.faults.add(When(method="GET", path=r"/permission$"), server_error(), times=10)
            order = theatre.acme.mona.comment(pull.number, "/release merge")
            await theatre.settle()
            await theatre.clock.advance(timedelta(seconds=2))
            theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "# All is new\n"}, "Words")
        else:
            # It is written before the other one was carried out.
            theatre.sandbox.github.faults.add(When(method="GET", path=r"/permission$"), server_error(), times=20)
            other = theatre.acme.wanda.comment(pull.number, "/release 2.0.0")
            order = theatre.acme.mona.comment(pull.number, "/release merge")
            await theatre.settle()
        await theatre.pass_time(5 * MINUTE)
        if what == "another version":
            assert theatre.reactions(other) == ["eyes", "rocket"]
        assert theatre.reactions(order) == ["eyes", "-1"]
        assert not pull.merged
        assert theatre.replies(pull.number)[-1] == snapshot
        order = theatre.acme.mona.comment(pull.number, "/release merge")
        await theatre.pass_time(MINUTE)
        assert theatre.reactions(order) == ["eyes", "rocket"]
        assert pull.merged
        theatre.read_all()


async def test_recreate_takes_the_base_as_it_is_now_and_drops_what_others_pushed(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit("aweigh/main", {"evil.py": "import os\n"}, "Help")
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "New")
        await theatre.settle()
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        assert await say(theatre, "mona", "/release recreate", pull.number) == ["eyes", "rocket"]
        store = theatre.acme.repository.store
        assert store.read(pull.head_sha, "evil.py") is None
        assert store.read(pull.head_sha, "widget/new.py") is not None
        assert version_in(theatre, pull.head_sha) == "1.2.0"
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        theatre.read_all()


# Reject


async def test_a_rejected_publication_is_turned_away_and_can_be_run_again(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        assert await say(theatre, "wanda", "/release reject 1.2.0 no", pull.number) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="not by a writer")
        assert await say(theatre, "hugo", "/release reject 1.2.0", pull.number) == ["eyes", "confused"]
        assert theatre.reply(pull.number) == snapshot(name="not without a reason")
        assert await say(theatre, "hugo", "/release reject 1.3.0 no", pull.number) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="not another version")
        # The requester may stop what they asked for.
        assert await say(theatre, "mona", "/release reject 1.2.0 #12 is missing @hugo", pull.number) == [
            "eyes",
            "rocket",
        ]
        assert theatre.reply(pull.number) == snapshot(name="rejected")
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.files("1.2.0") == []
        assert await say(theatre, "hugo", "/release reject 1.2.0 no", pull.number) == ["eyes", "-1"]
        theatre.read_all()
        theatre.acme.hugo.rerun(theatre.run)
        await theatre.settle()
        await say(theatre, "hugo", "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_where_nothing_waits_on_github_a_rejection_is_a_hold(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, gate="none", settings="approval.required = 1", trigger="tag-push") as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        theatre.read_all()
        assert await say(theatre, "hugo", "/release reject 1.2.0 not today", pull.number) == ["eyes", "rocket"]
        assert theatre.status(pull) == snapshot
        assert theatre.find_tag("v1.2.0") is None
        await say(theatre, "hugo", "/release unhold", pull.number)
        await say(theatre, "hugo", "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


# Elsewhere, and by others


@pytest.mark.parametrize("line", ["hold", "unhold", "cancel", "recreate", "merge", "reject 1.2.0 no"])
async def test_what_concerns_one_release_is_said_in_its_thread(
    tmp_path: Path, snapshot: SnapshotAssertion, line: str
) -> None:
    async with open_theatre(tmp_path) as theatre:
        assert await say(theatre, "mona", f"/release {line}", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="none there")
        await theatre.propose()
        assert await say(theatre, "mona", f"/release {line}", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="one there")


@pytest.mark.parametrize("line", ["hold", "unhold", "cancel", "recreate", "merge", "reject 1.2.0 no", "minor"])
@pytest.mark.parametrize(("who", "reactions"), [("rosa", ["-1"]), ("tariq", ["eyes", "-1"])])
async def test_who_may_not_write_changes_nothing(tmp_path: Path, line: str, who: str, reactions: list[str]) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head = pull.head_sha
        assert await say(theatre, who, f"/release {line}", pull.number) == reactions
        assert pull.head_sha == head
        assert pull.state == "open"
        assert theatre.record(pull).held is None
        theatre.read_all()


# Asking


@pytest.mark.parametrize(
    ("word", "version"),
    [("minor", "1.2.0"), ("PATCH", "1.1.1"), ("major", "2.0.0"), ("rc", "1.1.1rc1"), ("post", "1.1.0.post1")],
)
async def test_a_word_leads_to_the_next_version(tmp_path: Path, word: str, version: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.propose(word)
        assert open_pulls(theatre) == [f"Release widget {version}"]
        # Said twice it means the same release.
        await theatre.say(theatre.acme.mona, f"/release {word}")
        assert open_pulls(theatre) == [f"Release widget {version}"]
        theatre.read_all()


async def test_a_word_that_leads_nowhere_is_refused(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        assert await say(theatre, "mona", "/release final", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot


async def test_a_dry_run_shows_the_plan_and_changes_nothing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        before = theatre.request_count
        assert await say(theatre, "mona", "/release minor --dry-run", theatre.feature) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="plan")
        assert theatre.asked("POST", "/git/|/pulls$|/check-runs", before) == 0
        assert open_pulls(theatre) == []
        assert theatre.acme.repository.store.find_ref("refs/heads/aweigh/main") is None
        assert await say(theatre, "mona", "/release 1.0.0 --dry-run", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="refused")
        pull = await theatre.propose()
        head = pull.head_sha
        assert await say(theatre, "mona", "/release major --dry-run", pull.number) == ["eyes", "rocket"]
        assert pull.head_sha == head
        theatre.read_all()


async def test_from_stops_when_the_base_has_moved_on(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        store = theatre.acme.repository.store
        looked_at = store.find_ref("refs/heads/main") or ""
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "New")
        await theatre.settle()
        assert await say(theatre, "mona", f"/release 1.2.0 --from {looked_at[:10]}", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        now = store.find_ref("refs/heads/main")
        assert await say(theatre, "mona", f"/release 1.2.0 --from {now}", theatre.feature) == ["eyes", "rocket"]
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        theatre.read_all()


@pytest.mark.parametrize(
    "line", ["1.2.0 --from", "1.2.0 --from main", "1.2.0 --dry", "1.2.0 --dry-run --dry-run", "status --dry-run"]
)
async def test_options_that_are_not_understood_change_nothing(
    tmp_path: Path, snapshot: SnapshotAssertion, line: str
) -> None:
    async with open_theatre(tmp_path) as theatre:
        assert await say(theatre, "mona", f"/release {line}", theatre.feature) == ["eyes", "confused"]
        assert theatre.reply(theatre.feature) == snapshot
        assert open_pulls(theatre) == []


async def test_a_project_whose_version_is_its_tag_is_released_too(tmp_path: Path) -> None:
    pyproject = (
        '[build-system]\nrequires = ["setuptools>=77", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "widget"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
    )
    async with open_theatre(tmp_path, files={"pyproject.toml": pyproject}) as theatre:
        assert await say(theatre, "mona", "/release 1.2.banana", theatre.feature) == ["eyes", "-1"]
        theatre.read_all()
        pull = await theatre.propose("minor")
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") == ("tag", pull.merge_commit_sha)
        theatre.read_all()


# Buttons


async def press(theatre: Theatre, who: str, pull: PullRequest, identifier: str) -> None:
    """Let somebody press a button of the newest check run, and let everything follow."""
    getattr(theatre.acme, who).press_button(theatre.check_runs(pull)[-1], identifier)
    await theatre.settle()


def buttons(theatre: Theatre, pull: PullRequest) -> list[str]:
    return [button["identifier"] for button in theatre.check_runs(pull)[-1].actions]


async def test_buttons_do_what_the_commands_do(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        assert buttons(theatre, pull) == ["hold", "recheck", "recreate"]
        await press(theatre, "wanda", pull, "hold")
        assert theatre.replies(pull.number) == snapshot(name="held")
        assert "`@wanda` put this release on hold with the button." in theatre.status(pull)
        assert buttons(theatre, pull) == ["unhold", "recheck", "recreate"]
        await press(theatre, "hugo", pull, "unhold")
        assert theatre.replies(pull.number) == snapshot(name="lifted")
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        theatre.acme.wanda.push_commit("aweigh/main", {"evil.py": "import os\n"}, "Help")
        await theatre.settle()
        await press(theatre, "mona", pull, "recreate")
        assert theatre.acme.repository.store.read(pull.head_sha, "evil.py") is None
        await press(theatre, "mona", pull, "recheck")
        await theatre.merge(pull)
        assert "recreate" not in buttons(theatre, pull)
        theatre.read_all()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert buttons(theatre, pull) == []
        theatre.read_all()


async def test_a_button_asks_who_pressed_it(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        await press(theatre, "tariq", pull, "hold")
        assert theatre.reply(pull.number) == snapshot
        before = theatre.request_count
        await press(theatre, "rosa", pull, "hold")
        # A stranger is not answered in words, and a click has nothing to react to.
        assert theatre.request_count - before == 1
        assert theatre.record(pull).held is None


async def test_a_button_that_was_shown_for_another_head_does_nothing(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        old = theatre.check_runs(pull)[-1]
        await theatre.say(theatre.acme.mona, "/release 1.3.0", pull.number)
        theatre.read_all()
        theatre.acme.wanda.press_button(old, "hold")
        await theatre.settle()
        # GitHub does not name the pull request of a commit that it no longer has.
        assert theatre.record(pull).held is None
        theatre.read_all()


async def test_a_button_of_a_check_run_that_was_replaced_does_nothing_and_that_is_said(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """A page that was open for long: the hold it would lift is another one by now."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        first = theatre.check_runs(pull)[-1]
        await press(theatre, "wanda", pull, "hold")
        old = theatre.check_runs(pull)[-1]
        await press(theatre, "hugo", pull, "unhold")
        await say(theatre, "hugo", "/release hold the docs", pull.number)
        theatre.read_all()
        theatre.acme.wanda.press_button(old, "unhold")
        await theatre.settle()
        assert theatre.reply(pull.number) == snapshot(name="not lifted")
        assert theatre.record(pull).held is not None
        # Pressed twice, or by two at once, a hold is a hold.
        theatre.acme.wanda.press_button(first, "hold")
        await theatre.settle()
        assert theatre.reply(pull.number) == snapshot(name="held already")
        assert theatre.record(pull).held is not None


async def test_who_looks_again_must_be_somebody_who_is_heard(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        before = theatre.request_count
        await press(theatre, "rosa", pull, "recheck")
        assert theatre.request_count - before == 1
        await press(theatre, "tariq", pull, "recheck")
        assert theatre.asked("POST", "/graphql", before) > 0, "it was looked at again"
        assert theatre.replies(pull.number) == []


@pytest.mark.parametrize("identifier", ["approve", "reject", "merge", "1.2.0"])
async def test_no_other_button_is_a_command(tmp_path: Path, identifier: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        await press(theatre, "hugo", pull, identifier)
        assert theatre.files("1.2.0") == []
        assert len(theatre.acme.repository.pulls) == 2


# Notes


async def test_notes_that_were_set_survive_another_version_and_are_released(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        assert await say(theatre, "tariq", "/release notes", pull.number) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot(name="from the changelog")
        assert await say(theatre, "mona", "/release notes set", pull.number) == ["eyes", "confused"]
        assert theatre.reply(pull.number) == snapshot(name="no text")
        text = "/release notes set\n\n## Sails\n\n- The wind is free. @everyone <!-- x -->\n"
        assert await say(theatre, "tariq", text, pull.number) == ["eyes", "-1"]
        theatre.read_all()
        assert await say(theatre, "mona", text, pull.number) == ["eyes", "rocket"]
        assert "was edited or deleted" not in theatre.status(pull)
        await say(theatre, "mona", "/release 1.3.0", pull.number)
        theatre.read_all()
        await say(theatre, "tariq", "/release notes", pull.number)
        assert theatre.reply(pull.number) == snapshot(name="as set")
        await theatre.merge(pull)
        theatre.read_all()
        assert theatre.plain(theatre.release("v1.3.0").body or "") == snapshot(name="released")
        assert await say(theatre, "mona", text, pull.number) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="too late")


@pytest.mark.parametrize("by", ["mona", "wanda"])
async def test_notes_in_a_comment_that_was_edited_are_nobodys(tmp_path: Path, by: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        comment = await theatre.say(theatre.acme.mona, "/release notes set\nSails.", pull.number)
        getattr(theatre.acme, by).edit_comment(pull.number, comment, "/release notes set\nOurs.")
        await theatre.settle()
        assert "was edited or deleted" in theatre.status(pull)
        await theatre.merge(pull)
        assert "Ours." not in (theatre.release("v1.2.0").body or "")
        assert "Widgets can be spun." in (theatre.release("v1.2.0").body or "")
        theatre.read_all()


# What the check run says about files


def files_named(theatre: Theatre, pull: PullRequest) -> list[tuple[object, object]]:
    return [(one["path"], one["annotation_level"]) for one in theatre.check_runs(pull)[-1].output.annotations]


async def test_files_to_look_at_are_named_one_by_one_and_only_as_long_as_they_are(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, settings='tagg = "v{version}"\n') as theatre:
        pull = await theatre.propose()
        assert files_named(theatre, pull) == [(".github/aweigh.toml", "warning")]
        assert theatre.check_runs(pull)[-1].output.annotations == snapshot
        theatre.acme.wanda.push_commit("aweigh/main", {"evil.py": "import os\n", "more.py": ""}, "Help")
        await theatre.settle()
        assert files_named(theatre, pull) == [("evil.py", "failure"), ("more.py", "failure")]
        await theatre.say(theatre.acme.mona, "/release recreate", pull.number)
        assert files_named(theatre, pull) == [(".github/aweigh.toml", "warning")]
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": ""}, "Mend")
        await theatre.settle()
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        assert files_named(theatre, pull) == []
        theatre.read_all()
