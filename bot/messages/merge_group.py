"""What our check run says of a group of a merge queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.github.facts import CheckContent
from bot.messages.text import finish
from bot.messages.turns import headline, turn
from bot.release.reasons import Reason
from bot.release.snapshot import Snapshot
from bot.release.steps import AwaitMerge, Step

_MARK = "merge-group"


def render_group_check(releases: Sequence[tuple[Snapshot, Step]]) -> CheckContent:
    """The check run on the commit of a group that holds these releases, each with the step that is due for it."""
    stopped = [one for one in releases if not isinstance(one[1], AwaitMerge)]
    if not releases:
        return CheckContent(
            "success", _MARK, "No release in this group", "Nothing here is for me to say anything about."
        )
    said = [
        f"#{snapshot.pull.number if snapshot.pull else ''}: {headline(step)}. {turn(snapshot, _lasting(step))}"
        for snapshot, step in (stopped or releases)
    ]
    title = headline((stopped or releases)[0][1])
    return CheckContent("failure" if stopped else "success", _MARK, title, finish("\n\n".join(said)))


def _lasting(step: Step) -> Step:
    """What of it stays true: this check is written once, and a group is gone as soon as it is merged."""
    if not isinstance(step, AwaitMerge):
        return step
    lasting = tuple(one for one in step.warnings if one.code is not Reason.INDEX_UNREACHABLE)
    return replace(step, warnings=lasting)
