"""What becomes of a release whose thread is locked: GitHub lets an App say nothing there, and nobody be heard. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.release.reasons import Reason, because
from bot.release.steps import Announce, AskApproval, AwaitApproval, Blocked, CreateTag, ReportFailure, Step

_LATER, _HOURLY = timedelta(minutes=10), timedelta(hours=1)


def unless_locked(step: Step, *, gone: bool = False) -> Step:
    """``step``, or that it waits for its thread, which may be ``gone``; what nobody has to be told of goes on all the same."""
    how = "gone" if gone else ""
    match step:
        case AskApproval(version=version) | AwaitApproval(version=version):
            return Blocked(
                because(Reason.THREAD_LOCKED, unsaid="approval", version=version, how=how), look_again=_LATER
            )
        case ReportFailure(version=version, run=run):
            reason = because(Reason.THREAD_LOCKED, unsaid="failure", version=version, run=run.run.url, how=how)
            return Blocked(reason, look_again=_HOURLY)
        case Announce(version=version):
            return Blocked(
                because(Reason.THREAD_LOCKED, unsaid="outcome", version=version, how=how), look_again=_HOURLY
            )
        case CreateTag(version=version) if gone:
            # A label there may have held it, and whoever deleted the thread can tell nobody to stop.
            return Blocked(because(Reason.THREAD_LOCKED, unsaid="tag", version=version, how=how), look_again=_LATER)
        case _:
            return step
