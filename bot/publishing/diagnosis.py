"""Why a publishing run failed: the lines that say so, what they mean, what helps, and who can do it. Pure.

Searching four mebibytes takes up to about a second of computing: callers with an event loop use a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.observability.redaction import redact
from bot.publishing.log_text import MOST_LINES, LogText, decisive_lines, read_log
from bot.publishing.rules import RULES, Retry, Rule, Who

__all__ = ["Diagnosis", "Finding", "JobReport", "Retry", "Who", "diagnose"]

_FAILED = {"failure", "timed_out", "cancelled", "startup_failure", "action_required"}


@dataclass(frozen=True, slots=True)
class JobReport:
    """What a job left behind.

    ``conclusion`` is GitHub's word. ``annotations`` are the messages of its check run: rejected deployments, lost
    runners and time limits appear only there, for such a job has no log.
    """

    name: str
    conclusion: str | None
    log: str = field(default="", repr=False)
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A message that was understood.

    ``cause`` and ``fix`` are our own sentences (Markdown); ``details`` are words from the log (project, file, version
    ...), foreign text without white space that whoever shows it must escape.
    """

    rule: str
    cause: str
    fix: str
    who: Who
    retry: Retry
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a run failed.

    ``lines`` (at most 15) are foreign text from the log of ``job``, free of secrets, time stamps and control
    characters. ``finding`` is the most telling message that was understood, if any; ``others`` are the rest.
    """

    job: str | None
    lines: tuple[str, ...] = ()
    finding: Finding | None = None
    others: tuple[Finding, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether a rule matched."""
        return self.finding is not None


@dataclass(frozen=True, slots=True)
class _Match:
    rule: Rule
    found: re.Match[str]


def diagnose(reports: Iterable[JobReport]) -> Diagnosis:
    """Explain a run from the jobs that failed in it, the most telling of them first.

    A job that is skipped leaves no message at all: that its ``if:`` left it out is for the caller to see.
    """
    failed = [report for report in reports if report.conclusion in _FAILED]
    examined = [(_examine(report), report) for report in failed]
    if not examined:
        return Diagnosis(job=None)
    # A cancelled job is mostly the victim of one that failed.
    examined.sort(key=lambda pair: (pair[0].finding is None, pair[1].conclusion == "cancelled"))
    best = examined[0][0]
    elsewhere = [finding for other, _ in examined[1:] if (finding := other.finding) and finding != best.finding]
    return Diagnosis(best.job, best.lines, best.finding, (*best.others, *elsewhere))


def _examine(report: JobReport) -> Diagnosis:
    log = read_log("\n".join([report.log, *(f"##[error]{_as_data(message)}" for message in report.annotations)]))
    matches = _matches(log)
    if not matches:
        return Diagnosis(report.name, decisive_lines(log, None)[:MOST_LINES])
    first, *rest = matches
    lines = decisive_lines(log, log.lines_between(*first.found.span()))
    return Diagnosis(report.name, lines, _finding(first), tuple(map(_finding, rest)))


def _as_data(message: str) -> str:
    """A message in the form in which the runner writes several lines as one."""
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _matches(log: LogText) -> Sequence[_Match]:
    """Every rule that matches, the most telling first; at its last match, which is the one that ended the job."""
    found = [_Match(rule, match) for rule in RULES if (match := _last(rule, log.compact))]
    return sorted(found, key=lambda match: match.rule.weight)


def _last(rule: Rule, text: str) -> re.Match[str] | None:
    last = None
    for last in rule.compiled.finditer(text):  # noqa: B007  # the last one is what is wanted
        pass
    return last


def _finding(match: _Match) -> Finding:
    rule = match.rule
    details = {name: redact(value)[:200] for name, value in match.found.groupdict().items() if value}
    return Finding(rule.id, rule.cause, rule.fix, rule.who, rule.retry, details)
