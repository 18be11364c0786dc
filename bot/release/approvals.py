"""Which approvals count. Pure: roles were asked when the snapshot was taken."""

from __future__ import annotations

from bot.github.facts import Membership, Person, Role
from bot.release.reasons import Because, Reason, because
from bot.release.record import Record
from bot.release.runs import attempt_key, commit_key
from bot.release.snapshot import Approval, Snapshot
from bot.release.steps import AwaitIndex, AwaitReviewers, AwaitRun, Done, Step
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import same_version

_SHORTEST_SHA = 7


def needed(snapshot: Snapshot, settings: RepositorySettings) -> int:
    """How many approvals are asked for: one at our gate and none without it, unless the settings say."""
    if settings.approval.required is not None:
        return settings.approval.required
    return 1 if snapshot.gate.ours else 0


def needed_for(snapshot: Snapshot) -> int:
    """How many approvals this release takes; settings that cannot be read stop it before anybody is asked."""
    settings = snapshot.settings
    return needed(snapshot, settings) if isinstance(settings, RepositorySettings) else 0


def wanted(snapshot: Snapshot, settings: RepositorySettings) -> int:
    """How many approvals this release takes: what the settings say now, and never fewer than its pull request promised.

    Whoever may push to the default branch may lower the number; it holds for what is asked for from then on.
    """
    promised = snapshot.record.promised_approvals if snapshot.record else 0
    return max(needed(snapshot, settings), promised)


def may_be_asked_first(settings: RepositorySettings | SettingsProblem, record: Record | None) -> bool:
    """Whether an approval is asked before what starts publication, wherever no gate of ours stands behind it."""
    if record is not None and record.promised_approvals and not record.promised.ours:
        return True
    return isinstance(settings, RepositorySettings) and bool(settings.approval.required)


def counted(snapshot: Snapshot, version: str, commit: str) -> tuple[Person, ...]:
    """Those whose approval counts for ``version`` at ``commit``, each once, in the order of their comments."""
    return tuple(approval.by for approval in list_counting(snapshot, version, commit))


def list_counting(snapshot: Snapshot, version: str, commit: str) -> list[Approval]:
    """The approvals that count for ``version`` at ``commit``: of each person the first."""
    people: dict[int, Approval] = {}
    for approval in snapshot.approvals:
        if objection(snapshot, approval, version, commit) is None:
            people.setdefault(approval.by.id, approval)
    return list(people.values())


def name_approval(comment_id: int, version: str, commit: str | None) -> str:
    """What one approval is called in a note: a comment may hold several."""
    return f"{comment_id}:{version} {commit or ''}".rstrip()


def is_given(snapshot: Snapshot, step: Step, version: str) -> bool:
    """Whether the approval of ``version`` that was asked for is no longer waited for, since the release has gone on."""
    record = snapshot.record
    if record is None or record.asked is None or not same_version(version, record.version):
        return False
    if snapshot.published is not None:
        # The run that was asked about has succeeded, whatever is still to be done.
        return True
    match step:
        case AwaitReviewers():
            return snapshot.gate.ours
        case AwaitRun(run=run) if run is not None:
            return record.asked.key in (attempt_key(run), commit_key(run.run.head_sha))
        case AwaitIndex(before_tag=before_tag):
            return not before_tag
        case _:
            return isinstance(step, Done)


def objection(snapshot: Snapshot, approval: Approval, version: str, commit: str) -> Because | None:
    """Why ``approval`` does not count, or None when it does."""
    if approval.comment.edited_at is not None:
        return because(Reason.EDITED, version=version)
    if not same_version(approval.version, version):
        return because(Reason.WRONG_VERSION, given=approval.version, version=version)
    if approval.commit is not None and not _names(approval.commit, commit):
        return because(Reason.WRONG_COMMIT, given=approval.commit, commit=commit, version=version)
    settings = snapshot.settings if isinstance(snapshot.settings, RepositorySettings) else RepositorySettings()
    if not may_approve(settings, approval.role, approval.membership):
        line = f"/release approve {version}"
        return role_too_low(settings.approval.role, approval.role, settings, approval.membership, line)
    if approval.by.id in snapshot.excluded:
        record = snapshot.record
        own = record is not None and approval.by.id in (record.requester_id, record.confirmed_by)
        brought = "yes" if snapshot.lifted_by_branch else ""
        return because(Reason.OWN_APPROVAL if own else Reason.PUSHED_TO_BRANCH, version=version, brought=brought)
    return None


def may_approve(settings: RepositorySettings, role: Role, membership: Membership) -> bool:
    """Whether this role, or membership of a team that the settings name, is enough to approve."""
    return role.reaches(settings.approval.role) or membership is Membership.MEMBER


def role_too_low(
    needed: Role, actual: Role, settings: RepositorySettings | None, membership: Membership, line: str
) -> Because:
    """What is missing to do what ``line`` says; ``settings`` where members of teams may as well."""
    teams = " ".join(settings.approval.teams) if settings is not None else ""
    unseen = "yes" if membership is Membership.UNKNOWN else ""
    return because(Reason.ROLE_TOO_LOW, needed=needed, actual=actual, teams=teams, unseen=unseen, line=line)


def _names(given: str, commit: str) -> bool:
    return len(given) >= _SHORTEST_SHA and commit.startswith(given.lower())
