"""Carrying out the commands of one comment, in the lane of its repository.

Permission is asked first. Below triage one thumbs-down answers, without a word. From triage up eyes come at once, and at
the end exactly one of rocket (done), confused (not understood) or thumbs-down (refused, with a sentence). A comment that
is handled twice, after a crash, says the same once: reactions and marked replies are found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.conversation.authority import is_heard, objection
from bot.conversation.grammar import Invocation, find_unreadable, parse
from bot.conversation.registry import REGISTRY, Command, Misunderstood, Name, understand
from bot.engine.protocol import NOW, Backoff
from bot.github.comments import Reaction, find_comment, react, react_to_node
from bot.github.errors import PermissionMissing, describe
from bot.github.facts import PullRequest, Repository, Role
from bot.github.people import get_role
from bot.github.pulls import find_pull
from bot.github.repositories import is_issue_locked
from bot.intake.command import CommandDelivery
from bot.messages import replies
from bot.messages.turns import headline, turn
from bot.release import approvals
from bot.release.declined import DECLINED, declined_because
from bot.release.reasons import Because, Reason, because
from bot.release.reconcile import Reached
from bot.release.snapshot import Line, Request, Snapshot, home_line, is_astray
from bot.release.speech import STALENESS
from bot.release.steps import AwaitApproval, AwaitReviewers, Blocked, End, Refused
from bot.release.views import find_shown_run
from bot.release.workbench import Workbench

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: a reaction, and a reply where words are needed."""

    reaction: Reaction
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command was typed: its line, the pull request if it is one, and whether that is a release PR of ours."""

    repository: Repository
    line: Line
    pull: PullRequest | None
    is_release_pull: bool


class Conversation:
    """Answers one comment."""

    def __init__(self, bench: Workbench, comment: CommandDelivery) -> None:
        self._bench, self._comment = bench, comment
        self._look_again: timedelta | None = None
        self._is_new = False

    async def carry_out(self) -> timedelta | None:
        """Carry out every command of the comment, or none when one of them is not understood.

        Returns:
            When to look at the repository again, or None: a command takes its release as far as it goes, and what
            somebody may not ask for moves nothing. A stranger's command costs two requests and no more.
        """
        unreadable = find_unreadable(self._comment.body)
        invocations = (unreadable,) if unreadable else parse(self._comment.body)
        if not invocations:
            return None
        try:
            await self._carry_out(invocations)
        except PermissionMissing as missing:
            await self._say_missing(missing)
            return NOW
        return self._look_again

    async def _carry_out(self, invocations: tuple[Invocation, ...]) -> None:
        read, author = self._bench.access.read, self._comment.author
        role = await get_role(read, author.login, author.id)
        if not is_heard(role):
            log.info("command refused", reason=Reason.ROLE_TOO_LOW, actor=author.id, role=role)
            await self._react("-1")
            return
        place = await self._find_place()
        if place is None:
            return
        # Everything that is said about a comment is said after the eyes: while those are new, nothing was.
        self._is_new = await self._react("eyes")
        commands = self._understand(invocations, role)
        answers = [commands] if isinstance(commands, Answer) else await self._carry_out_all(commands, place)
        await self._answer(self._together(answers))

    def _understand(self, invocations: tuple[Invocation, ...], role: Role) -> list[Command] | Answer:
        """The commands of a comment, or why none of them is carried out: one that is not understood or not allowed voids all."""
        commands: list[Command] = []
        for invocation in invocations:
            command = understand(invocation)
            if isinstance(command, Misunderstood):
                return Answer("confused", replies.render_misunderstood(command, self._comment.comment_id))
            refusal = objection(command, role)
            if refusal is not None:
                return self._refuse(refusal)
            commands.append(command)
        return commands

    async def _carry_out_all(self, commands: list[Command], place: Place) -> list[Answer]:
        """Carry out one command after the other, up to the first that is refused."""
        answers: list[Answer] = []
        for command in commands:
            answer = await self._try(command, place)
            actor = self._comment.author.id
            log.info("command answered", command=command.entry.name, actor=actor, answer=answer.reaction)
            answers.append(answer)
            if answer.reaction != "rocket":
                break
        return answers

    def _together(self, answers: list[Answer]) -> Answer:
        """One reaction and at most one reply, however many commands the comment has."""
        said = [answer.reply for answer in answers if answer.reply is not None]
        reply = replies.render_together(said, self._comment.comment_id) if len(said) > 1 else next(iter(said), None)
        return Answer(answers[-1].reaction, reply)

    async def _try(self, command: Command, place: Place) -> Answer:
        try:
            match command.entry.name:
                case Name.RELEASE:
                    return await self._release(command.arguments[0], place)
                case Name.APPROVE:
                    return await self._approve(command.arguments, place)
                case Name.STATUS:
                    return await self._status(place)
                case Name.HELP:
                    return await self._help(place)
        except DECLINED as error:
            log.warning("command declined by GitHub", command=command.entry.name, detail=str(error))
            self._look_again = NOW
            return self._refuse(declined_because(error))

    async def _say_missing(self, missing: PermissionMissing) -> None:
        """Say, where that is still permitted, which permission kept the command from being looked at."""
        log.warning("command not looked at", why=describe(missing), detail=str(missing))
        try:
            if not await is_issue_locked(self._bench.access.read, self._comment.issue_number):
                await self._answer(self._refuse(declined_because(missing)))
        except PermissionMissing as mute:
            log.warning("command not answered", why=describe(mute), detail=str(mute))

    async def _find_place(self) -> Place | None:
        """None when the thread is locked, where nothing acts."""
        bench, comment = self._bench, self._comment
        if not comment.is_pull:
            if await is_issue_locked(bench.access.read, comment.issue_number):
                return None
            repository = await bench.observer.get_repository()
            return Place(repository, Line(repository.default_branch), None, is_release_pull=False)
        found = await find_pull(bench.access.read, comment.issue_number)
        if found is None and bench.is_recent(comment.created_at):
            # Somebody commented on it, so it is there: GitHub only does not show it to us yet.
            raise Backoff(STALENESS / 3, "the pull request of the command does not show yet")
        if found is None or found[0].locked:
            return None
        pull, repository = found
        own = bench.observer.is_own(repository, pull)
        line = home_line(repository, pull) if own else Line(pull.base_branch)
        return Place(repository, line, pull, is_release_pull=own)

    async def _release(self, version: str, place: Place) -> Answer:
        comment = self._comment
        pull = place.pull if place.is_release_pull else None
        # In the thread of one that was pointed elsewhere a release is asked for anew.
        on_release_pull = pull is not None and pull.is_open and not is_astray(pull)
        request = Request(
            version, comment.author, comment.comment_id, comment.created_at, on_release_pull=on_release_pull
        )
        reached = self._rest(await self._bench.request(place.repository, place.line, request))
        if isinstance(reached.step, Refused | Blocked) and not reached.opened:
            return self._refuse(reached.step.reason)
        return self._opened(reached, place)

    def _opened(self, reached: Reached, place: Place) -> Answer:
        pull, record = reached.snapshot.pull, reached.snapshot.record
        if pull is None or record is None:
            raise Backoff(STALENESS, "the release pull request does not show yet")
        mine = record.comment_id == self._comment.comment_id
        if record.is_confirmed(pull.head_sha) and record.confirmed_by == self._comment.author.id and not mine:
            return Answer("rocket", replies.render_confirmed(pull, record.version, self._comment.comment_id))
        if mine and place.pull is not None and place.pull.number == pull.number:
            return Answer("rocket")
        if not mine:
            return Answer("rocket", replies.render_already(pull, record.version, self._comment.comment_id))
        without = place.pull is not None and place.pull.is_open
        return Answer("rocket", replies.render_opened(pull, record.version, self._comment.comment_id, without=without))

    async def _approve(self, arguments: tuple[str, ...], place: Place) -> Answer:
        """Judge this very comment as the release loop will, then let the loop go on: approving *is* the comment."""
        if not place.is_release_pull or place.pull is None:
            newest = await self._newest(place)
            number = newest.number if newest else ""
            return self._refuse(because(Reason.NOT_A_RELEASE_PULL, number=number, version=arguments[0]))
        if self._comment.source == "review":
            return self._refuse(because(Reason.APPROVED_IN_REVIEW, version=arguments[0]))
        seen = None
        version, commit = arguments[0], arguments[1] if len(arguments) > 1 else None
        accepted = approvals.name_approval(self._comment.comment_id, version, commit)
        if not await self._bench.is_accepted(accepted):
            before = await self._bench.look(place.repository, place.pull)
            answer = await self._judge(arguments, place.pull, before)
            if answer is not None:
                return answer
            await self._bench.accept(accepted)
            seen = before.snapshot
        reached = self._rest(await self._bench.take(place.repository, place.pull, seen=seen))
        if isinstance(reached.step, Blocked):
            return self._refuse(reached.step.reason)
        return Answer("rocket")

    async def _judge(self, arguments: tuple[str, ...], pull: PullRequest, before: Reached) -> Answer | None:
        """What to answer when this approval counts for nothing, or None when it counts."""
        snapshot, step = before.snapshot, before.step
        version, commit = arguments[0], arguments[1] if len(arguments) > 1 else None
        this = (self._comment.comment_id, version, commit)
        mine = next((one for one in snapshot.approvals if (one.comment.id, one.version, one.commit) == this), None)
        if mine is None and isinstance(step, AwaitApproval):
            return await self._judge_unheard(version, snapshot)
        if approvals.is_given(snapshot, step, version):
            return Answer(
                "rocket", replies.render_approved(version, find_shown_run(snapshot), self._comment.comment_id)
            )
        if isinstance(step, Blocked):
            return self._refuse(step.reason)
        if isinstance(step, AwaitReviewers) and step.run is not None:
            return self._refuse(because(Reason.REVIEWERS_DECIDE, run=step.run.run.url))
        project = snapshot.project
        if mine is None or project is None or snapshot.candidate is None:
            hidden = self._bench.is_recent(self._comment.created_at) and not isinstance(step, End)
            if hidden and await self._bench.has_asked(pull):
                raise Backoff(STALENESS / 3, "what the approval was asked for does not show yet")
            return self._refuse(because(Reason.NOTHING_TO_APPROVE))
        refusal = approvals.objection(snapshot, mine, project.spelling, snapshot.candidate.commit)
        return self._refuse(refusal) if refusal is not None else None

    async def _judge_unheard(self, version: str, snapshot: Snapshot) -> Answer:
        """What to answer to an approval that is not among those that were read although they are waited for."""
        comment = self._comment
        if self._bench.is_recent(comment.created_at):
            raise Backoff(STALENESS / 3, "the approving comment does not show yet")
        now = await find_comment(self._bench.access.read, comment.comment_id)
        if now is None:
            return Answer("confused")
        if now.body != comment.body:
            return self._refuse(because(Reason.EDITED, version=version))
        # It came late: an outage, or a webhook that was lost. What it answers cannot be what was asked after it.
        asked, prompt = snapshot.record.asked if snapshot.record else None, snapshot.prompt
        early = asked is not None and comment.created_at < asked.at
        # GitHub tells whole seconds only; within one of them the ids tell.
        early = early or (prompt is not None and comment.comment_id < prompt.id)
        return self._refuse(because(Reason.NOT_AN_ANSWER, version=version, early="yes" if early else ""))

    async def _status(self, place: Place) -> Answer:
        comment_id = self._comment.comment_id
        pull = place.pull if place.is_release_pull else await self._newest(place)
        if pull is None:
            return Answer("rocket", replies.render_no_release(comment_id))
        reached = self._rest(await self._bench.take(place.repository, pull))
        if place.pull is not None and pull.number == place.pull.number:
            text = f"**{headline(reached.step)}.** {turn(reached.snapshot, reached.step)}"
            return Answer("rocket", replies.render_where(text, comment_id))
        return Answer("rocket", replies.render_status_link(pull, headline(reached.step), comment_id))

    async def _newest(self, place: Place) -> PullRequest | None:
        return next(iter(await self._bench.observer.list_pulls(place.repository, place.line)), None)

    async def _help(self, place: Place) -> Answer:
        merged = place.is_release_pull and place.pull is not None and place.pull.merged
        entries = [entry for entry in REGISTRY if entry.name is not Name.APPROVE or merged]
        return Answer("rocket", replies.render_help(entries, self._comment.comment_id))

    def _rest(self, reached: Reached) -> Reached:
        """Take note of when the release that a command has moved wants to be looked at again."""
        moments = (self._look_again, reached.look_again)
        self._look_again = min((after for after in moments if after is not None), default=None)
        return reached

    def _refuse(self, reason: Because) -> Answer:
        log.info("command refused", reason=reason.code, actor=self._comment.author.id)
        return Answer("-1", replies.render_refusal(reason, self._comment.comment_id))

    async def _answer(self, answer: Answer) -> None:
        if answer.reply is not None:
            mark = replies.reply_marker(self._comment.comment_id)
            said = () if self._is_new else None
            await self._bench.speech.ensure(self._comment.issue_number, mark, answer.reply, said)
        await self._react(answer.reaction)

    async def _react(self, reaction: Reaction) -> bool:
        """React to the comment; True if we certainly had not before."""
        speak = self._bench.access.speak
        try:
            if self._comment.source == "comment":
                return await react(speak, self._comment.comment_id, reaction)
            await react_to_node(speak, self._comment.node_id, reaction)
        except DECLINED as error:
            # A courtesy: the comment may be gone, and reactions alone need the permission for issues.
            log.warning("no reaction", reaction=reaction, detail=str(error))
        return False
