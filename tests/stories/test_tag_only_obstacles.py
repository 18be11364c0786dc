"""Releases without a pull request where something comes in between: people, other releases, settings, crashes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.release.record import Milestone
from bot.sandbox.acme_files import Trigger
from tests.stories.derived import TAG_ONLY, derived
from tests.stories.hours import MORNING
from tests.stories.test_commands import open_pulls
from tests.stories.test_monorepo import files_of
from tests.stories.test_tag_only import checks, head, open_derived, record, say
from tests.stories.theatre import BOT, Theatre, open_theatre

BEFORE_THE_TAG = "approval.required = 1\n"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def test_a_tag_that_was_deleted_is_not_made_again(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_derived(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        await say(theatre, "mona", "/release 1.2.0")
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.pass_time(MINUTE)
        assert theatre.comments(theatre.feature, "status") == snapshot(name="status")
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        await theatre.pass_time(HOUR)
        assert theatre.find_tag("v1.2.0") is None
        # Asked for again it is made anew, with another run, in another thread.
        issue = theatre.open_issue(theatre.acme.wanda)
        assert (await say(theatre, "wanda", "/release 1.2.0", issue.number))[0] == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") == ("tag", head(theatre))
        theatre.read_all()
        assert (await say(theatre, "mona", "/release approve 1.2.0", issue.number))[0] == ["eyes", "rocket"]
        await theatre.pass_time(HOUR)
        assert len(theatre.files("1.2.0")) == 2
        assert record(theatre).requester_id == theatre.acme.wanda.user.id
        theatre.read_all()


async def test_what_was_taken_out_of_the_branch_is_not_tagged(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=BEFORE_THE_TAG) as theatre:
        before = head(theatre)
        theatre.acme.hugo.push_commit("main", {"widget/evil.py": "EVIL = 1\n"}, "feat: evil")
        taken_out = head(theatre)
        await say(theatre, "mona", "/release 1.2.0")
        theatre.acme.hugo.push_branch("main", before, force=True)
        theatre.acme.hugo.push_commit("main", {"widget/good.py": "GOOD = 1\n"}, "feat: good")
        await theatre.settle()
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.comments(theatre.feature, "status") == snapshot
        # Asked for again it is made of what is there now, and the one before is over.
        assert (await say(theatre, "mona", "/release 1.2.0"))[0] == ["eyes", "rocket"]
        said = {run.head_sha: run.output.title for run in checks(theatre)}
        assert said == {taken_out: "Taken back", head(theatre): "Waiting for approval (0 of 1)"}
        assert "Taken back" in theatre.comments(theatre.feature, "status")[0]
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") == ("tag", head(theatre))
        theatre.read_all()


async def test_it_is_held_by_command_and_by_label_and_let_go(tmp_path: Path) -> None:
    settings = BEFORE_THE_TAG
    async with open_derived(
        tmp_path, trigger="tag-push", gate="none", settings=settings, clock=VirtualClock(MORNING)
    ) as theatre:
        await say(theatre, "mona", "/release 1.2.0")
        assert await say(theatre, "wanda", "/release hold until lunch") == (["eyes", "rocket"], [])
        assert "put this release on hold: `until lunch`" in theatre.comments(theatre.feature, "status")[0]
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        assert theatre.find_tag("v1.2.0") is None
        theatre.acme.mona.label(theatre.feature, "release-blocker")
        await say(theatre, "wanda", "/release unhold")
        assert "has the label" in "".join(theatre.comments(theatre.feature, "status"))
        assert theatre.find_tag("v1.2.0") is None
        theatre.acme.repository.issues[theatre.feature].labels.clear()
        await theatre.pass_time(2 * HOUR)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_freeze_is_waited_out(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    settings = "[[freeze]]\nfrom = 2026-11-01T00:00:00\nuntil = 2026-11-02T11:00:00\nzone = 'Europe/Berlin'\nreason = 'holidays'\n"
    async with open_derived(tmp_path, settings=settings, clock=VirtualClock(MORNING)) as theatre:
        commit = head(theatre)
        assert (await say(theatre, "mona", "/release 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.comments(theatre.feature, "status") == snapshot
        assert theatre.find_tag("v1.2.0") is None
        await theatre.pass_time(2 * HOUR)
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        theatre.read_all()


async def test_nothing_is_tagged_that_nothing_would_publish(tmp_path: Path) -> None:
    async with open_derived(tmp_path) as theatre:
        workflow = ".github/workflows/publish.yml"
        text = theatre.acme.repository.store.read(head(theatre), workflow)
        assert text is not None
        silent = text.decode().replace("types: [published]", "types: [deleted]")
        assert silent != text.decode()
        theatre.acme.hugo.push_commit("main", {workflow: silent}, "ci: publish nothing")
        reactions, said = await say(theatre, "mona", "/release 1.2.0")
        assert (reactions, "would start" in said[0] or "publish" in said[0]) == (["eyes", "-1"], True)
        assert (await say(theatre, "mona", "/release 1.1.0"))[0] == ["eyes", "-1"]
        assert (checks(theatre), theatre.find_tag("v1.2.0")) == ([], None)


async def test_a_word_that_is_typed_twice_releases_once(tmp_path: Path) -> None:
    async with open_derived(tmp_path) as theatre:
        theatre.acme.mona.comment(theatre.feature, "/release minor")
        reactions, said = await say(theatre, "mona", "/release minor")
        assert (reactions, "Nothing was merged since `v1.2.0`" in said[0]) == (["eyes", "-1"], True)
        assert (theatre.find_tag("v1.2.0"), theatre.find_tag("v1.3.0")) == (("tag", head(theatre)), None)


async def test_guard_dry_run_and_waiting_for_a_merge(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_derived(tmp_path) as theatre:
        assert (await say(theatre, "mona", "/release 1.2.0 --from 1a2b3c4"))[0] == ["eyes", "-1"]
        assert await say(theatre, "mona", "/release 1.2.0 --dry-run") == (["eyes", "rocket"], [snapshot(name="dry")])
        assert (checks(theatre), theatre.find_tag("v1.2.0")) == ([], None)
        waits = await say(theatre, "mona", "/release 1.2.0 --when-merged")
        assert waits == (["eyes", "rocket"], [snapshot(name="waits")])
        merged = await theatre.merge(theatre.acme.feature)
        assert theatre.find_tag("v1.2.0") == ("tag", merged)
        assert theatre.comments(theatre.feature, "reply")[-1] == snapshot(name="merged")
        theatre.read_all()
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        assert "turned" in (theatre.release("v1.2.0").body or "")
        theatre.read_all()


async def test_a_release_pull_request_of_another_mode_is_brought_to_its_end(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, settings='mode = "auto"\n') as theatre:
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await theatre.settle()
        pull = theatre.release_pull
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": TAG_ONLY}, "ci: no more pull requests")
        await theatre.settle()
        theatre.read_all()
        assert await say(theatre, "mona", "/release 1.3.0") == (["eyes", "-1"], [snapshot(name="asked elsewhere")])
        # It is kept up to date, moved by a command in its own thread, and released when it is merged.
        theatre.acme.hugo.push_commit("main", {"widget/most.py": "MOST = 1\n"}, "feat!: most")
        await theatre.settle()
        assert open_pulls(theatre) == ["Release widget 2.0.0"]
        assert (await say(theatre, "mona", "/release 1.2.0", pull.number))[0] == ["eyes", "rocket"]
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") == ("tag", pull.merge_commit_sha)
        await say(theatre, "hugo", "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        # No other one is opened, whatever is pushed.
        theatre.acme.hugo.push_commit("main", {"widget/least.py": "LEAST = 1\n"}, "feat: least")
        await theatre.settle()
        assert open_pulls(theatre) == []
        theatre.read_all()


async def test_packages_are_tagged_on_one_commit_each_in_its_thread(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True, settings=TAG_ONLY) as theatre:
        issue = theatre.open_issue(theatre.acme.wanda)
        assert (await say(theatre, "mona", "/release 1.2.0"))[1] == [snapshot(name="unnamed")]
        assert (await say(theatre, "mona", "/release acme-core 1.2.0"))[0] == ["eyes", "-1"]
        bumped = {}
        for path, old, new in (
            ("libs/core/pyproject.toml", 'version = "1.1.0"', 'version = "1.2.0"'),
            ("libs/cli/pyproject.toml", 'version = "0.3.0"', 'version = "0.4.0"'),
            ("uv.lock", 'version = "1.1.0"', 'version = "1.2.0"'),
        ):
            content = theatre.acme.repository.store.read(head(theatre), path)
            assert content is not None
            bumped[path] = content.decode().replace(old, new, 1)
        theatre.acme.hugo.push_commit("main", bumped, "chore: bump by hand")
        await theatre.settle()
        reactions, said = await say(theatre, "mona", "/release acme-core 1.2.0")
        assert reactions == ["eyes", "rocket"], said
        assert (await say(theatre, "mona", "/release acme-cli 0.4.0"))[1] == [snapshot(name="taken")]
        reactions, said = await say(theatre, "mona", "/release acme-cli 0.4.0", issue.number)
        assert reactions == ["eyes", "rocket"], said
        assert theatre.find_tag("acme-core-v1.2.0") == theatre.find_tag("acme-cli-v0.4.0") == ("tag", head(theatre))
        assert (await say(theatre, "hugo", "/release approve acme-core 1.2.0"))[0] == ["eyes", "rocket"]
        assert files_of(theatre, "acme-cli", "0.4.0") == []
        assert len(files_of(theatre, "acme-core", "1.2.0")) == 2
        assert (await say(theatre, "hugo", "/release approve acme-core 0.4.0", issue.number))[0] == ["eyes", "-1"]
        assert (await say(theatre, "hugo", "/release approve 0.4.0", issue.number))[0] == ["eyes", "rocket"]
        assert len(files_of(theatre, "acme-cli", "0.4.0")) == 2
        theatre.read_all()


async def test_its_check_run_has_buttons(tmp_path: Path) -> None:
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=BEFORE_THE_TAG) as theatre:
        issue = theatre.open_issue(theatre.acme.wanda)
        await say(theatre, "mona", "/release 1.2.0", issue.number)
        assert [button["identifier"] for button in checks(theatre)[-1].actions] == ["hold", "recheck"]
        theatre.acme.wanda.press_button(checks(theatre)[-1], "hold")
        await theatre.settle()
        assert "`@wanda` pressed *Hold*" in theatre.comments(issue.number, "reply")[-1]
        assert record(theatre).held is not None
        theatre.acme.mona.press_button(checks(theatre)[-1], "unhold")
        await theatre.settle()
        assert record(theatre).held is None
        theatre.read_all()


async def test_pushes_cost_one_look_and_open_nothing(tmp_path: Path) -> None:
    async with open_derived(tmp_path) as theatre:
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await theatre.settle()
        since = theatre.request_count
        theatre.acme.hugo.push_commit("main", {"widget/most.py": "MOST = 1\n"}, "feat: most")
        await theatre.settle()
        assert [one.path for one in theatre.sandbox.world.requests[since:]] == ["/graphql"]
        assert open_pulls(theatre) == []


@pytest.mark.parametrize(
    ("act", "trigger"),
    [
        ("asked", "tag-push"),
        ("started", "release-published"),
        ("started", "tag-push"),
        ("started", "dispatch"),
        ("approved", "release-published"),
    ],
)
async def test_the_database_is_deleted_on_the_way(tmp_path: Path, act: str, trigger: Trigger) -> None:
    clock = VirtualClock(MORNING)
    async with open_derived(tmp_path, trigger=trigger, clock=clock) as theatre:

        async def forget(deed: str) -> None:
            """While somebody does this the bot is away, and when it comes back its database is new."""
            if act == deed:
                await theatre.leave()
                await do(theatre, deed)
                await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=clock))
            else:
                await do(theatre, deed)
            await theatre.pass_time(12 * MINUTE)

        for deed in ("asked", "started", "approved"):
            await forget(deed)
        await theatre.pass_time(HOUR)
        assert len(theatre.files("1.2.0")) == 2
        assert record(theatre).reached(Milestone.ANNOUNCED)
        assert [(run.conclusion, run.run_attempt) for run in theatre.runs] == [("success", 1)]
        ours = [one.body.split()[1] for one in theatre.acme.feature.comments if one.user.login == BOT]
        assert sorted(ours) == ["aweigh:outcome", "aweigh:prompt", "aweigh:status"]
        theatre.read_all()


async def do(theatre: Theatre, deed: str) -> None:
    if deed == "asked":
        theatre.acme.mona.comment(theatre.feature, "/release 1.2.0")
    elif deed == "approved":
        theatre.acme.hugo.comment(theatre.feature, "/release approve 1.2.0")
    await theatre.settle()


async def test_what_waits_before_its_tag_is_found_after_the_database_was_deleted(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=BEFORE_THE_TAG, clock=clock) as theatre:
        await say(theatre, "mona", "/release 1.2.0")
        commit = head(theatre)
        for number in range(5):
            theatre.acme.hugo.push_commit("main", {f"widget/n{number}.py": "N = 1\n"}, f"feat: {number}")
        await theatre.settle()
        await theatre.leave()
        # Said while nobody listens, and the notes that led to the release are gone.
        theatre.acme.hugo.comment(theatre.feature, "/release approve 1.2.0")
        await theatre.settle()
        await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=clock))
        await theatre.pass_time(12 * MINUTE)
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        await theatre.pass_time(HOUR)
        assert len(theatre.files("1.2.0")) == 2
        assert record(theatre).reached(Milestone.ANNOUNCED)
        theatre.read_all()


@pytest.mark.parametrize("trigger", ["release-published", "tag-push"])
async def test_a_release_whose_thread_was_deleted_goes_on_where_it_is_asked_for_again(
    tmp_path: Path, trigger: Trigger, snapshot: SnapshotAssertion
) -> None:
    """Once with its tag and a run that waits, once before the tag: in both cases nobody could be heard any more."""
    gate: Any = {} if trigger == "release-published" else {"gate": "none", "settings": BEFORE_THE_TAG}
    async with open_derived(tmp_path, trigger=trigger, clock=VirtualClock(MORNING), **gate) as theatre:
        issue = theatre.open_issue(theatre.acme.wanda)
        await say(theatre, "mona", "/release 1.2.0", issue.number)
        commit = head(theatre)
        del theatre.acme.repository.issues[issue.number]
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        # An approval elsewhere is none, also after the release has moved there.
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        await theatre.pass_time(HOUR)
        assert checks(theatre)[-1].output.summary == snapshot(name="gone")
        if trigger == "tag-push":
            assert (await say(theatre, "wanda", "/release 1.3.0")) == (["eyes", "-1"], [snapshot(name="other")])
        assert (await say(theatre, "wanda", "/release 1.2.0")) == (["eyes", "rocket"], [snapshot(name="moved")])
        assert "0 of 1" in theatre.comments(theatre.feature, "status")[0]
        # It is still Mona's, and nobody else's.
        assert record(theatre).requester_id == theatre.acme.mona.user.id
        assert (await say(theatre, "mona", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        await theatre.pass_time(HOUR)
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        assert len(theatre.files("1.2.0")) == 2
        assert record(theatre).reached(Milestone.ANNOUNCED)
        theatre.read_all()


async def test_what_waited_long_for_its_merge_is_looked_after_all_the_same(tmp_path: Path) -> None:
    async with open_derived(tmp_path, trigger="tag-push", clock=VirtualClock(MORNING)) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0 --when-merged")
        theatre.replies(theatre.feature)
        comment.created_at -= timedelta(days=40)
        merged = await theatre.merge(theatre.acme.feature)
        assert theatre.find_tag("v1.2.0") == ("tag", merged)
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await theatre.pass_time(MINUTE)
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        await theatre.pass_time(HOUR)
        assert record(theatre).reached(Milestone.ANNOUNCED)
        theatre.read_all()


async def test_the_thread_of_a_merged_release_pull_request_can_be_the_home_of_the_next(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.push_commit("main", derived("1.3.0"), "build: let the tag say the version")
        await theatre.settle()
        assert (await say(theatre, "wanda", "/release 1.3.0", pull.number))[0] == ["eyes", "rocket"]
        # Both wait in one thread: the version says which is meant, and who may not approve the one may approve the other.
        assert (await say(theatre, "hugo", "/release approve 1.2.0", pull.number))[0] == ["eyes", "rocket"]
        assert (len(theatre.files("1.2.0")), len(theatre.files("1.3.0"))) == (2, 0)
        assert await say(theatre, "wanda", "/release hold until lunch", pull.number) == (["eyes", "rocket"], [])
        assert record(theatre, "v1.3.0").held is not None
        theatre.acme.wanda.press_button(checks(theatre, "v1.3.0")[-1], "unhold")
        await theatre.settle()
        assert record(theatre, "v1.3.0").held is None
        theatre.read_all()
        assert (await say(theatre, "mona", "/release approve 1.3.0", pull.number))[0] == ["eyes", "rocket"]
        assert len(theatre.files("1.3.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("lines", ["/release 1.2.0\n/release 1.3.0", "/release minor\n/release major"])
async def test_a_comment_asks_for_one_release(tmp_path: Path, lines: str) -> None:
    async with open_derived(tmp_path) as theatre:
        reactions, said = await say(theatre, "mona", lines)
        assert (reactions, "This comment asks for `1.2.0` already" in said[0]) == (["eyes", "-1"], True)
        assert theatre.find_tag("v1.2.0") == ("tag", head(theatre))
        assert theatre.find_tag("v1.3.0") is None
        theatre.read_all()


async def test_a_tag_is_asked_for_on_one_line_at_a_time(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A branch that is called like a line can be at the same commit: the record of one must not replace that of the other."""
    lines = 'branches = ["other.x"]\n' + BEFORE_THE_TAG
    async with open_derived(tmp_path, trigger="tag-push", gate="none", settings=lines) as theatre:
        wanda, commit = theatre.acme.wanda, head(theatre)
        await say(theatre, "mona", "/release 1.2.0")
        wanda.push_branch("other.x", commit)
        wanda.push_branch("topic", commit)
        wanda.push_commit("topic", {"widget/topic.py": "TOPIC = 1\n"}, "feat: topic")
        other = wanda.open_pull("topic", "A topic", base="other.x")
        assert await say(theatre, "wanda", "/release 1.2.0", other.number) == (["eyes", "-1"], [snapshot])
        assert record(theatre).requester_id == theatre.acme.mona.user.id
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        theatre.read_all()


