"""Runs that fail: the thread says so once, with the lines that matter, and goes on when people have run them again."""

from __future__ import annotations

from pathlib import Path

from syrupy.assertion import SnapshotAssertion

from tests.stories.theatre import open_theatre

APPROVE = "/release approve 1.2.0"


async def test_a_build_that_fails_is_reported_and_goes_on_when_run_again(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        switches = theatre.sandbox.actions.switches
        switches.fail_steps["python -m build"] = "ERROR Backend subprocess exited when trying to invoke build_sdist"
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="outcome")
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        # Looking again says nothing again.
        await theatre.say(theatre.acme.tariq, "/release status", pull.number)
        assert theatre.reply(pull.number) == snapshot(name="asked for the status")
        assert len(theatre.comments(pull.number, "outcome")) == 1

        switches.fail_steps.clear()
        theatre.acme.hugo.rerun(theatre.run, failed_only=True)
        await theatre.settle()
        assert "attempt 2" in theatre.reply(pull.number)
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert "🎉" in theatre.reply(pull.number)
        assert "Released" in theatre.status(pull)
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "outcome")) == 2


async def test_an_upload_that_the_index_does_not_trust_is_reported_with_the_cause(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        project = theatre.sandbox.index.state.ensure_project("widget")
        publishers, project.publishers = project.publishers, []
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []
        project.publishers = publishers
        theatre.acme.hugo.rerun(theatre.run, failed_only=True)
        await theatre.settle()
        theatre.read_all()
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert "🎉" in theatre.reply(pull.number)
        assert len(theatre.files("1.2.0")) == 2


async def test_files_that_somebody_else_uploaded_meanwhile_stop_the_upload(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        index, now = theatre.sandbox.index.state, theatre.sandbox.world.now()
        index.add_file("widget", "1.2.0", "widget-1.2.0-py3-none-any.whl", b"not what the run has built", now)
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reply(pull.number) == snapshot
        assert theatre.check_runs(pull)[-1].conclusion == "failure"


async def test_each_attempt_is_reported_once(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.sandbox.actions.switches.fail_steps["python -m build"] = "error: no space left on device"
        pull = await theatre.reach_gate()
        for attempt in (2, 3):
            theatre.acme.hugo.rerun(theatre.run)
            await theatre.settle()
            assert f"attempt {attempt}" in theatre.reply(pull.number)
        assert len(theatre.comments(pull.number, "outcome")) == 3


async def test_a_run_that_was_called_off_is_reported(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.cancel_run(theatre.run)
        await theatre.settle()
        assert theatre.reply(pull.number) == snapshot(name="outcome")
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="approved in vain")
        assert theatre.files("1.2.0") == []


async def test_a_failure_after_a_rejection_is_told_apart_from_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, gate="reviewers") as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.review_deployment(theatre.run, "pypi", "rejected")
        await theatre.settle()
        assert "`@hugo` rejected" in theatre.reply(pull.number)
        theatre.sandbox.actions.switches.fail_steps["python -m build"] = "error: no space left on device"
        theatre.acme.hugo.rerun(theatre.run)
        await theatre.settle()
        outcome = theatre.reply(pull.number)
        assert "rejected" not in outcome
        assert "no space left" in outcome
        assert "rejected" not in theatre.status(pull)
