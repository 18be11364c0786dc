"""Carrying out the commands of one comment, in the lane of its repository.

Permission is asked first. Below triage one thumbs-down answers, without a word. From triage up eyes come at once, and at
the end exactly one of rocket (done), confused (not understood) or thumbs-down (refused, with a sentence). A comment that
is handled twice, after a crash, says the same once: reactions and marked replies are found again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from bot.conversation import approving, proposing, steering, telling
from bot.conversation.authority import is_heard, objection
from bot.conversation.grammar import Invocation, find_unreadable, parse
from bot.conversation.minutes import Minutes
from bot.conversation.misplaced import find_misplaced
from bot.conversation.registry import Command, Name, Who
from bot.conversation.standing import find_fallen
from bot.conversation.strangers import Strangers
from bot.conversation.talk import Answer, Place, Talk
from bot.conversation.understanding import Misunderstood, find_late_approval, understand
from bot.engine.protocol import NOW, Backoff
from bot.github.comments import Reacting, Reaction, react, react_to_node
from bot.github.errors import PermissionMissing, describe
from bot.github.facts import PullRequest, Repository, Role
from bot.github.people import find_membership, get_role
from bot.github.pulls import find_pull
from bot.github.repositories import is_issue_locked
from bot.intake.command import CommandDelivery
from bot.messages import replies
from bot.messages.buttons import RECHECK
from bot.messages.markers import marker
from bot.release.audit import Cause, Decision
from bot.release.declined import DECLINED, declined_because
from bot.release.reasons import Because, Reason, because
from bot.release.snapshot import Line, home_line, is_astray
from bot.release.speech import STALENESS
from bot.release.tag_only import name_check
from bot.release.workbench import Workbench
from bot.settings.repository import RepositorySettings

log = structlog.get_logger(__name__)

Handler: TypeAlias = Callable[[Talk, Command, Place], Awaitable[Answer]]

HANDLERS: Final[Mapping[Name, Handler]] = {
    Name.RELEASE: proposing.release,
    Name.RECREATE: proposing.recreate,
    Name.APPROVE: approving.approve,
    Name.REJECT: approving.reject,
    Name.HOLD: steering.hold,
    Name.UNHOLD: steering.unhold,
    Name.CANCEL: steering.cancel,
    Name.MERGE: steering.merge,
    Name.NOTES: telling.notes,
    Name.SET_NOTES: steering.set_notes,
    Name.STATUS: telling.status,
    Name.HELP: telling.help_,
}
"""What each registered command does."""


class Conversation:
    """Answers one comment."""

    def __init__(self, bench: Workbench, comment: CommandDelivery, strangers: Strangers) -> None:
        self._bench, self._comment, self._strangers = bench, comment, strangers
        self._talk = Talk(bench, comment)
        self._is_new = False
        self._below: Invocation | None = None

    async def carry_out(self) -> timedelta | None:
        """Carry out every command of the comment, or none when one of them is not understood.

        Returns:
            When to look at the repository again, or None: a command takes its release as far as it goes, and what
            somebody may not ask for moves nothing. A stranger's command costs two requests and no more, and after a few
            of them none.
        """
        unreadable = find_unreadable(self._comment.body)
        invocations = (unreadable,) if unreadable else parse(self._comment.body)
        comment, self._below = self._comment, _find_below(self._comment.body, invocations)
        minutes = Minutes(self._bench.audit, comment.natural_key, comment.author, comment.url, invocations, self._below)
        try:
            if invocations:
                await self._carry_out(invocations, minutes)
            elif self._below is not None:
                await self._hint(self._below, minutes)
            else:
                return None
        except PermissionMissing as missing:
            await self._say_missing(missing, minutes)
            return NOW
        return self._talk.look_again

    async def apologise(self, delivery: str) -> None:
        """Say that it was given up, and how whoever runs the bot finds it."""
        author = self._comment.author
        if not is_heard(await get_role(self._bench.access.read, author.login, author.id)):
            return
        if await self._find_place() is not None:
            comment = self._comment
            # A marker of its own: should the command be taken up again, it gets its answer all the same.
            mark = marker(replies.REPLY, f"{comment.comment_id} given up")
            reply = replies.render_given_up(delivery, mark)
            await self._bench.speech.answer(comment.issue_number, self._talk.thread, mark, reply, None)
            await self._react("confused")

    async def _carry_out(self, invocations: tuple[Invocation, ...], minutes: Minutes) -> None:
        role = await self._find_role(minutes, "-1")
        if role is None:
            return
        self._bench.speech.expect_answer()
        place = await self._find_place()
        if place is None:
            await minutes.comment(Decision.IGNORED, Reason.THREAD_LOCKED)
            return
        if self._comment.button == RECHECK.identifier:
            # Looking again is nothing that could be meant for something else, and what comes of it shows by itself.
            await minutes.rest(Decision.ALLOWED, Cause.DONE)
            self._talk.look_again = NOW
            return
        fallen = await find_fallen(self._talk, place)
        if fallen is not None and fallen.get("how") == "deleted":
            await minutes.rest(Decision.IGNORED, Cause.COMMENT_GONE)
            return
        # Everything that is said about a comment is said after the eyes: while those are new, nothing was.
        self._is_new = await self._react("eyes")
        if fallen is not None:
            await minutes.rest(Decision.REFUSED, fallen.code)
            await self._answer(self._talk.refuse(fallen))
            return
        commands = await self._understand(invocations, role, place, minutes)
        answers = [commands] if isinstance(commands, Answer) else await self._carry_out_all(commands, minutes)
        await minutes.rest(Decision.VOIDED, Cause.ANOTHER_LINE)
        if self._below is not None:
            await minutes.hinted()
        await self._answer(self._together(answers))

    async def _find_role(self, minutes: Minutes, unheard: Reaction | None = None) -> Role | None:
        """The role of the author; None when they are not heard, which a reaction may tell, and after a few times nothing."""
        author, comment = self._comment.author, self._comment.natural_key
        who = (self._bench.access.repository.id, author.id)
        if self._strangers.are_too_many(*who, comment):
            if self._strangers.is_news(*who):
                await minutes.comment(Decision.IGNORED, Cause.TOO_MANY)
            else:
                minutes.count(Decision.IGNORED, Cause.TOO_MANY)
            return None
        role = minutes.role = await get_role(self._bench.access.read, author.login, author.id)
        if is_heard(role):
            return role
        self._strangers.note(*who, comment)
        await minutes.comment(Decision.UNHEARD, Reason.ROLE_TOO_LOW)
        if unheard is not None:
            await self._react(unheard)
        return None

    async def _hint(self, below: Invocation, minutes: Minutes) -> None:
        """Say where commands are read from, to those who are answered at all: the line was meant as one, perhaps."""
        if await self._find_role(minutes) is not None and await self._find_place() is not None:
            await minutes.hinted()
            reply = replies.render_misplaced(below.line, self._comment.comment_id)
            await self._answer(Answer("confused", reply))

    async def _understand(
        self, invocations: tuple[Invocation, ...], role: Role, place: Place, minutes: Minutes
    ) -> list[tuple[Command, Place]] | Answer:
        """The commands of a comment, each with the line it is about, or why none of them is carried out.

        One that is not understood, not allowed or about nobody knows which package voids all.
        """
        commands: list[Command] = []
        for index, invocation in enumerate(invocations):
            command = understand(invocation)
            if isinstance(command, Misunderstood):
                reply = replies.render_misunderstood(command, self._comment.comment_id)
                return await minutes.answered(index, Answer("confused", reply))
            commands.append(command)
        for index, command in enumerate(commands):
            refusal = await self._object(command, role, place)
            if refusal is not None:
                return await minutes.answered(index, self._talk.refuse(refusal))
        late = find_late_approval(commands)
        if late is not None:
            reason = because(Reason.APPROVED_BEHIND, line=commands[late].line)
            return await minutes.answered(late, self._talk.refuse(reason))
        aimed = []
        for index, command in enumerate(commands):
            there = await self._find_aim(command, place)
            if isinstance(there, Answer):
                return await minutes.answered(index, there)
            aimed.append((command, there))
        return aimed

    async def _find_aim(self, command: Command, place: Place) -> Place | Answer:
        try:
            return await self._talk.find_aim(command, await self._talk.find_tagged(command, place))
        except DECLINED as error:
            log.warning("command not aimed", command=command.entry.name, detail=str(error))
            self._talk.look_again = NOW
            return self._talk.refuse(declined_because(error))

    async def _object(self, command: Command, role: Role, place: Place) -> Because | None:
        """Why the author may not do this, by the settings as they are now; None when they may."""
        if command.entry.who is Who.ASK:
            return None
        settings = await self._talk.get_settings(place)
        refusal = objection(command, role, settings)
        if refusal is None or command.entry.who is not Who.APPROVE or not isinstance(settings, RepositorySettings):
            return refusal
        if not settings.approval.teams:
            return refusal
        access = self._bench.access
        owner, login = access.repository.owner, self._comment.author.login
        membership = await find_membership(access.members, owner, settings.approval.teams, login)
        return objection(command, role, settings, membership)

    async def _carry_out_all(self, commands: list[tuple[Command, Place]], minutes: Minutes) -> list[Answer]:
        """Carry out one command after the other, up to the first that is refused."""
        answers: list[Answer] = []
        pull = commands[0][1].release_pull if commands else None
        if pull is not None and is_astray(pull):
            # What was seen is that of the line it was made for.
            self._talk.take_sight()
        for index, (command, place) in enumerate(commands):
            self._talk.package = place.package
            there = place.as_seen(self._talk.seen)
            answer = await minutes.answered(index, await self._try(command, there), self._talk.seen)
            answers.append(answer)
            if answer.reaction != "rocket":
                break
        return answers

    def _together(self, answers: list[Answer]) -> Answer:
        """One reaction and at most one reply, however many commands the comment has.

        The reaction is that of the commands that were read; one further down has a sentence in the reply.
        """
        said = [answer.reply for answer in answers if answer.reply is not None]
        reply = replies.render_together(said, self._comment.comment_id) if len(said) > 1 else next(iter(said), None)
        if self._below is not None:
            reply = replies.render_passed_over(self._below.line, reply, self._comment.comment_id)
        return Answer(answers[-1].reaction, reply)

    async def _try(self, command: Command, place: Place) -> Answer:
        try:
            return await HANDLERS[command.entry.name](self._talk, command, place)
        except DECLINED as error:
            log.warning("command declined by GitHub", command=command.entry.name, detail=str(error))
            self._talk.look_again = NOW
            return self._talk.refuse(declined_because(error))

    async def _say_missing(self, missing: PermissionMissing, minutes: Minutes) -> None:
        """Say, where that is still permitted, which permission kept the command from being looked at."""
        log.warning("command not looked at", why=describe(missing), detail=str(missing))
        await minutes.rest(Decision.REFUSED, Reason.PERMISSION_MISSING)
        try:
            if not await is_issue_locked(self._bench.access.read, self._comment.issue_number):
                await self._answer(self._talk.refuse(declined_because(missing)))
        except PermissionMissing as mute:
            log.warning("command not answered", why=describe(mute), detail=str(mute))

    async def _find_place(self) -> Place | None:
        """None when the thread is locked, where nothing acts."""
        bench, number = self._bench, self._comment.issue_number
        note = await bench.tags.find_note(number)
        # A release that is talked about here comes along.
        lines = [bench.hints.usual] if note is None else [note.line, bench.hints.usual]
        check = (note.commit, name_check(note.tag)) if note is not None else None
        sight = await bench.observer.look(*dict.fromkeys(lines), thread=number, check=check)
        thread = sight.thread
        if thread is None:
            return await self._find_hidden_place()
        if thread.locked:
            return None
        self._talk.thread = thread.node_id
        repository = await sight.get_repository()
        place = self._get_place(repository, thread.pull)
        if sight.has_seen(place.line):
            self._talk.sight = sight
        return place

    async def _find_hidden_place(self) -> Place | None:
        """The same, where one look did not tell: each part then says by itself which permission it needs."""
        bench, comment = self._bench, self._comment
        if not comment.is_pull:
            if await is_issue_locked(bench.access.read, comment.issue_number):
                return None
            return self._get_place(await bench.observer.get_repository(), None)
        found = await find_pull(bench.access.read, comment.issue_number)
        if found is None and bench.is_recent(comment.created_at):
            # Somebody commented on it, so it is there: GitHub only does not show it to us yet.
            raise Backoff(STALENESS / 3, "the pull request of the command does not show yet")
        if found is None or found[0].locked:
            return None
        pull, repository = found
        return self._get_place(repository, pull)

    def _get_place(self, repository: Repository, pull: PullRequest | None) -> Place:
        self._bench.hints.usual = Line(repository.default_branch)
        if pull is None:
            return Place(repository, Line(repository.default_branch), None, is_release_pull=False)
        own = self._bench.observer.is_own(repository, pull)
        line = home_line(repository, pull) if own else Line(pull.base_branch)
        return Place(repository, line, pull, is_release_pull=own)

    async def _answer(self, answer: Answer) -> None:
        comment, reply = self._comment, answer.reply
        if comment.source == "button":
            reply = replies.render_pressed(comment.author.login, comment.button, reply, comment.comment_id)
            # What is shown of a hold names who pressed the button, which only this comment tells.
            self._talk.look_again = NOW
        reacting = None if comment.source == "button" else Reacting(comment.node_id, answer.reaction)
        mark, said = replies.reply_marker(comment.comment_id), () if self._is_new else None
        speech, thread = self._bench.speech, self._talk.thread
        left = await speech.answer(comment.issue_number, thread, mark, reply, reacting, said)
        if left is not None:
            await self._react(left)

    async def _react(self, reaction: Reaction) -> bool:
        """React to the comment; True if we certainly had not before."""
        speak = self._bench.access.speak
        if self._comment.source == "button":
            return False
        try:
            if self._comment.source == "comment":
                return await react(speak, self._comment.comment_id, reaction)
            await react_to_node(speak, self._comment.node_id, reaction)
        except DECLINED as error:
            # A courtesy: the comment may be gone, and reactions alone need the permission for issues.
            log.warning("no reaction", reaction=reaction, detail=str(error))
        return False


def _find_below(body: str, invocations: tuple[Invocation, ...]) -> Invocation | None:
    """A command line below those that are read. What stands below a text that was asked for is that text."""
    meant = [understand(invocation) for invocation in invocations]
    if any(isinstance(command, Command) and command.entry.name is Name.SET_NOTES for command in meant):
        return None
    found = find_misplaced(body)
    return found if found is not None and isinstance(understand(found), Command) else None