async def test_a_branch_that_is_only_called_like_a_line_is_not_tagged(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Whoever may write can make one, and what lies on it was seen by nobody."""
    async with open_derived(tmp_path, gate="none") as theatre:
        wanda = theatre.acme.wanda
        wanda.push_branch("1.2.x", head(theatre))
        wanda.push_commit("1.2.x", {"widget/evil.py": "EVIL = 1\n"}, "fix: evil")
        wanda.push_branch("topic", head(theatre))
        wanda.push_commit("topic", {"widget/topic.py": "TOPIC = 1\n"}, "feat: topic")
        pull = wanda.open_pull("topic", "A topic", base="1.2.x")
        assert await say(theatre, "wanda", "/release 1.2.0", pull.number) == (["eyes", "-1"], [snapshot])
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_what_found_its_tag_taken_can_be_taken_back(tmp_path: Path) -> None:
    """Otherwise it would go on by itself as soon as somebody tidies that tag away, whatever was released since."""
    async with open_derived(
        tmp_path, trigger="tag-push", gate="none", settings=BEFORE_THE_TAG, clock=VirtualClock(MORNING)
    ) as theatre:
        before = head(theatre)
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await say(theatre, "mona", "/release 1.2.0")
        theatre.acme.wanda.push_tag("v1.2.0", before)
        await theatre.settle()
        assert "`/release cancel`" in theatre.comments(theatre.feature, "status")[0]
        assert (await say(theatre, "mona", "/release cancel")) == (["eyes", "rocket"], [])
        theatre.acme.hugo.delete_tag("v1.2.0")
        assert (await say(theatre, "hugo", "/release approve 1.2.0"))[0] == ["eyes", "-1"]
        await theatre.pass_time(HOUR)
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_nothing_is_tagged_whose_thread_is_gone(tmp_path: Path) -> None:
    """A label on it may have been what held the release; with the thread it is gone, and that lifts nothing."""
    async with open_derived(tmp_path, trigger="tag-push", clock=VirtualClock(MORNING)) as theatre:
        issue, commit = theatre.open_issue(theatre.acme.wanda), head(theatre)
        theatre.acme.mona.label(issue.number, "release-blocker")
        await say(theatre, "mona", "/release 1.2.0", issue.number)
        assert theatre.find_tag("v1.2.0") is None
        del theatre.acme.repository.issues[issue.number]
        theatre.acme.hugo.push_commit("main", {"widget/more.py": "MORE = 1\n"}, "feat: more")
        await theatre.pass_time(2 * HOUR)
        assert theatre.find_tag("v1.2.0") is None
        assert "Nothing was tagged" in (checks(theatre)[-1].output.summary or "")
        assert (await say(theatre, "wanda", "/release 1.2.0"))[0] == ["eyes", "rocket"]
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        theatre.read_all()
