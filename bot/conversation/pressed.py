"""Presses of the buttons of our check run: what one was meant for, and whether that is still so. Pure.

A button says nothing but its name. So it is taken to speak of the check run that it belongs to: of its commit, of the
version and the run in its ``external_id``, and of that very check run, since a release that has gone on gets another
one. A press that comes late, or from a page that was open for hours, is refused with the reason; written commands say
themselves what they are for.
"""

from __future__ import annotations

from bot.github.facts import CheckRun, PullRequest
from bot.intake.command import CommandDelivery
from bot.messages.buttons import HOLD
from bot.release.reasons import Because, Reason, because
from bot.release.record import Record, find_record


def find_staleness(comment: CommandDelivery, pull: PullRequest | None, check: CheckRun | None) -> Because | None:
    """Why the press is not for the release as it is now, whose newest check run on its head is ``check``; None if it is."""
    if pull is None or pull.head_sha != comment.head or check is None:
        return because(Reason.BUTTON_STALE, what="head")
    shown, now = find_record(comment.shown), find_record(check.external_id)
    if shown is None or now is None:
        return because(Reason.BUTTON_STALE, what="head")
    if (shown.version, shown.tag) != (now.version, now.tag):
        return because(Reason.BUTTON_STALE, what="version", given=shown.version, version=now.version)
    if _run(shown) not in ("", _run(now)):
        return because(Reason.BUTTON_STALE, what="run", version=now.version)
    held_already = now.held is not None and comment.button == HOLD.identifier
    if check.id != comment.check_id and not held_already:
        return because(Reason.BUTTON_STALE, what="check", version=now.version)
    return None


def _run(record: Record) -> str:
    """The run and attempt, or the commit, about which people were asked; empty before they were."""
    return record.asked.key if record.asked else ""
