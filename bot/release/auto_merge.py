"""When a release pull request is merged without anybody's word: ``merge.auto`` of the settings. Pure.

The settings of the default branch authorise it, and only for our own commit: what people pushed to the release branch
is merged by people. GitHub says whether anything that is required is missing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.github.facts import MergeState, PullRequest
from bot.release.reasons import Reason
from bot.release.snapshot import Snapshot
from bot.release.steps import AwaitMerge, MergePull, Step
from bot.settings.repository import RepositorySettings

CHECKS_MUST_SHOW_WITHIN = timedelta(minutes=2)
"""How long a head is left alone: until checks have begun, a commit looks as if it had none."""

_SOON = timedelta(minutes=2)
_LATER = timedelta(minutes=5)


def is_wanted(snapshot: Snapshot, pull: PullRequest) -> bool:
    """Whether the settings want this head merged by itself."""
    settings, record = snapshot.settings, snapshot.record
    wanted = isinstance(settings, RepositorySettings) and settings.merge.auto
    return wanted and pull.is_open and record is not None and record.is_bump(pull.head_sha)


def await_merge(snapshot: Snapshot, pull: PullRequest, step: AwaitMerge) -> Step:
    """``step``, or the merge itself where it is due."""
    if pull.queued or (snapshot.merging is not None and snapshot.merging.queued):
        return replace(step, queued=True, look_again=_LATER)
    merging = snapshot.merging
    if not is_wanted(snapshot, pull):
        return step
    if any(warning.code is Reason.TAG_GUARDED for warning in step.warnings):
        # People may merge what then stands without its tag, and have somebody push that; by itself it does not happen.
        return replace(step, look_again=_LATER)
    if merging is None:
        # It was made just now, and nobody has looked yet.
        return replace(step, by_itself=MergeState.UNKNOWN, look_again=_SOON)
    young = merging.head_at is None or snapshot.at - merging.head_at < CHECKS_MUST_SHOW_WITHIN
    if merging.state.is_clean and not young:
        return MergePull(pull.number, pull.head_sha, pull.head_branch, None)
    after = _SOON if young or merging.state is MergeState.UNKNOWN else _LATER
    return replace(step, by_itself=merging.state, look_again=after)
