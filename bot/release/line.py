"""Release lines, and the branches that tell them apart. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.github.facts import PullRequest, Repository

BRANCHES = "aweigh/"
"""What the names of release branches begin with."""

DEVELOPMENT_BRANCHES = "aweigh-dev/"
"""What the names of branches begin with that bring the files back to development; none of them is a release branch."""


_BEFORE_PACKAGE = "--"
"""What stands between base and package in the name of a release branch."""

_PACKAGE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A release line: the base branch, the package that is released from it, and the branch that carries its next release.

    ``package`` is the name in its canonical form (PEP 503); None is the package at the top of the repository, so that
    what a line means does not depend on which other packages there are.
    """

    base: str
    package: str | None = None

    @property
    def branch(self) -> str:
        """The natural key of the release branch; slashes of the base become dots.

        No canonical name holds two hyphens in a row, so the last two part base and package. A base that holds two itself
        has them behind it even without a package.
        """
        base = self.base.replace("/", ".")
        if self.package is None and _BEFORE_PACKAGE not in base:
            return BRANCHES + base
        return f"{BRANCHES}{base}{_BEFORE_PACKAGE}{self.package or ''}"

    def development_branch(self, released: str) -> str:
        """The natural key of what follows the release of ``released`` on this line."""
        return f"{DEVELOPMENT_BRANCHES}{self.branch.removeprefix(BRANCHES)}/{released}"


def find_line(branch: str) -> Line | None:
    """The line whose release branch is called ``branch``, with dots where its base may have slashes; None: no line's is."""
    base, parted, package = branch.removeprefix(BRANCHES).rpartition(_BEFORE_PACKAGE)
    line = Line(base, package or None) if parted else Line(package)
    known = line.package is None or _PACKAGE.fullmatch(line.package) is not None
    return line if line.base and known and line.branch == branch else None


def line_between(head_branch: str, base_branch: str) -> Line:
    """The line that a release pull request from one branch into another is on, as it points now."""
    made_for = find_line(head_branch)
    return Line(base_branch, made_for.package if made_for else None)


def line_of(pull: PullRequest) -> Line:
    """The line that a release pull request is on, as it points now."""
    return line_between(pull.head_branch, pull.base_branch)


def is_astray(pull: PullRequest) -> bool:
    """Whether a release pull request of ours points at another base than that of its branch: somebody edited it."""
    return line_of(pull).branch != pull.head_branch


def home_line(repository: Repository, pull: PullRequest) -> Line:
    """The line that a release pull request of ours was made for.

    Of one that points elsewhere only its branch tells, whose dots may have been slashes: no base but the default
    branch is taken for having had any.
    """
    if not is_astray(pull):
        return line_of(pull)
    default = line_between(pull.head_branch, repository.default_branch)
    found = find_line(pull.head_branch) or Line(pull.head_branch.removeprefix(BRANCHES))
    return default if default.branch == pull.head_branch else found
