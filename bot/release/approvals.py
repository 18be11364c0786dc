"""Which approvals count. Pure: roles were asked when the snapshot was taken."""

from __future__ import annotations

from bot.github.facts import Person, Role
from bot.release.reasons import Because, Reason, because
from bot.release.snapshot import Approval, Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import same_version

APPROVAL_ROLE = Role.MAINTAIN
_SHORTEST_SHA = 7


def needed(snapshot: Snapshot, settings: RepositorySettings) -> int:
    """How many approvals are asked for: one at our gate and none without it, unless the settings say."""
    if settings.approval.required is not None:
        return settings.approval.required
    return 1 if snapshot.gate.ours else 0


def counted(snapshot: Snapshot, version: str, commit: str) -> tuple[Person, ...]:
    """Those whose approval counts for ``version`` at ``commit``, each once, in the order of their comments."""
    people: dict[int, Person] = {}
    for approval in snapshot.approvals:
        if objection(snapshot, approval, version, commit) is None:
            people.setdefault(approval.by.id, approval.by)
    return tuple(people.values())


def objection(snapshot: Snapshot, approval: Approval, version: str, commit: str) -> Because | None:
    """Why ``approval`` does not count, or None when it does."""
    if approval.comment.edited_at is not None:
        return because(Reason.EDITED)
    if not same_version(approval.version, version):
        return because(Reason.WRONG_VERSION, given=approval.version, version=version)
    if approval.commit is not None and not _names(approval.commit, commit):
        return because(Reason.WRONG_COMMIT, given=approval.commit, commit=commit, version=version)
    if not approval.role.reaches(APPROVAL_ROLE):
        line = f"/release approve {version}"
        return because(Reason.ROLE_TOO_LOW, needed=APPROVAL_ROLE, actual=approval.role, line=line)
    if approval.by.id in snapshot.excluded:
        own = snapshot.record is not None and approval.by.id == snapshot.record.requester_id
        return because(Reason.OWN_APPROVAL if own else Reason.PUSHED_TO_BRANCH, version=version)
    return None


def _names(given: str, commit: str) -> bool:
    return len(given) >= _SHORTEST_SHA and commit.startswith(given.lower())
