"""What a rule of diagnosis is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """Who must act before another try can succeed."""

    NOBODY = "nobody"
    WORKFLOW = "whoever may change the workflow file"
    CODE = "whoever may change the project"
    REPOSITORY_ADMIN = "an administrator of the repository"
    INDEX_OWNER = "an owner of the project on the index"
    RUNNER = "whoever runs the runner or the index"


class Retry(StrEnum):
    """What kind of another try has a chance.

    A re-run takes the workflow file of the tagged commit again, so a mistake in that file needs a new run.
    """

    RERUN = "rerun"
    FIX_THEN_RERUN = "fix-rerun"
    NEW_RUN = "new-run"
    NEW_VERSION = "new-version"
    COMPARE_FIRST = "check"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """A message that a log may hold, what it means and what helps.

    ``pattern`` is a regular expression in which blanks are there to be read: they are taken out, as all white space is
    taken out of the log. No part of it may repeat without bound, since logs can be written by a stranger to be slow.
    ``generic`` rules say less than others and are only believed when no other matches. ``cause`` and ``fix`` are
    sentences in Markdown.
    """

    id: str
    pattern: str
    cause: str
    fix: str
    who: Who
    retry: Retry
    generic: bool = False
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(re.sub(r"\s+", "", self.pattern)))

    @property
    def weight(self) -> int:
        """Where it ranks among the rules that match, the most telling first: warnings last."""
        if self.retry is Retry.NONE:
            return 2
        return 1 if self.generic else 0
