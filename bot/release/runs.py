"""Which of several runs at the tagged commit is the one that publishes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.github.facts import DeploymentReview, Job, PendingDeployment, RunFacts, TagRef
from bot.publishing.environments import same_environment
from bot.publishing.route import Order, Route
from bot.release.record import Record

_ORDERED = "(asked for in "
_JOBS = "for job "
_MOST_NAMED = 30
"""Jobs that a comment names: GitHub takes 1024 characters, and those of one wait are let through together anyway."""

_FIGURES = re.compile(r"\d+")


def attempt_key(facts: RunFacts) -> str:
    """What an approval prompt is bound to at a gate: the run and its attempt."""
    return f"run:{facts.run.id}/{facts.run.attempt}"


def approval_key(
    runs: Iterable[RunFacts], route: Route, tag: TagRef | None, record: Record, merge_commit: str | None, bot_id: int
) -> str | None:
    """What an approval would be bound to now: our run at its gate, else the merge commit while nothing has started.

    A run past its gate counts as well while the record does not know the prompt: a crash came between asking and
    remembering, and people answered in time.
    """
    ours = find_ours(runs, route, tag.name, record, bot_id) if tag else None
    if ours is not None:
        forgotten = record.asked is None and _distance(ours, route) == 0
        return attempt_key(ours) if find_gate(ours, route) or forgotten else None
    return commit_key(merge_commit) if merge_commit else None


def commit_key(commit: str) -> str:
    """What an approval prompt is bound to before anything was started: the merge commit, which GitHub named."""
    return f"commit:{commit[:12]}"


def find_ours(runs: Iterable[RunFacts], route: Route, tag: str, record: Record, bot_id: int) -> RunFacts | None:
    """The run that publishes: the one people were asked about, else the first that reaches the publishing job.

    An ``on: release`` without types starts a run each for ``created``, ``published`` and ``released``; those whose
    publishing job was skipped publish nothing and are left out. One that we turned away as a twin never becomes ours.
    """
    publishing = _publishing(runs, route, tag)
    live = [
        facts
        for facts in publishing
        if facts.run.event == route.event
        and facts.run.path == route.workflow
        and not _turned_away_by_us(facts, bot_id)
        # A person who dispatches the workflow at our tag chose its inputs; people approve ours.
        and (facts.by_us or route.order is not Order.DISPATCH)
    ]
    for facts in live:
        if record.asked is not None and record.asked.key.startswith(f"run:{facts.run.id}/"):
            return facts
    return min(live, key=lambda facts: (_distance(facts, route), facts.run.id), default=None)


def find_skipped(runs: Iterable[RunFacts], route: Route, tag: str) -> RunFacts | None:
    """A run of the right kind that ended without reaching its publishing job."""
    ended = (facts for facts in runs if facts.run.head_branch == tag and facts.run.path == route.workflow)
    return next((facts for facts in ended if facts.run.event == route.event and _skipped(facts, route)), None)


def list_live(runs: Iterable[RunFacts], route: Route, tag: str) -> list[RunFacts]:
    """Every run that would publish ``tag``, whatever started it, and is not over yet."""
    return [facts for facts in _publishing(runs, route, tag) if not facts.run.is_over]


def list_twins(runs: Iterable[RunFacts], route: Route, tag: str, ours: RunFacts) -> list[RunFacts]:
    """Other runs that would publish the same version and are not over yet."""
    return [facts for facts in list_live(runs, route, tag) if facts.run.id != ours.run.id]


def find_gate(facts: RunFacts, route: Route) -> PendingDeployment | None:
    """Where the run's publishing job waits, with the environment's name as GitHub spells it.

    When only the run knows its environment, it is the one at which the run waits together with that job: GitHub does
    not tell which job waits where, so with several nothing is certain.
    """
    if route.environment_known:
        here = (pending for pending in facts.pending if same_environment(pending.environment, route.environment))
        return next(here, None)
    return facts.pending[0] if is_waiting(facts, route) and len(facts.pending) == 1 else None


def is_waiting(facts: RunFacts, route: Route) -> bool:
    """Whether the run's publishing job waits at some environment."""
    return any(route.publishes_in(job.name) and job.status == "waiting" for job in facts.jobs)


