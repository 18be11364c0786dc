"""Commands that wait for their pull request: ``/release VERSION --when-merged``.

What is remembered is the comment itself, unedited; a label on the pull request only leads back to it, so that merges
without one cost nothing. Once it is merged its author is asked for their role again, as for a command just written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.conversation.authority import is_heard, objection
from bot.conversation.grammar import Invocation, parse
from bot.conversation.minutes import Minutes
from bot.conversation.registry import Command, Name, Option
from bot.conversation.talk import Answer
from bot.conversation.understanding import understand
from bot.engine.protocol import NOW, Backoff
from bot.github.comments import list_conversation
from bot.github.errors import describe
from bot.github.facts import Comment, Person, PullRequest, Repository, Role
from bot.github.people import get_role
from bot.github.pulls import find_pull, remove_label
from bot.messages import replies
from bot.messages.markers import marker
from bot.release.audit import Decision
from bot.release.declined import DECLINED, declined_because
from bot.release.reasons import Because, Reason
from bot.release.snapshot import Line, Request, Snapshot
from bot.release.speech import STALENESS
from bot.release.steps import Blocked, Refused
from bot.release.when_merged import LABEL
from bot.release.workbench import Workbench

_IF_IT_STAYS = timedelta(hours=1)
"""How long until another look at a label that we may not take off: whoever may does that, or grants the permission."""

log = structlog.get_logger(__name__)


async def carry_out_remembered(bench: Workbench, number: int) -> timedelta:
    """Carry out what was remembered on the merged pull request ``number``; when to look at the repository again."""
    found = await find_pull(bench.access.read, number)
    if found is None or not found[0].merged:
        await bench.forget_remembered(number, if_old=True)
        return STALENESS / 3
    pull, repository = found
    remembered = _find_remembered(await list_conversation(bench.access.read, number))
    if remembered is not None:
        await _carry_out(bench, repository, pull, remembered)
    try:
        await remove_label(bench.access.speak, number, LABEL)
    except DECLINED as error:
        log.warning("label not removed", pull=number, why=describe(error))
        return _IF_IT_STAYS
    await bench.forget_remembered(number)
    return NOW


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A command that waits for the merge, and the comment that it stands in."""

    author: Person
    comment: Comment
    invocation: Invocation
    command: Command


def _find_remembered(comments: list[Comment]) -> _Remembered | None:
    """The newest command that waits for the merge, as it was typed by a person and stands unedited."""
    for comment in reversed(comments):
        author = comment.author
        if author is None or author.is_bot or comment.minimized or comment.edited_at is not None:
            continue
        read = [(invocation, understand(invocation)) for invocation in parse(comment.body)]
        commands = [(invocation, command) for invocation, command in read if isinstance(command, Command)]
        waiting = [
            (invocation, command)
            for invocation, command in commands
            if command.entry.name is Name.RELEASE and command.find(Option.WHEN_MERGED) is not None
        ]
        if waiting and len(commands) == len(read):
            return _Remembered(author, comment, *waiting[-1])
    return None


async def _carry_out(bench: Workbench, repository: Repository, pull: PullRequest, remembered: _Remembered) -> None:
    """Do what the merge was waited for with, and say what came of it: it was answered already when it was written."""
    author, comment = remembered.author, remembered.comment
    minutes = Minutes(bench.audit, f"comment:{comment.id}:merged", author, comment.url, (remembered.invocation,))
    if pull.locked:
        await minutes.comment(Decision.IGNORED, Reason.THREAD_LOCKED)
        return
    role = minutes.role = await get_role(bench.access.read, author.login, author.id)
    if not is_heard(role):
        await minutes.comment(Decision.UNHEARD, Reason.ROLE_TOO_LOW)
        return
    answer, seen = await _judge(bench, repository, pull, remembered, role)
    await minutes.answered(0, answer, seen)
    if answer.reply is not None:
        mark = marker(replies.REPLY, f"{comment.id} merged")
        await bench.speech.ensure(pull.number, mark, answer.reply.replace(replies.reply_marker(comment.id), mark, 1))


async def _judge(
    bench: Workbench, repository: Repository, pull: PullRequest, remembered: _Remembered, role: Role
) -> tuple[Answer, Snapshot | None]:
    """What to answer, and the release as it was seen last."""
    comment, command = remembered.comment, remembered.command
    line = Line(pull.base_branch)
    sight = await bench.observer.look(line)
    refusal = objection(command, role, await bench.observer.read_settings(sight))
    if refusal is not None:
        return _refuse(refusal, comment), None
    request = Request(command.arguments[0], remembered.author, comment.id, comment.created_at)
    try:
        reached = await bench.request(repository, line, request, sight)
    except DECLINED as error:
        return _refuse(declined_because(error), comment), None
    made, record = reached.snapshot.pull, reached.snapshot.record
    if isinstance(reached.step, Refused | Blocked) and not reached.opened:
        return _refuse(reached.step.reason, comment), reached.snapshot
    if made is None or record is None:
        raise Backoff(STALENESS / 3, "the release pull request does not show yet")
    mine = record.comment_id == comment.id
    render = replies.render_opened if mine else replies.render_already
    return Answer("rocket", render(made, record.version, comment.id)), reached.snapshot


def _refuse(reason: Because, comment: Comment) -> Answer:
    return Answer("-1", replies.render_refusal(reason, comment.id), reason.code)
