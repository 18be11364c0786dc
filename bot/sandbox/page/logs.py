"""The log of a job, taken apart into its steps as the page of a run shows it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.sandbox.state.runs import Job, Step

_STAMP = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\d?Z ?")
_MARK = re.compile(r"##\[(?P<kind>group|endgroup|error|warning|notice|debug|command)\]")

Kind = Literal["plain", "group", "inside", "error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log; ``group`` heads the lines ``inside`` it."""

    number: int
    kind: Kind
    text: str


@dataclass(slots=True)
class StepLog:
    """One step with its lines."""

    step: Step
    lines: list[Line] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.step.started_at is None or self.step.completed_at is None:
            return None
        return (self.step.completed_at - self.step.started_at).total_seconds()


def read_steps(job: Job) -> list[StepLog]:
    """The steps of a job, each with the lines that were written while it ran."""
    logs = [StepLog(step) for step in job.steps]
    inside = False
    for text in job.log.splitlines() if logs else ():
        stamp = _STAMP.match(text)
        at = datetime.fromisoformat(stamp["at"]).replace(tzinfo=UTC) if stamp else None
        mark = _MARK.match(text, stamp.end() if stamp else 0)
        words = text[mark.end() if mark else stamp.end() if stamp else 0 :]
        kind = mark["kind"] if mark else ""
        if kind == "endgroup":
            inside = False
            continue
        home = _find_step(logs, at)
        home.lines.append(Line(len(home.lines) + 1, _kind(kind, inside=inside), words))
        inside = inside or kind == "group"
    return logs


def _kind(mark: str, *, inside: bool) -> Kind:
    match mark:
        case "group" | "error" | "warning" | "notice":
            return mark
        case _:
            return "inside" if inside else "plain"


def _find_step(logs: list[StepLog], at: datetime | None) -> StepLog:
    """The last step that had begun; what comes before them all belongs to the first."""
    begun = [log for log in logs if log.step.started_at is not None and (at is None or log.step.started_at <= at)]
    return begun[-1] if begun else logs[0]