def find_environment(runs: Iterable[RunFacts], route: Route) -> str | None:
    """The environment of the publishing job: where only the runs know it, that of the first one that waits."""
    if route.environment_known:
        return route.environment
    gates = (gate.environment for facts in runs if (gate := find_gate(facts, route)))
    return next(gates, None)


def is_answered(facts: RunFacts, environment: str, bot_id: int) -> bool:
    """Whether we answered at ``environment`` for every job of this attempt that waits now.

    A later job of the same environment waits anew, and GitHub asks for it anew, as where one builds there and another
    publishes. What was agreed to is the attempt; a rejection ends it.
    """
    reviews = [
        review
        for review in _our_reviews(facts, bot_id)
        if any(same_environment(environment, reviewed) for reviewed in review.environments)
    ]
    answered = {number for review in reviews for number in _FIGURES.findall(review.comment.partition(_JOBS)[2])}
    is_closed = any(review.state != "approved" for review in reviews)
    return is_closed or (bool(reviews) and {str(job.id) for job in _list_waiting(facts)} <= answered)


def _list_waiting(facts: RunFacts) -> list[Job]:
    return [job for job in facts.jobs if job.status == "waiting"]


def _our_reviews(facts: RunFacts, bot_id: int) -> list[DeploymentReview]:
    """Our own answers in this attempt; the attempt stands in the comment, for the history does not tell."""
    mark = attempt_mark(facts)
    ours = (review for review in facts.reviews if review.user is not None and review.user.id == bot_id)
    return [review for review in ours if mark in review.comment]


def attempt_mark(facts: RunFacts) -> str:
    """How a review comment says which attempt it is for."""
    return f"(run {facts.run.id}, attempt {facts.run.attempt})"


def jobs_mark(facts: RunFacts) -> str:
    """How a review comment says which jobs waited when it was given."""
    return f"{_JOBS}{', '.join(str(job.id) for job in _list_waiting(facts)[:_MOST_NAMED])}"


def order_mark(url: str) -> str:
    """How a review comment says that a person gave the order, and with which comment."""
    return f"{_ORDERED}{url})"


def without_mark(facts: RunFacts, comment: str) -> str:
    """What a review comment says beside the attempt that it is for, without the word joiners of our own."""
    return comment.replace(attempt_mark(facts), "").replace("\N{WORD JOINER}", "").strip()


def rejection(facts: RunFacts, route: Route) -> DeploymentReview | None:
    """The review that closed the gate in this attempt, when one did.

    The history of reviews does not tell attempts apart. A job that was turned away at the gate failed without a step.
    """
    turned_away = any(
        route.publishes_in(job.name) and job.conclusion == "failure" and job.failed_step is None for job in facts.jobs
    )
    rejected = [review for review in facts.reviews if review.state == "rejected"]
    return rejected[-1] if turned_away and rejected else None


def _publishing(runs: Iterable[RunFacts], route: Route, tag: str) -> list[RunFacts]:
    return [facts for facts in runs if facts.run.head_branch == tag and not _skipped(facts, route)]


def _turned_away_by_us(facts: RunFacts, bot_id: int) -> bool:
    """Whether we turned it away by ourselves. What a person turned away stays the run that publishes: it can be run again."""
    ours = (review for review in _our_reviews(facts, bot_id) if review.state == "rejected")
    return any(_ORDERED not in review.comment for review in ours)


def _skipped(facts: RunFacts, route: Route) -> bool:
    """Whether the run went well and left publication out; after a failure everything behind it is skipped, too."""
    jobs = [job for job in facts.jobs if route.publishes_in(job.name)]
    went_well = facts.run.conclusion in ("success", "skipped", "neutral")
    return went_well and bool(jobs) and all(job.conclusion == "skipped" for job in jobs)


def _distance(facts: RunFacts, route: Route) -> int:
    """How far from the publishing job, nearest first: past its gate, at its gate, on the way, over without it."""
    # GitHub gives a job that still waits a moment of its start as well, so that says nothing.
    begun = ("in_progress", "completed")
    started = any(
        route.publishes_in(job.name) and job.status in begun and job.conclusion != "skipped" for job in facts.jobs
    )
    gate = find_gate(facts, route)
    if started and gate is None:
        return 0
    if gate is not None:
        return 1
    return 3 if facts.run.is_over else 2
