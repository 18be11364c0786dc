"""No way around the second person: who pushed what is merged is known, whenever and however it was pushed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acts import refs
from bot.sandbox.faults import Refused, When
from bot.sandbox.http import reply
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.hours import MORNING
from tests.stories.test_settings import set_defaults
from tests.stories.theatre import BOT, Theatre, open_theatre

BRANCH = "aweigh/main"
WORDS = {"CHANGELOG.md": "# All is new\n"}
MINUTE = timedelta(minutes=1)


def after_our_push(theatre: Theatre, clock: VirtualClock, act: Callable[[], object]) -> None:
    """Let something happen once, right after the bot put its branch there, and two seconds pass before it goes on."""
    done: list[Event] = []

    def watch(_world: World, _repository: Repository, event: Event, sender: User) -> None:
        if event.name == "push" and sender.login == BOT and not done:
            done.append(event)
            act()
            clock._now += timedelta(seconds=2)

    theatre.sandbox.world.observers.append(watch)


async def approve(theatre: Theatre, pull: PullRequest, *, by: str = "hugo") -> list[str]:
    comment = await theatre.say(getattr(theatre.acme, by), "/release approve 1.2.0", pull.number)
    return theatre.reactions(comment)


async def test_a_push_between_our_branch_and_our_pull_request_is_known(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        after_our_push(theatre, clock, lambda: theatre.acme.hugo.push_commit(BRANCH, WORDS, "Mine"))
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        await theatre.pass_time(MINUTE)
        assert "commits pushed by `@hugo`" in theatre.status(pull)
        await theatre.merge(pull)
        assert await approve(theatre, pull) == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_further_files_pushed_that_early_can_be_confirmed(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        after_our_push(theatre, clock, lambda: theatre.acme.hugo.push_commit(BRANCH, {"more.py": "x = 1\n"}, "More"))
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        await theatre.pass_time(MINUTE)
        assert "`more.py`" in theatre.status(pull)
        asked = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(asked) == ["eyes", "rocket"]
        assert "Ready" in theatre.status(pull)
        theatre.read_all()


async def test_a_bump_of_another_line_speaks_for_nobody_here(tmp_path: Path) -> None:
    """What Mona asked for on 1.x is put onto Hugo's own release branch, so that he was not the one who asked."""
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        acme, world = theatre.acme, theatre.sandbox.world
        acme.wanda.push_branch("1.x", "main")
        acme.wanda.push_commit("topic", {"x.py": "a = 1\n"}, "Topic", onto="1.x")
        topic = acme.wanda.open_pull("topic", "Topic", base="1.x")
        await theatre.settle()
        await theatre.say(acme.mona, "/release 1.2.0", topic.number)
        other = theatre.release_pull
        await theatre.pass_time(MINUTE)
        theatre.read_all()
        mine = await theatre.propose("1.2.0", by=acme.hugo)
        await theatre.pass_time(MINUTE)
        refs.move_ref(world, acme.repository, f"refs/heads/{BRANCH}", other.head_sha, world.actions_app.bot, force=True)
        await theatre.pass_time(MINUTE)
        await theatre.merge(mine, by=acme.hugo)
        await approve(theatre, mine)
        assert theatre.files("1.2.0") == []
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_a_bump_of_an_earlier_pull_request_speaks_for_nobody(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        world, repository, hugo, mona = (
            theatre.sandbox.world,
            theatre.acme.repository,
            theatre.acme.hugo,
            theatre.acme.mona,
        )
        first = await theatre.propose("1.2.0", by=mona)
        old = first.head_sha
        await theatre.pass_time(MINUTE)
        await theatre.say(mona, "/release 1.3.0", first.number)
        mona.close_pull(first.number)
        await theatre.pass_time(MINUTE)
        theatre.read_all()
        second = await theatre.propose("1.2.0", by=hugo)
        await theatre.pass_time(MINUTE)
        refs.move_ref(world, repository, f"refs/heads/{BRANCH}", old, world.actions_app.bot, force=True)
        await theatre.pass_time(MINUTE)
        await theatre.merge(second, by=hugo)
        await approve(theatre, second)
        assert theatre.files("1.2.0") == []
        theatre.read_all()


@pytest.mark.parametrize("gate", ["none", "rule"])
async def test_a_branch_put_back_to_another_version_releases_neither(tmp_path: Path, gate: str) -> None:
    async with open_theatre(tmp_path, gate=gate, clock=VirtualClock(MORNING)) as theatre:  # type: ignore[arg-type]
        pull = await theatre.propose("1.2.0")
        earlier = pull.head_sha
        await theatre.pass_time(MINUTE)
        await theatre.say(theatre.acme.hugo, "/release 1.3.0", pull.number)
        await theatre.pass_time(MINUTE)
        theatre.acme.wanda.push_branch(BRANCH, earlier, force=True)
        await theatre.pass_time(MINUTE)
        assert "put back to what was asked for earlier" in theatre.status(pull)
        again = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert pull.title == "Release widget 1.2.0"
        assert theatre.record(pull).requester_id == theatre.acme.mona.user.id
        assert "Ready" in theatre.status(pull)
        theatre.read_all()


async def test_put_back_and_merged_nothing_is_tagged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        pull = await theatre.propose("1.2.0")
        earlier = pull.head_sha
        await theatre.say(theatre.acme.hugo, "/release 1.3.0", pull.number)
        theatre.acme.wanda.push_branch(BRANCH, earlier, force=True)
        theatre.acme.wanda.merge_pull(pull.number)
        await theatre.settle()
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.find_tag("v1.3.0") is None
        theatre.read_all()


async def test_nothing_is_opened_while_github_does_not_show_who_pushed(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        pull = await theatre.propose()
        theatre.acme.hugo.push_commit(BRANCH, WORDS, "Words")
        theatre.sandbox.github.faults.add(When(path=r"/activity$"), Refused(reply(200, [])), times=None)
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull, by=theatre.acme.hugo)
        await theatre.pass_time(5 * MINUTE)
        assert theatre.find_tag("v1.2.0") is None
        assert "GitHub does not show yet who pushed" in theatre.status(pull)
        theatre.sandbox.github.faults.clear()
        await theatre.pass_time(5 * MINUTE)
        assert await approve(theatre, pull) == ["eyes", "-1"]
        assert await approve(theatre, pull, by="mona") == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_less_is_asked_than_the_pull_request_promised(tmp_path: Path) -> None:
    """Somebody who may write takes the environment out of the workflow after the release was proposed."""
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        pull = await theatre.propose()
        store = theatre.acme.repository.store
        text = (store.read("main", ".github/workflows/publish.yml") or b"").decode()
        bare = re.sub(r"    environment:.*\n(      name.*\n)*", "", text)
        theatre.acme.wanda.push_commit("main", {".github/workflows/publish.yml": bare}, "No environment")
        await theatre.settle()
        await theatre.merge(pull, by=theatre.acme.wanda)
        assert theatre.find_tag("v1.2.0") is None
        assert not theatre.runs
        assert "fewer would be" in theatre.status(pull)
        again = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert "Merging publishes" in (theatre.release_pull.body or "")
        theatre.read_all()


async def test_an_approval_in_a_locked_thread_counts_for_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.mona.lock(pull.number)
        comment = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.acme.wanda.push_commit("main", {"NOTES.md": "Busy.\n"}, "Notes")
        await theatre.settle()
        assert theatre.reactions(comment) == []
        assert theatre.files("1.2.0") == []
        theatre.acme.mona.unlock(pull.number)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        theatre.read_all()


# What is everybody's right, and stops nothing


async def test_the_next_release_may_be_asked_for_while_one_waits(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        first = await theatre.reach_gate()
        asked = await theatre.say(theatre.acme.mona, "/release 1.3.0")
        assert theatre.reactions(asked) == ["eyes", "rocket"]
        assert "Waiting for approval" in theatre.status(first)
        assert await approve(theatre, first) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert "Released" in theatre.status(first)
        assert "Ready" in theatre.status(theatre.release_pull)
        theatre.read_all()


@pytest.mark.parametrize("mended", [False, True])
async def test_deleting_the_branch_after_the_merge_excludes_nobody(tmp_path: Path, mended: bool) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        if mended:
            theatre.acme.wanda.push_commit(BRANCH, WORDS, "Words")
            await theatre.pass_time(MINUTE)
        await theatre.merge(pull, by=theatre.acme.hugo)
        theatre.acme.hugo.delete_branch(BRANCH)
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_pushing_to_the_branch_after_the_merge_excludes_nobody(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.reach_gate()
        await theatre.pass_time(MINUTE)
        theatre.acme.hugo.push_commit(BRANCH, WORDS, "Later")
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_what_was_taken_out_of_the_base_again_is_not_tagged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), gate="none") as theatre:
        pull = await theatre.propose()
        theatre.sandbox.index.faults.unreachable = "connection"
        await theatre.merge(pull)
        assert pull.merge_commit_sha is not None
        parent = theatre.acme.repository.store.commit(pull.merge_commit_sha).parents[0]
        theatre.acme.mona.push_branch("main", parent, force=True)
        await theatre.pass_time(MINUTE)
        theatre.sandbox.index.faults.unreachable = None
        await theatre.pass_time(timedelta(hours=2))
        assert theatre.find_tag("v1.2.0") is None
        assert "somebody took it out again" in theatre.status(pull)
        theatre.read_all()


async def test_a_tag_put_there_by_hand_does_not_make_fewer_enough(tmp_path: Path) -> None:
    """The bot stands before the tag; whoever puts it there must not get it to publish the release all the same."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        store = theatre.acme.repository.store
        text = (store.read("main", ".github/workflows/publish.yml") or b"").decode()
        bare = re.sub(r"    environment:.*\n(      name.*\n)*", "", text)
        theatre.acme.wanda.push_commit("main", {".github/workflows/publish.yml": bare}, "No environment")
        await theatre.settle()
        commit = await theatre.merge(pull, by=theatre.acme.wanda)
        theatre.acme.wanda.push_tag("v1.2.0", commit)
        await theatre.settle()
        assert [one.tag_name for one in theatre.acme.repository.releases.values()] == ["v1.1.0"]
        assert not theatre.runs
        assert "delete `v1.2.0` and ask again" in theatre.status(pull)
        theatre.read_all()


@pytest.mark.parametrize("trigger", ["release-published", "tag-push", "dispatch"])
@pytest.mark.parametrize("gate", ["rule", "none"])
async def test_as_many_approve_as_the_pull_request_promised(tmp_path: Path, gate: str, trigger: str) -> None:
    """Whoever may push to the default branch lowers the number after the release was proposed."""
    world = {"gate": gate, "trigger": trigger, "settings": "approval.required = 2\n"}
    async with open_theatre(tmp_path, **world) as theatre:  # type: ignore[arg-type]
        acme = theatre.acme
        pull = await theatre.propose(by=acme.wanda)
        assert "2 approvals" in (pull.body or "")
        acme.wanda.push_commit("main", {".github/aweigh.toml": "approval.required = 0\n"}, "Nobody is asked")
        await theatre.settle()
        assert "Merging publishes" not in theatre.status(pull)
        await theatre.merge(pull, by=acme.wanda)
        assert theatre.files("1.2.0") == []
        assert "as many as its pull request said" in theatre.status(pull)
        assert await approve(theatre, pull, by="hugo") == ["eyes", "rocket"]
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, pull, by="mona") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_who_pushed_what_was_confirmed_is_kept_from_approving_while_github_does_not_show_them(
    tmp_path: Path,
) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        acme = theatre.acme
        pull = await theatre.propose(by=acme.wanda)
        await theatre.pass_time(MINUTE)
        acme.hugo.push_commit(BRANCH, {"more.py": "x = 1\n"}, "More")
        await theatre.pass_time(MINUTE)
        await theatre.say(acme.wanda, "/release 1.2.0", pull.number)
        assert "Ready" in theatre.status(pull)
        await theatre.merge(pull, by=acme.hugo)
        await theatre.pass_time(MINUTE)
        theatre.sandbox.github.faults.add(When(path=r"/activity$"), Refused(reply(200, [])), times=None)
        assert await approve(theatre, pull) == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        theatre.sandbox.github.faults.clear()
        await theatre.pass_time(5 * MINUTE)
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, pull) == ["eyes", "-1"]
        assert await approve(theatre, pull, by="mona") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("path", ["pyproject.toml", ".github/aweigh.toml"])
async def test_what_is_pushed_to_the_release_branch_does_not_lift_the_rule_of_two(tmp_path: Path, path: str) -> None:
    """Mona asks, pushes the setting that would let her approve onto her own release, confirms it and merges it."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        text = (theatre.acme.repository.store.read(pull.head_sha, path) or b"").decode()
        table = "[tool.aweigh.approval]\n" if path == "pyproject.toml" else "[approval]\n"
        mona.push_commit(BRANCH, {path: f"{text}\n{table}self = true\n"}, "Alone")
        await theatre.pass_time(MINUTE)
        await theatre.say(mona, "/release 1.2.0", pull.number)
        await theatre.merge(pull, by=mona)
        theatre.read_all()
        assert "who neither asked for this release" in theatre.status(pull)
        assert await approve(theatre, pull, by="mona") == ["eyes", "-1"]
        assert "came with the branch of this very release" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_sole_maintainer_who_pushed_may_lift_the_rule_afterwards(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        mona.push_commit(BRANCH, WORDS, "Words")
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull, by=mona)
        assert await approve(theatre, pull, by="mona") == ["eyes", "-1"]
        mona.push_commit("main", {".github/aweigh.toml": "approval.self = true\n"}, "Alone here")
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, pull, by="mona") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_what_is_pushed_to_the_release_branch_makes_nobody_an_approver_of_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        mona.push_commit(BRANCH, {".github/aweigh.toml": 'approval.role = "write"\n'}, "Anybody")
        await theatre.pass_time(MINUTE)
        await theatre.say(mona, "/release 1.2.0", pull.number)
        await theatre.merge(pull, by=mona)
        theatre.read_all()
        assert "A maintainer who" in theatre.status(pull)
        assert await approve(theatre, pull, by="wanda") == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_tag_by_hand_that_was_quicker_than_the_approval_is_told_of_in_the_end(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    settings = "approval.required = 1\n"
    async with open_theatre(tmp_path, gate="none", trigger="tag-push", settings=settings) as theatre:
        pull = await theatre.propose()
        commit = await theatre.merge(pull)
        theatre.read_all()
        # Without a gated environment nothing can keep whoever may push tags from publishing.
        theatre.acme.wanda.push_tag("v1.2.0", commit)
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.comments(pull.number, "outcome published") == snapshot
        theatre.read_all()


async def test_nor_does_it_where_the_organisation_has_set_something_as_well(tmp_path: Path) -> None:
    """What the settings come to then is neither what the branch had nor what it has."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        set_defaults(theatre, "approval.required = 1\n")
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        mona.push_commit(BRANCH, {".github/aweigh.toml": 'approval.role = "write"\n'}, "Anybody")
        await theatre.pass_time(MINUTE)
        await theatre.say(mona, "/release 1.2.0", pull.number)
        await theatre.merge(pull, by=mona)
        # Nor when another key of the same table is changed behind it.
        text = 'approval.role = "write"\napproval.required = 2\n'
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": text}, "More")
        await theatre.pass_time(MINUTE)
        theatre.read_all()
        assert await approve(theatre, pull, by="wanda") == ["eyes", "-1"]
        assert "takes the role *maintain*" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_stricter_rule_that_comes_with_the_branch_is_kept(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        mona = theatre.acme.mona
        pull = await theatre.propose(by=mona)
        await theatre.pass_time(MINUTE)
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": 'approval.role = "admin"\n'}, "Stricter")
        await theatre.pass_time(MINUTE)
        # Bringing the branch up to date brings the setting onto it.
        theatre.acme.wanda.update_branch(pull.number)
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull, by=mona)
        theatre.read_all()
        assert await approve(theatre, pull, by="tariq") == ["eyes", "-1"]
        assert "takes the role *admin*" in theatre.reply(pull.number)
        theatre.read_all()
