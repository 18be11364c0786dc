"""Carrying out what follows a release, each in a pull request of its own: the way back to development, its section carried on.

The release is out by then, whatever becomes of this: what GitHub declines is told in the final comment, and stops nothing.
"""

from __future__ import annotations

from bot.clock import Clock
from bot.engine.protocol import Backoff, Intents
from bot.github import git, pulls
from bot.github.access import Access
from bot.github.errors import GitHubError
from bot.github.facts import PullRequest
from bot.github.listing import Tree
from bot.github.repositories import find_branch
from bot.messages.development import render_development_body
from bot.messages.forward import render_forward_body
from bot.release.declined import DECLINED, declined_because
from bot.release.development import DevelopmentPlan
from bot.release.forward import ForwardPlan
from bot.release.outcome import Outcome
from bot.release.reasons import Because, Reason, because
from bot.release.snapshot import Snapshot
from bot.release.speech import STALENESS
from bot.release.steps import CarryChangelog, OpenDevelopment

DEVELOPMENT_INTENT = "development:"
"""With the number of a release pull request: what follows it may have been opened at that moment."""


FORWARD_INTENT = "forward:"
"""The same of the pull request with its section of the changelog."""


class DevelopmentPerformer:
    """Opens what follows releases of one repository."""

    def __init__(self, access: Access, intents: Intents, clock: Clock) -> None:
        self._access, self._intents, self._clock = access, intents, clock

    async def perform(self, snapshot: Snapshot, step: OpenDevelopment | CarryChangelog) -> Outcome:
        """Open it, or say why it cannot be had.

        Raises:
            Backoff: it may be there already without showing yet.
            GitHubError: GitHub cannot be asked at the moment.
        """
        try:
            found = await self._open(snapshot, step.plan)
        except DECLINED as error:
            return Outcome(unfollowed=declined_because(_known(error)))
        return Outcome(unfollowed=found) if isinstance(found, Because) else Outcome(followed=found)

    async def _open(self, snapshot: Snapshot, plan: DevelopmentPlan | ForwardPlan) -> PullRequest | Because:
        await self._wait_until_it_shows(snapshot, plan)
        there = await find_branch(self._access.read, plan.branch)
        sha = (await self._commit(snapshot, plan, there)).commit
        if there is None:
            try:
                node = snapshot.repository.node_id
                await git.move_branch(self._access.change, node, plan.branch, before=None, after=sha)
            except git.BranchMovedError as error:
                raise Backoff(STALENESS / 3, f"{plan.branch} was made meanwhile") from error
        elif sha != there:
            # Somebody else's, or made from another commit of the base: it is nobody's to overwrite.
            return because(Reason.BRANCH_TAKEN, branch=plan.branch, given=plan.version)
        await self._intents.record(_key(snapshot, plan), {})
        body = _render_body(snapshot, plan)
        pull, _ = await pulls.ensure_pull(
            self._access.speak, branch=plan.branch, base=plan.base, title=plan.title, body=body
        )
        if pull is None:
            raise Backoff(STALENESS, "the pull request does not show yet")
        if pull.author is None or pull.author.id != snapshot.app.bot.id:
            return because(Reason.FOREIGN_PULL, number=pull.number, branch=plan.branch, given=plan.version)
        return pull

    async def _wait_until_it_shows(self, snapshot: Snapshot, plan: DevelopmentPlan | ForwardPlan) -> None:
        """People may have merged or closed what does not even show yet: it must not be followed by a second one."""
        tried = await self._intents.find(_key(snapshot, plan))
        left = tried.recorded_at + STALENESS - self._clock.now() if tried is not None else None
        if left is not None and left.total_seconds() > 0:
            raise Backoff(left, "a pull request may be there already")

    async def _commit(self, snapshot: Snapshot, plan: DevelopmentPlan | ForwardPlan, there: str | None) -> Tree:
        facts = snapshot.development if isinstance(plan, DevelopmentPlan) else snapshot.forward
        if facts is None or facts.base_tree is None:
            raise ValueError("what follows a release is planned on the base as it is")
        return await git.ensure_commit(
            self._access.change,
            parent=plan.base_commit,
            base=facts.base_tree,
            files={edit.path: edit.new for edit in plan.edits},
            message=plan.message,
            there=there,
        )


def _render_body(snapshot: Snapshot, plan: DevelopmentPlan | ForwardPlan) -> str:
    if isinstance(plan, DevelopmentPlan):
        return render_development_body(snapshot, plan)
    return render_forward_body(snapshot, plan)


def _key(snapshot: Snapshot, plan: DevelopmentPlan | ForwardPlan) -> str:
    kind = DEVELOPMENT_INTENT if isinstance(plan, DevelopmentPlan) else FORWARD_INTENT
    return f"{kind}{snapshot.pull.number if snapshot.pull else 0}"


def _known(error: Exception) -> GitHubError:
    if not isinstance(error, GitHubError):
        raise TypeError(f"{type(error).__name__} is no answer of GitHub's")
    return error
