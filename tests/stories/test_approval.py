"""Who may let a release go on, how often, for what exactly, and when it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme_files import Trigger
from bot.sandbox.people import Person
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

APPROVE = "/release approve 1.2.0"
COMMANDS = ("/release 1.2.0", "/release approve 1.2.0", "/release status", "/release help", "/release nonsense")


async def approve(theatre: Theatre, who: Person, pull: PullRequest, line: str = APPROVE) -> list[str]:
    """Let somebody approve; the bot's reactions."""
    return theatre.reactions(await theatre.say(who, line, pull.number))


# Who


async def test_a_sole_maintainer_may_lift_the_rule_of_two(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings="approval.self = true\n") as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_who_pushed_to_the_release_branch_may_not_approve(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        theatre.acme.hugo.push_commit("aweigh/main", {"CHANGELOG.md": "# All is new\n"}, "Better words")
        await theatre.settle()
        await theatre.merge(pull)
        theatre.read_all()
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_whoever_merges_may_approve(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        await theatre.merge(pull, by=theatre.acme.hugo)
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_forged_commit_author_keeps_nobody_from_approving(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        # Wanda pushes a commit that says it is Hugo's: who pushed is what counts.
        store, hugo = theatre.acme.repository.store, theatre.acme.hugo
        forged = hugo.push_commit("forged", {"CHANGELOG.md": "By Hugo, it says.\n"}, "Forged", onto="aweigh/main")
        theatre.acme.wanda.push_branch("aweigh/main", forged)
        assert store.commit(forged).author.email == hugo.user.git_email
        await theatre.settle()
        await theatre.merge(pull)
        assert await approve(theatre, hugo, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.rule(26)
@pytest.mark.parametrize("where", ["feature", "release"])
@pytest.mark.parametrize("login", ["rosa", "stan"])
async def test_readers_and_strangers_cost_two_requests_and_get_no_words(tmp_path: Path, login: str, where: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        person: Person = getattr(theatre.acme, login)
        for command in COMMANDS:
            before = theatre.request_count
            comment = await theatre.say(person, command, theatre.feature if where == "feature" else pull.number)
            assert theatre.reactions(comment) == ["-1"], command
            made = [f"{r.method} {r.path}" for r in theatre.sandbox.world.requests[before:]][:2]
            assert made == [
                f"GET /repos/acme/widget/collaborators/{login}/permission",
                f"POST /repos/acme/widget/issues/comments/{comment.id}/reactions",
            ]
            assert theatre.request_count - before == 2, command
        assert theatre.files("1.2.0") == []


@pytest.mark.rule(7)
async def test_a_triager_is_told_which_role_it_takes(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        tariq = theatre.acme.tariq
        for command in ("/release 1.3.0", APPROVE):
            comment = await theatre.say(tariq, command, pull.number)
            assert theatre.reactions(comment) == ["eyes", "-1"]
            assert theatre.reply(pull.number) == snapshot(name=command)
        comment = await theatre.say(tariq, "/release status", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot(name="status")
        assert theatre.files("1.2.0") == []


@pytest.mark.rule(7)
async def test_a_writer_may_ask_for_a_release_but_not_approve_it(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate(by=theatre.acme.mona)
        assert await approve(theatre, theatre.acme.wanda, pull) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []


@pytest.mark.rule(4)
async def test_a_role_taken_away_meanwhile_counts_no_more(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\napproval.self = true\n") as theatre:
        pull = await theatre.reach_gate()
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        theatre.acme.repository.collaborators.pop(theatre.acme.hugo.user.id)
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "rocket"]
        assert theatre.files("1.2.0") == []
        assert "(1 of 2)" in theatre.status(pull)


# For what


@pytest.mark.rule(11)
async def test_an_approval_names_the_version_that_waits(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        assert await approve(theatre, theatre.acme.hugo, pull, "/release approve 1.3.0") == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []


@pytest.mark.rule(11)
async def test_an_approval_may_pin_the_commit(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        commit = pull.merge_commit_sha or ""
        hugo = theatre.acme.hugo
        for name, wrong in (("another commit", pull.head_sha[:7]), ("too short", commit[:4]), ("unknown", "0000000")):
            assert await approve(theatre, hugo, pull, f"{APPROVE} {wrong}") == ["eyes", "-1"], name
            refusal = theatre.reply(pull.number)
            assert refusal.replace(f"`{wrong}`", "`«commit»`") == snapshot(name="refused")
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, hugo, pull, f"{APPROVE} {commit[:7].upper()}") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.rule(9)
async def test_an_edited_approval_does_not_count(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\napproval.self = true\n") as theatre:
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert "(1 of 2)" in theatre.status(pull)
        theatre.acme.hugo.edit_comment(pull.number, comment, f"{APPROVE}\n\nSure?")
        await theatre.settle()
        assert "(0 of 2)" in theatre.status(pull)
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "rocket"]
        assert theatre.files("1.2.0") == []
        assert "(1 of 2)" in theatre.status(pull)
        # An approval that was edited is repeated, not mended.
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.rule(9)
async def test_a_comment_that_was_edited_into_an_approval_is_none(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.hugo, "Shall I?", pull.number)
        theatre.acme.wanda.edit_comment(pull.number, comment, APPROVE)
        await theatre.settle()
        assert theatre.reactions(comment) == []
        assert theatre.files("1.2.0") == []
        # Neither does it count when the next command makes the bot look at the thread.
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_an_approval_before_it_was_asked_does_not_count(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    # The clock stands still: all of it happens within one second.
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        await theatre.merge(pull)
        assert theatre.files("1.2.0") == []
        assert "(0 of 1)" in theatre.status(pull)
        theatre.read_all()


async def test_an_approval_on_another_thread_goes_astray(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.hugo, APPROVE)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        assert theatre.files("1.2.0") == []


# How many


async def test_two_approvals_are_two_people(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="prompt")
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert theatre.status(pull) == snapshot(name="status after one")
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert "(1 of 2)" in theatre.status(pull)
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.run.approvals[0].comment.startswith("1.2.0 at")
        assert "hugo, mona" in theatre.run.approvals[0].comment
        theatre.read_all()


async def test_a_repeated_approval_is_done_already(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        hugo = theatre.acme.hugo
        hugo.comment(pull.number, APPROVE)
        again = await theatre.say(hugo, APPROVE, pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert theatre.replies(pull.number)[0] == snapshot(name="while it goes on")
        assert await approve(theatre, hugo, pull) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot(name="when it is over")
        assert await approve(theatre, hugo, pull, "/release approve 1.1.0") == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="of another version")
        assert theatre.uploads() == 1
        assert len(theatre.run.approvals) == 1


async def test_no_approval_required_opens_the_gate_without_asking(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 0\n") as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.comments(pull.number, "prompt") == []
        assert "no approval required" in theatre.run.approvals[0].comment
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


# Without our gate


@pytest.mark.parametrize(
    ("trigger", "tagged", "released"),
    [("release-published", True, False), ("tag-push", False, False), ("dispatch", True, False)],
)
async def test_without_a_gate_it_is_asked_before_what_starts_publication(
    tmp_path: Path, snapshot: SnapshotAssertion, trigger: Trigger, tagged: bool, released: bool
) -> None:
    async with open_theatre(tmp_path, trigger=trigger, gate="none", settings="approval.required = 1\n") as theatre:
        pull = await theatre.propose()
        assert "Merging publishes" not in (pull.body or "")
        commit = await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot
        assert (theatre.find_tag("v1.2.0") is not None) == tagged
        assert any(one.tag_name == "v1.2.0" for one in theatre.acme.repository.releases.values()) == released
        assert theatre.runs == []
        assert await approve(theatre, theatre.acme.mona, pull) == ["eyes", "-1"]
        assert theatre.runs == []
        assert await approve(theatre, theatre.acme.hugo, pull, f"{APPROVE} {commit[:10]}") == ["eyes", "rocket"]
        assert theatre.run.conclusion == "success"
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "outcome")) == 1
        theatre.read_all()


# Required reviewers


async def test_required_reviewers_are_mentioned_and_their_approval_is_mirrored(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, gate="reviewers") as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="prompt")
        assert theatre.status(pull) == snapshot(name="status")
        # Typing it does not replace the review: an App can never be a required reviewer.
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="typed")
        assert theatre.files("1.2.0") == []
        theatre.acme.hugo.review_deployment(theatre.run, "pypi", "approved", "Ship it")
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.status(pull) == snapshot(name="status at the end")
        theatre.read_all()


async def test_a_reviewers_rejection_is_mirrored(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, gate="reviewers") as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.review_deployment(theatre.run, "pypi", "rejected", "Not on a Friday.")
        await theatre.settle()
        assert theatre.reply(pull.number) == snapshot(name="outcome")
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        assert theatre.files("1.2.0") == []


@pytest.mark.parametrize("first", ["rule", "reviewers"])
async def test_with_both_it_takes_both_in_either_order(tmp_path: Path, snapshot: SnapshotAssertion, first: str) -> None:
    async with open_theatre(tmp_path, gate="both") as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="prompt")
        for who in (first, "reviewers" if first == "rule" else "rule"):
            assert theatre.files("1.2.0") == []
            if who == "rule":
                assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
            else:
                theatre.acme.hugo.review_deployment(theatre.run, "pypi", "approved")
                await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "prompt")) == 1
        theatre.read_all()


async def test_an_administrator_who_starts_the_jobs_by_hand_is_followed(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.bypass_gates(theatre.run, "I know what I do")
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        assert "Released" in theatre.status(pull)
        theatre.read_all()


# Again


@pytest.mark.rule(11)
async def test_another_attempt_asks_again_and_an_old_approval_is_not_enough(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.sandbox.actions.switches.fail_steps["gh-action-pypi-publish"] = "the index is out of order"
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert theatre.run.conclusion == "failure"
        theatre.read_all()
        theatre.sandbox.actions.switches.fail_steps.clear()
        theatre.acme.hugo.rerun(theatre.run, failed_only=True)
        await theatre.settle()
        assert theatre.files("1.2.0") == []
        assert theatre.reply(pull.number) == snapshot
        assert theatre.run.run_attempt == 2
        assert await approve(theatre, theatre.acme.hugo, pull) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "prompt")) == 2
        theatre.read_all()
