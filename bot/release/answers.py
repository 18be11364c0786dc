"""Reading the answers to an approval prompt: who typed ``approve``, and what they may do at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.authority import objection
from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name
from bot.conversation.understanding import find_late_approval, understand
from bot.github.access import Access
from bot.github.client import Session
from bot.github.comments import find_comment
from bot.github.facts import Comment, Membership, PullRequest, Role
from bot.github.people import find_membership, get_role
from bot.messages.markers import find_marked
from bot.messages.prompts import prompt_marker
from bot.release.approvals import may_approve, may_be_asked_first
from bot.release.observe_branch import BranchReader
from bot.release.record import Record
from bot.release.runs import is_answered
from bot.release.sight import Sight
from bot.release.snapshot import Approval, Snapshot
from bot.release.views import find_shown_run
from bot.settings.repository import RepositorySettings
from bot.versions import find_package


async def hear(
    access: Access,
    branch: BranchReader,
    snapshot: Snapshot,
    sight: Sight,
    pull: PullRequest,
    record: Record,
    key: str,
) -> Snapshot:
    """The prompt and the answers to it, when an approval bound to ``key`` is, or may be, what comes next."""
    if pull.locked or not _may_ask(snapshot):
        # Nothing acts in a locked thread.
        return snapshot
    settings = snapshot.settings if isinstance(snapshot.settings, RepositorySettings) else RepositorySettings()
    thread = await sight.get_thread(pull)
    comments = thread.comments
    # Anyone with write access can edit a comment of ours into a prompt; we never edit one.
    as_posted = [comment for comment in comments if comment.edited_at is None]
    prompt = find_marked(as_posted, prompt_marker(snapshot, key), snapshot.app.bot.id)
    snapshot = replace(snapshot, comments=comments, prompt=prompt)
    known = record.asked.at if record.asked is not None and record.asked.key == key else None
    moments = [moment for moment in (known, prompt.created_at if prompt else None) if moment is not None]
    if not moments or _has_answered(snapshot):
        return snapshot
    asked_at = max(moments)
    snapshot = await branch.with_history(snapshot, pull)
    # GitHub tells whole seconds only; within one of them the ids tell what came after the prompt.
    asked_as = prompt.id if prompt else 0
    given = [comment for comment in comments if comment.created_at >= asked_at and comment.id > asked_as]
    # Those that were not read are the oldest: whether any came after the prompt is known unless none was read before it.
    unread = not thread.complete and all(comment.created_at >= asked_at for comment in comments)
    given = [comment for comment in given if _is_about(comment.body, snapshot)]
    approvals = await list_approvals(access, given, settings)
    return replace(snapshot, approvals=approvals, answers_unread=unread)


def _is_about(body: str, snapshot: Snapshot) -> bool:
    """Whether no command of a comment names another package than the one that is released here: it was refused as a whole.

    One that names no package is about this one.
    """
    named = [command.package for command in _list_commands(body) if command.package is not None]
    project = snapshot.project
    return not named or (project is not None and all(find_package([project.place], name) for name in named))


def _has_answered(snapshot: Snapshot) -> bool:
    """Whether our gate is open for all that waits there, so that nobody's approval is needed any more."""
    ours, guards = find_shown_run(snapshot), snapshot.environment
    return ours is not None and guards is not None and is_answered(ours, guards.name, snapshot.app.bot.id)


def _may_ask(snapshot: Snapshot) -> bool:
    return may_be_asked_first(snapshot.settings, snapshot.record) or snapshot.gate.ours or snapshot.gate.reviewed


async def list_approvals(
    access: Access, comments: Iterable[Comment], settings: RepositorySettings
) -> tuple[Approval, ...]:
    """Every ``approve`` command in ``comments`` by a person, with the role asked now (each person once).

    Whether somebody is in a team that may approve is asked only of those whose role is heard and not enough.
    """
    session, teams = access.read, settings.approval.teams
    roles: dict[int, Role] = {}
    memberships: dict[int, Membership] = {}
    found = []
    for comment in comments:
        author = comment.author
        if author is None or author.is_bot or comment.minimized:
            continue
        commands = _list_commands(comment.body)
        for arguments in (command.arguments for command in commands if _approves(command)):
            if author.id not in roles:
                role = roles[author.id] = await get_role(session, author.login, author.id)
                memberships[author.id] = Membership.NONE
                if teams and role.reaches(Role.TRIAGE) and not role.reaches(settings.approval.role):
                    owner = access.repository.owner
                    memberships[author.id] = await find_membership(access.members, owner, teams, author.login)
            role, membership = roles[author.id], memberships[author.id]
            # What counts for nothing is not looked at closely: anybody may write any number of these.
            if may_approve(settings, role, membership) and not await _stands_as_typed(session, comment):
                break
            # One line that its author may not give voids all of them, as they were told.
            if any(objection(command, role, settings, membership) for command in commands if not _approves(command)):
                break
            version, commit = arguments[0], arguments[1] if len(arguments) > 1 else None
            found.append(Approval(comment, author, role, version, commit, membership))
    return tuple(found)


async def _stands_as_typed(session: Session, comment: Comment) -> bool:
    """Whether a comment still says what was read, and a person typed it: an App can write in somebody's name."""
    now = await find_comment(session, comment.id)
    return now is not None and now.body == comment.body and not now.by_app


def _approves(command: Command) -> bool:
    return command.entry.name is Name.APPROVE


def _list_commands(body: str) -> list[Command]:
    """The commands of a comment in which an approval counts: it is all-or-nothing, so one bad line voids it."""
    commands = [understand(invocation) for invocation in parse(body)]
    understood = [command for command in commands if isinstance(command, Command)]
    voided = len(understood) < len(commands) or find_late_approval(understood) is not None
    return [] if voided else understood
