"""Commands that wait for their pull request: ``/release VERSION --when-merged``.

What is remembered is the comment itself, unedited; a label on the pull request only leads back to it, so that merges
without one cost nothing. Once it is merged its author is asked for their role again, as for a command just written.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.conversation.authority import is_heard, objection
from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name, Option
from bot.conversation.understanding import understand
from bot.engine.protocol import NOW
from bot.github.comments import list_conversation
from bot.github.errors import describe
from bot.github.facts import Comment, Person, PullRequest, Repository
from bot.github.people import get_role
from bot.github.pulls import find_pull, remove_label
from bot.messages import replies
from bot.messages.markers import marker
from bot.release.declined import DECLINED, declined_because
from bot.release.reasons import Reason
from bot.release.snapshot import Line, Request
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
    if remembered is not None and not pull.locked:
        author, comment, command = remembered
        text = await _carry_out(bench, repository, pull, author, comment, command)
        if text is not None:
            # The command was answered when it was written; this is the second answer to it.
            mark = marker(replies.REPLY, f"{comment.id} merged")
            await bench.speech.ensure(number, mark, text.replace(replies.reply_marker(comment.id), mark, 1))
    try:
        await remove_label(bench.access.speak, number, LABEL)
    except DECLINED as error:
        log.warning("label not removed", pull=number, why=describe(error))
        return _IF_IT_STAYS
    await bench.forget_remembered(number)
    return NOW


def _find_remembered(comments: list[Comment]) -> tuple[Person, Comment, Command] | None:
    """The newest command that waits for the merge, as it was typed by a person and stands unedited."""
    for comment in reversed(comments):
        author = comment.author
        if author is None or author.is_bot or comment.minimized or comment.edited_at is not None:
            continue
        read = [understand(invocation) for invocation in parse(comment.body)]
        commands = [command for command in read if isinstance(command, Command)]
        waiting = [
            command
            for command in commands
            if command.entry.name is Name.RELEASE and command.find(Option.WHEN_MERGED) is not None
        ]
        if waiting and len(commands) == len(read):
            return author, comment, waiting[-1]
    return None


async def _carry_out(
    bench: Workbench, repository: Repository, pull: PullRequest, author: Person, comment: Comment, command: Command
) -> str | None:
    """What to say of it; None to somebody who is not answered in words any more."""
    role = await get_role(bench.access.read, author.login, author.id)
    if not is_heard(role):
        log.info("command refused", reason=Reason.ROLE_TOO_LOW, actor=author.id, role=role)
        return None
    line = Line(pull.base_branch)
    sight = await bench.observer.look(line)
    refusal = objection(command, role, await bench.observer.read_settings(sight))
    if refusal is not None:
        return replies.render_refusal(refusal, comment.id)
    request = Request(command.arguments[0], author, comment.id, comment.created_at)
    try:
        reached = await bench.request(repository, line, request, sight)
    except DECLINED as error:
        return replies.render_refusal(declined_because(error), comment.id)
    made, record = reached.snapshot.pull, reached.snapshot.record
    if isinstance(reached.step, Refused | Blocked) and not reached.opened:
        return replies.render_refusal(reached.step.reason, comment.id)
    if made is None or record is None:
        return None
    if record.comment_id != comment.id:
        return replies.render_already(made, record.version, comment.id)
    return replies.render_opened(made, record.version, comment.id)
