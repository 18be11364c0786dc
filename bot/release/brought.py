"""Settings that a release brings along itself, from its own branch: they do not count for it. Pure.

Whoever writes to the release branch could change there who may approve, or lift the freeze, and have it merged together
with the release. What another pull request merges counts at once; only what this very release changes does not. It is
told key by key, and where somebody changes a key once more on the default branch, what they say holds.
"""

from __future__ import annotations

from bot.settings.freeze import FreezeWindow
from bot.settings.repository import ApprovalSettings, ReleaseSettings, RepositorySettings


def without_brought(
    now: RepositorySettings, before: RepositorySettings, after: RepositorySettings
) -> RepositorySettings:
    """The settings ``now``, less what made them milder between ``before`` the merge of the release and ``after`` it.

    Who may approve what they asked for stays: ``lifts_self`` tells, so that the refusal can say why.
    """
    approval, release = _approval(now.approval, before.approval, after.approval), now.release
    if before.release.role != after.release.role == now.release.role and before.release.role.reaches(now.release.role):
        release = ReleaseSettings(role=before.release.role)
    return now.model_copy(update={"approval": approval, "release": release})


def lifts_self(now: RepositorySettings, before: RepositorySettings, after: RepositorySettings) -> bool:
    """Whether it is the release that lets whoever asked for it approve it."""
    return now.approval.self_ and after.approval.self_ and not before.approval.self_


def find_thawed(
    now: RepositorySettings, before: RepositorySettings, after: RepositorySettings
) -> tuple[FreezeWindow, ...]:
    """The windows that the release takes out of ``freeze``."""
    if before.freeze == after.freeze or after.freeze != now.freeze:
        return ()
    return tuple(window for window in before.freeze if window not in after.freeze)


def _approval(now: ApprovalSettings, before: ApprovalSettings, after: ApprovalSettings) -> ApprovalSettings:
    kept: dict[str, object] = {}
    if before.role != after.role == now.role and before.role.reaches(now.role):
        kept["role"] = before.role
    if before.teams != after.teams == now.teams:
        kept["teams"] = tuple(team for team in before.teams if team in now.teams)
    if before.required != after.required == now.required and _weight(before.required) >= _weight(now.required):
        kept["required"] = before.required
    return now.model_copy(update=kept)


def _weight(required: int | None) -> float:
    # Unless it is set it is one at our gate and none without: more than none, and less than one everywhere.
    return 0.5 if required is None else required
