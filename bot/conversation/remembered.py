"""Commands that wait for their pull request: ``/release VERSION --when-merged``.

What is remembered is the comment itself, unedited; a label on the pull request only leads back to it, so that merges
without one cost nothing. Once it is merged its author is asked for their role again, as for a command just written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.conversation.aiming import Aim
from bot.conversation.authority import is_heard, objection
from bot.conversation.grammar import Invocation, parse
from bot.conversation.minutes import Minutes
from bot.conversation.registry import Command, Name, Option
from bot.conversation.talk import Answer, find_aim
from bot.conversation.understanding import Misunderstood, understand
from bot.engine.protocol import NOW, Backoff
from bot.github.comments import list_conversation
from bot.github.errors import describe
from bot.github.facts import Comment, Person, PullRequest, Repository, Role
from bot.github.people import get_role
from bot.github.pulls import find_pull, remove_label
from bot.github.repositories import contains
from bot.messages import replies
from bot.messages.markers import find_marked, marker
from bot.release.audit import Decision
from bot.release.declined import DECLINED, declined_because
from bot.release.reasons import Because, Reason
from bot.release.reconcile import find_refusal
from bot.release.sight import Sight
from bot.release.snapshot import Line, Request, Snapshot
from bot.release.speech import STALENESS
from bot.release.when_merged import LABEL
from bot.release.workbench import Workbench

_MOST_PEOPLE = 10
"""Of how many people the role is asked for one merge: of those, newest first, whose commands wait for it."""

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
    await _carry_out(bench, repository, pull, await list_conversation(bench.access.read, number))
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


def _list_remembered(comments: list[Comment], bot_id: int) -> list[_Remembered]:
    """The commands that wait for the merge, newest first, each as it was typed by a person and stands unedited.

    One that we have answered was carried out: whoever puts the label back brings nobody's command back.
    """
    found = []
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
        if not waiting or len(commands) < len(read):
            continue
        if find_marked(comments, _mark(comment), bot_id) is not None:
            break
        found.append(_Remembered(author, comment, *waiting[-1]))
    return found


def _mark(comment: Comment) -> str:
    """The marker of our answer to what waited for the merge; another one answered when it was written."""
    return marker(replies.REPLY, f"{comment.id} merged")


async def _carry_out(bench: Workbench, repository: Repository, pull: PullRequest, comments: list[Comment]) -> None:
    """Do what the merge was waited for with, and say what came of it.

    The newest command by somebody who may is the one that counts. Everybody can write one below it, and must not be able to
    call it off with that.
    """
    refused: tuple[_Remembered, Minutes, Answer] | None = None
    asked: dict[int, Role] = {}
    for remembered in _list_remembered(comments, bench.app.bot.id):
        author, comment = remembered.author, remembered.comment
        if author.id not in asked and len(asked) == _MOST_PEOPLE:
            break
        minutes = Minutes(bench.audit, f"comment:{comment.id}:merged", author, comment.url, (remembered.invocation,))
        if pull.locked:
            await minutes.comment(Decision.IGNORED, Reason.THREAD_LOCKED)
            return
        if author.id not in asked:
            asked[author.id] = await get_role(bench.access.read, author.login, author.id)
        role = minutes.role = asked[author.id]
        if not is_heard(role):
            await minutes.comment(Decision.UNHEARD, Reason.ROLE_TOO_LOW)
            continue
        sight = await bench.observer.look(Line(pull.base_branch))
        refusal = objection(remembered.command, role, await bench.observer.read_settings(sight))
        if refusal is None:
            await _expect_merge(bench, pull, sight)
            aim = await find_aim(bench, remembered.command, pull.base_branch, sight)
            answer, seen = await _ask(bench, repository, pull, aim, remembered, sight)
            await _say(bench, pull, remembered, await minutes.answered(0, answer, seen))
            return
        refused = refused or (remembered, minutes, _refuse(refusal, comment))
    if refused is not None:
        remembered, minutes, answer = refused
        await _say(bench, pull, remembered, await minutes.answered(0, answer))


async def _expect_merge(bench: Workbench, pull: PullRequest, sight: Sight) -> None:
    """That what was seen of the base has what was waited for: a release without it is not what was asked for.

    Raises:
        Backoff: it was merged a moment ago, and the base does not show that yet.
    """
    if pull.merged_at is None or not bench.is_recent(pull.merged_at):
        return
    head, commit = await sight.find_branch(pull.base_branch), pull.merge_commit
    if commit is None or head is None or (head != commit and not await contains(bench.access.read, head, commit)):
        raise Backoff(STALENESS / 3, "the base does not show yet what was merged")


async def _say(bench: Workbench, pull: PullRequest, remembered: _Remembered, answer: Answer) -> None:
    """Say what came of it, beside the answer to the comment when it was written."""
    if answer.reply is not None:
        comment, mark = remembered.comment, _mark(remembered.comment)
        await bench.speech.ensure(pull.number, mark, answer.reply.replace(replies.reply_marker(comment.id), mark, 1))


async def _ask(
    bench: Workbench,
    repository: Repository,
    pull: PullRequest,
    aim: Aim | Misunderstood | Because,
    remembered: _Remembered,
    sight: Sight,
) -> tuple[Answer, Snapshot | None]:
    """Ask for the release; what to answer, and the release as it was seen last."""
    comment, command = remembered.comment, remembered.command
    if isinstance(aim, Misunderstood):
        return Answer("confused", replies.render_misunderstood(aim, comment.id)), None
    if isinstance(aim, Because):
        return _refuse(aim, comment), None
    request = Request(command.arguments[0], remembered.author, comment.id, comment.created_at, thread=pull.number)
    try:
        # What was seen is that of the package at the top.
        seen = sight if aim.line.package is None else None
        reached = await bench.request(repository, aim.line, request, seen)
    except DECLINED as error:
        return _refuse(declined_because(error).about(aim.package), comment), None
    made, record = reached.snapshot.pull, reached.snapshot.record
    refusal = find_refusal(reached, comment.id)
    if refusal is not None:
        return _refuse(refusal.about(aim.package), comment), reached.snapshot
    if made is None or record is None:
        raise Backoff(STALENESS / 3, "the release pull request does not show yet")
    mine = record.comment_id == comment.id
    render = replies.render_opened if mine else replies.render_already
    version = record.version if aim.package is None else f"{aim.package} {record.version}"
    return Answer("rocket", render(made, version, comment.id)), reached.snapshot


def _refuse(reason: Because, comment: Comment) -> Answer:
    return Answer("-1", replies.render_refusal(reason, comment.id), reason.code)
