"""What is decided about commands is written down: one row and one line in the log each, of everybody and for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from bot.clock import VirtualClock
from bot.conversation.carry_out import Conversation
from bot.engine import AuditRow
from bot.engine.memory import MemoryEngine
from bot.release.audit import Cause, Decision
from bot.release.reasons import Reason
from bot.sandbox.faults import When, unicorn
from bot.sandbox.state.conversation import Comment
from bot.sandbox.state.repository import Grant
from tests.stories.hours import MORNING
from tests.stories.logbook import LogLines
from tests.stories.theatre import Theatre, open_theatre


def rows(theatre: Theatre) -> list[AuditRow]:
    """Everything that was written down, in its order."""
    assert isinstance(theatre.engine, MemoryEngine)
    return list(theatre.engine.store.audit.values())


def brief(theatre: Theatre, since: int = 0) -> list[tuple[str, str, str, str]]:
    """Who, what, and what came of it."""
    return [(row.actor_login, row.command, row.decision, row.reason) for row in rows(theatre)[since:]]


@pytest.mark.rule(27)
async def test_a_whole_release_is_told_by_its_rows(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        for body in ("/release hold", "/release unhold"):
            await theatre.say(theatre.acme.wanda, body, pull.number)
        head = pull.head_sha
        await theatre.say(theatre.acme.wanda, "/release merge", pull.number)
        await theatre.say(theatre.acme.mona, "/release approve 1.2.0", pull.number)
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()

        assert brief(theatre) == [
            ("mona", "release", "allowed", "done"),
            ("wanda", "hold", "allowed", "done"),
            ("wanda", "unhold", "allowed", "done"),
            ("wanda", "merge", "allowed", "done"),
            ("mona", "approve", "refused", "own-approval"),
            ("hugo", "approve", "counted", "gate-opened"),
            ("hugo", "approve", "allowed", "done"),
        ]
        assert {row.version for row in rows(theatre)} == {"1.2.0"}
        opened = rows(theatre)[5]
        assert (opened.sha, opened.role, opened.actor_id) == (
            pull.merge_commit_sha,
            "admin",
            theatre.acme.hugo.user.id,
        )
        assert opened.link.endswith(f"/pull/{pull.number}#issuecomment-{approval.id}")
        assert opened.repository.full_name == "acme/widget"
        assert opened.delivery in {delivery.guid for delivery in theatre.sandbox.world.deliveries}
        # The head that was merged is gone from sight afterwards; what was decided about it is not.
        assert [row.sha for row in rows(theatre)[1:3]] == [head, head]


async def test_each_decision_is_one_line_in_the_log_and_one_in_the_figures(tmp_path: Path, log_lines: LogLines) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.tariq, "/release 1.2.0")
        theatre.read_all()
        (line,) = [line for line in log_lines() if line["event"] == "command decided"]
        (row,) = rows(theatre)
        assert line["repository"] == "acme/widget"
        assert line["delivery"] == row.delivery
        assert {
            name: line[name] for name in ("command", "decision", "reason", "actor", "login", "role", "version")
        } == {
            "command": "release",
            "decision": "refused",
            "reason": "role-too-low",
            "actor": theatre.acme.tariq.user.id,
            "login": "tariq",
            "role": "triage",
            "version": "1.2.0",
        }
        assert line["link"].endswith(f"#issuecomment-{comment.id}")
        figures = theatre.bot.metrics.render().decode()
        assert 'aweigh_commands_total{command="release",decision="refused",reason="role-too-low"} 1.0' in figures


async def test_every_line_of_a_comment_is_a_row_and_no_text_of_it_is_kept(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        before = len(rows(theatre))
        for body in (
            "/release hold for Sue\n/release frobnicate the secret\n/release unhold",
            "/release hold for Sue\n/release reject 9.9.9 no\n/release unhold",
            "/release hold for Sue\n/release approve 9.9.9\n/release unhold",
            "/release approve my-secret;drop",
        ):
            await theatre.say(theatre.acme.mona, body, pull.number)
        theatre.read_all()
        assert brief(theatre, before) == [
            ("mona", "unknown", "misunderstood", "not-understood"),
            ("mona", "hold", "voided", "another-line"),
            ("mona", "unhold", "voided", "another-line"),
            ("mona", "hold", "allowed", "done"),
            ("mona", "reject", "refused", "wrong-version"),
            ("mona", "unhold", "voided", "another-line"),
            ("mona", "approve", "refused", "approved-behind"),
            ("mona", "hold", "voided", "another-line"),
            ("mona", "unhold", "voided", "another-line"),
            ("mona", "approve", "refused", "held"),
        ]
        kept = repr(rows(theatre))
        assert "secret" not in kept
        assert "Sue" not in kept


async def test_a_word_for_a_version_is_written_down_as_what_it_came_to(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release minor")
        theatre.read_all()
        (row,) = rows(theatre)
        assert row.version == theatre.record(theatre.release_pull).version
        assert row.sha == theatre.release_pull.head_sha


@pytest.mark.rule(27)
@pytest.mark.parametrize("login", ["rosa", "stan"])
async def test_who_is_not_heard_is_written_down(tmp_path: Path, login: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(getattr(theatre.acme, login), "/release 1.2.0\n/release 1.3.0")
        assert brief(theatre) == [(login, "release", "unheard", "role-too-low")]
        # In a public repository everybody may read.
        assert rows(theatre)[0].role == "read"


async def test_a_command_in_a_locked_thread_is_written_down(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.mona.lock(theatre.feature)
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert brief(theatre) == [("mona", "release", "ignored", "thread-locked")]


async def test_what_is_no_command_is_no_decision(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "Thanks, see /release")
        await theatre.say(theatre.acme.mona, "/merge")
        assert rows(theatre) == []


async def test_a_command_below_other_text_is_written_down_as_misplaced(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "Let us do it.\n\n/release 1.2.0")
        theatre.read_all()
        assert brief(theatre) == [("mona", "release", "misunderstood", "misplaced")]


async def test_one_below_commands_has_a_row_beside_theirs(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release status\n/release help\n\n/release 1.2.0")
        theatre.read_all()
        assert brief(theatre) == [
            ("mona", "status", "allowed", "done"),
            ("mona", "help", "allowed", "done"),
            ("mona", "release", "misunderstood", "misplaced"),
        ]
        await theatre.say(theatre.acme.rosa, "/release status\n\n/release 1.2.0")
        assert brief(theatre)[3:] == [("rosa", "status", "unheard", "role-too-low")]


async def test_who_pressed_a_button_is_written_down(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        for login in ("wanda", "rosa"):
            getattr(theatre.acme, login).press_button(theatre.check_runs(pull)[-1], "hold")
            await theatre.settle()
        theatre.read_all()
        assert brief(theatre)[1:] == [
            ("wanda", "hold", "allowed", "done"),
            ("rosa", "hold", "unheard", "role-too-low"),
        ]
        assert all(row.link for row in rows(theatre))


@pytest.mark.parametrize("role", ["maintain", "triage", "read"])
async def test_what_was_remembered_until_the_merge_is_decided_anew(
    tmp_path: Path, role: Literal["maintain", "triage", "read"]
) -> None:
    async with open_theatre(tmp_path) as theatre:
        acme = theatre.acme
        comment = await theatre.say(acme.mona, "/release patch --when-merged")
        acme.repository.collaborators[acme.mona.user.id] = Grant(role)
        acme.hugo.merge_pull(theatre.feature)
        await theatre.settle()
        theatre.read_all()
        then = {
            "maintain": ("allowed", "done"),
            "triage": ("refused", "role-too-low"),
            "read": ("unheard", "role-too-low"),
        }[role]
        assert brief(theatre) == [("mona", "release", "allowed", "done"), ("mona", "release", *then)]
        later = rows(theatre)[1]
        assert (later.role, later.version) == (role, "1.1.1" if role == "maintain" else later.version)
        assert later.link.endswith(f"#issuecomment-{comment.id}")


async def test_approvals_before_the_tag_are_written_down_when_they_count(tmp_path: Path) -> None:
    settings = "approval.required = 1\n"
    async with open_theatre(tmp_path, trigger="dispatch", gate="none", settings=settings) as theatre:
        pull = await theatre.propose()
        await theatre.merge(pull)
        before = len(rows(theatre))
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.read_all()
        assert brief(theatre, before) == [
            ("hugo", "approve", "counted", "went-on"),
            ("hugo", "approve", "allowed", "done"),
        ]


async def test_a_gate_that_opens_only_later_is_told_of_once(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        pull = await theatre.reach_gate()
        before = len(rows(theatre))
        away = When(method="POST", path=r"/deployment_protection_rule$")
        theatre.sandbox.github.faults.add(away, unicorn(), times=None)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        await theatre.pass_time(timedelta(minutes=10))
        # It is written before the act, which a process may not live to tell of.
        assert brief(theatre, before) == [("hugo", "approve", "counted", "gate-opened")]
        assert theatre.run.status == "waiting"
        theatre.sandbox.github.faults.clear()
        await theatre.pass_time(timedelta(minutes=10))
        assert len(theatre.files("1.2.0")) == 2
        assert brief(theatre, before) == [
            ("hugo", "approve", "counted", "gate-opened"),
            ("hugo", "approve", "allowed", "done"),
        ]
        theatre.read_all()


async def test_a_command_that_is_handled_twice_is_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_lines: LogLines
) -> None:
    """The process ends between the row and the answer: everything is decided again, and written down once."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        before = len(rows(theatre))
        broken = fail_once(monkeypatch)
        comment = await theatre.say(theatre.acme.wanda, "/release hold\n/release unhold", pull.number)
        await theatre.settle()
        await answered(theatre, comment)
        assert broken == ["failed"]
        theatre.failures.clear()
        theatre.read_all()
        assert brief(theatre, before) == [
            ("wanda", "hold", "allowed", "done"),
            ("wanda", "unhold", "allowed", "done"),
        ]
        lines = [line for line in log_lines() if line["event"] == "command decided"]
        assert [line["command"] for line in lines] == ["release", "hold", "unhold"]
        figures = theatre.bot.metrics.render().decode()
        assert 'aweigh_commands_total{command="hold",decision="allowed",reason="done"} 1.0' in figures


def fail_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the next answer fail after everything was decided; what came of it."""
    failed: list[str] = []
    answer: Callable[..., object] = Conversation._answer

    async def break_once(self: Conversation, *words: object) -> None:
        if not failed:
            failed.append("failed")
            raise RuntimeError("the process ends here")
        await answer(self, *words)  # type: ignore[misc]

    monkeypatch.setattr(Conversation, "_answer", break_once)
    return failed


async def answered(theatre: Theatre, comment: Comment) -> None:
    """Wait until the engine has tried again."""
    for _ in range(100):
        if theatre.reactions(comment)[-1:] == ["rocket"]:
            return
        await asyncio.sleep(0.1)
        await theatre.settle()
    raise AssertionError(theatre.reactions(comment))


@pytest.mark.rule(27)
def test_the_codes_are_a_closed_set_of_short_words() -> None:
    """They are labels of figures and columns of a table."""
    assert not {*Reason} & {*Cause}
    for code in (*Reason, *Cause, *Decision):
        assert code.replace("-", "").isalpha(), code
        assert len(code) <= (20 if isinstance(code, Decision) else 40), code
