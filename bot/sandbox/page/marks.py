"""How a state shows: one mark for runs, jobs, steps and checks alike, always with a word beside the colour."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.repository import Repository


class Stateful(Protocol):
    """Anything with GitHub's pair of status and conclusion."""

    @property
    def status(self) -> str:
        """queued, waiting, in_progress or completed."""
        ...

    @property
    def conclusion(self) -> str | None:
        """How it ended; None until then."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A name for icon and colour, and the word for those who see neither."""

    name: str
    word: str


_CONCLUSIONS = {
    "success": Mark("success", "succeeded"),
    "failure": Mark("failure", "failed"),
    "timed_out": Mark("failure", "timed out"),
    "cancelled": Mark("skipped", "cancelled"),
    "skipped": Mark("skipped", "skipped"),
    "neutral": Mark("neutral", "neutral"),
    "stale": Mark("neutral", "stale"),
    "action_required": Mark("attention", "needs somebody"),
}
_STATUSES = {
    "in_progress": Mark("running", "in progress"),
    "waiting": Mark("waiting", "waiting"),
    "queued": Mark("queued", "queued"),
}
_WORST_FIRST = ("failure", "attention", "running", "waiting", "queued", "success", "neutral", "skipped")


def mark_of(thing: Stateful) -> Mark:
    """The mark of one thing."""
    if thing.status == "completed":
        return _CONCLUSIONS.get(thing.conclusion or "", Mark("neutral", thing.conclusion or "completed"))
    return _STATUSES.get(thing.status, Mark("queued", thing.status))


def summarize(things: Iterable[Stateful]) -> Mark | None:
    """One mark for many; None when there is nothing."""
    marks = [mark_of(thing) for thing in things]
    return min(marks, key=lambda mark: _WORST_FIRST.index(mark.name), default=None)


def say_together(mark: Mark) -> str:
    """What GitHub says of all checks of a commit when ``mark`` is their worst one."""
    match mark.name:
        case "failure":
            return "Some checks were not successful"
        case "attention":
            return "A check needs somebody"
        case "running" | "waiting" | "queued":
            return "Some checks haven't completed yet"
        case _:
            return "All checks have passed"


def list_checks(repository: Repository, sha: str) -> list[CheckRun]:
    """The checks of a commit: of each App the newest run of each name."""
    runs = sorted((run for run in repository.check_runs.values() if run.head_sha == sha), key=lambda run: run.id)
    return list({(run.app.id, run.suite.id, run.name): run for run in runs}.values())
