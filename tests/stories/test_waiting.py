"""What a run waits for when nobody is asked: it is said, and it costs few requests, however long it takes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.state.runs import ProtectionRule
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

APPROVE = "/release approve 1.2.0"
PUBLISH = ".github/workflows/publish.yml"

GUARD = re.compile(r"    environment:.*\n(      (name|url).*\n)*")


@pytest.mark.parametrize(
    ("written", "known"), [("PyPI", True), ("${{ vars.ENV || 'pypi' }}", False)], ids=["other letters", "variable"]
)
async def test_however_the_environment_is_written_our_gate_asks(tmp_path: Path, written: str, known: bool) -> None:
    workflow = GUARD.sub(f"    environment: {written}\n", publish_workflow("tag-push"))
    assert written in workflow
    async with open_theatre(tmp_path, trigger="tag-push", files={PUBLISH: workflow}) as theatre:
        pull = await theatre.propose()
        assert "**Merging publishes" not in (pull.body or "") + theatre.status(pull)
        assert ("only the run knows its environment" in (pull.body or "")) is not known
        assert ("only the run knows its environment" in theatre.status(pull)) is not known
        await theatre.merge(pull)
        assert theatre.files("1.2.0") == []
        assert len(theatre.comments(pull.number, "prompt")) == 1
        approval = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(approval) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert "Released" in theatre.status(pull)
        theatre.read_all()


async def test_a_wait_timer_is_named_and_looked_at_every_ten_minutes(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), gate="none", trigger="tag-push") as theatre:
        theatre.acme.repository.environments["pypi"].wait_timer = 120
        pull = await theatre.propose()
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(minutes=5))
        assert "waits for the wait timer of the environment `pypi`" in theatre.status(pull)
        before = looks(theatre)
        await theatre.pass_time(timedelta(hours=1))
        assert 1 <= looks(theatre) - before <= 7
        await theatre.pass_time(timedelta(hours=1))
        assert len(theatre.files("1.2.0")) == 2
        assert "Released" in theatre.status(pull)
        theatre.read_all()


async def test_the_rule_of_another_app_is_named_and_looked_at_every_ten_minutes(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), trigger="tag-push") as theatre:
        world, environment = theatre.sandbox.world, theatre.acme.repository.environments["pypi"]
        scanner = replace(theatre.acme.app, id=world.ids.next(), slug="scanner", name="Scanner")
        environment.rules.append(ProtectionRule(world.ids.next(), scanner))
        pull = await theatre.propose()
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(minutes=1))
        theatre.acme.hugo.comment(pull.number, APPROVE)
        await theatre.pass_time(timedelta(minutes=5))
        assert "waits for the protection rule of `scanner`" in theatre.status(pull)
        before = looks(theatre)
        await theatre.pass_time(timedelta(hours=1))
        assert 1 <= looks(theatre) - before <= 7
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_locked_thread_is_told_of_in_the_check_until_it_is_unlocked(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), trigger="tag-push") as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.lock(pull.number)
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(minutes=5))
        check = theatre.check_runs(pull)[-1]
        assert check.conclusion == "failure"
        assert "this thread is locked" in (check.output.summary or "")
        assert theatre.comments(pull.number, "prompt") == []
        theatre.acme.wanda.unlock(pull.number)
        await theatre.pass_time(timedelta(minutes=15))
        assert len(theatre.comments(pull.number, "prompt")) == 1
        assert theatre.check_runs(pull)[-1].conclusion == "action_required"
        theatre.acme.hugo.comment(pull.number, APPROVE)
        await theatre.pass_time(timedelta(minutes=5))
        assert "Released" in theatre.status(pull)
        theatre.read_all()


async def test_a_file_that_was_never_uploaded_does_not_keep_a_release_unfinished(tmp_path: Path) -> None:
    name = "widget-1.2.0-cp39-cp39-win32.whl"
    step = "      - uses: pypa/gh-action-pypi-publish"
    workflow = publish_workflow("tag-push").replace(step, f"      - run: echo Uploading {name}\n{step}")
    clock = VirtualClock(MORNING)
    files: dict[str, str | None] = {PUBLISH: workflow}
    async with open_theatre(tmp_path, clock=clock, gate="none", trigger="tag-push", files=files) as theatre:
        pull = await theatre.propose()
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(hours=3))
        assert f"the index does not show `{name}`" in theatre.status(pull)
        assert theatre.comments(pull.number, "outcome") == []
        await theatre.pass_time(timedelta(hours=23))
        (final,) = theatre.comments(pull.number, "outcome")
        assert final.count("✅ verified") == 2
        assert f"Not shown by the index, though the log of the run speaks of uploading it: `{name}`" in final
        theatre.read_all()


def looks(theatre: Theatre) -> int:
    """How often somebody looked at what the run waits for."""
    return theatre.asked("GET", r"/pending_deployments$")
