"""Reading the answers to an approval prompt: who typed ``approve``, and what they may do at this moment."""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversation.authority import objection
from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name
from bot.conversation.understanding import find_late_approval, understand
from bot.github.access import Access
from bot.github.client import Session
from bot.github.comments import find_comment
from bot.github.facts import Comment, Membership, Role
from bot.github.people import find_membership, get_role
from bot.release.approvals import may_approve
from bot.release.snapshot import Approval
from bot.settings.repository import RepositorySettings


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
