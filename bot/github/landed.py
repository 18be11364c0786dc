"""What landed on a branch since a tag, as GitHub tells it. Pure facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.github.facts import Person

MOST_PARENTS = 10
"""How many parents of a commit are told."""


@dataclass(frozen=True, slots=True)
class LandedPull:
    """The merged pull request that brought a commit. Everything in it was written by people, of any length.

    ``body`` is empty where it was edited after the merge. Of a title nothing tells whether it was.

    ``paths`` are the files it changes; None: nobody asked, or GitHub did not tell all of them. ``is_late`` says that GitHub
    did not associate it yet with what it brought when that was read.
    """

    number: int
    title: str
    body: str
    author: Person | None
    labels: tuple[str, ...]
    head_branch: str
    merge_commit: str | None
    paths: tuple[str, ...] | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit. ``author`` is the login of the account that its author's address belongs to, if to any.

    The first of its ``parents`` is, of a merge, the commit of the branch that was merged into. ``is_merge`` says that it has
    several, ``pull`` that a pull request into this very branch brought it, ``paths`` which files it changes itself, where
    somebody looked.
    """

    sha: str
    message: str
    author: str | None
    is_merge: bool
    pull: LandedPull | None
    paths: tuple[str, ...] | None = None
    parents: tuple[str, ...] = ()

    @property
    def parent(self) -> str | None:
        """Its first parent; None for a commit that has none."""
        return self.parents[0] if self.parents else None


@dataclass(frozen=True, slots=True)
class History:
    """The commits that ``head`` has and the tag has not, oldest first; ``complete``: none was left out.

    ``is_beside`` says that the tag has commits that ``head`` has not: it was put on another branch.
    """

    head: str
    commits: tuple[Landed, ...]
    complete: bool
    is_beside: bool = False

    def find_since(self, commit: str) -> History | None:
        """What landed since a ``commit`` that landed here; None where that does not follow from what is known here.

        Left out is that commit and whatever it has.
        """
        known = {one.sha: one for one in self.commits}
        if not self.complete or commit not in known:
            return None
        had = _follow(commit, known)
        if any(len(known[sha].parents) >= MOST_PARENTS for sha in had):
            return None
        return replace(self, commits=tuple(one for one in self.commits if one.sha not in had), is_beside=False)

    def go_on(self, page: Sequence[Landed], *, head: str, count: int) -> History | None:
        """This history as it is at another ``head``, of which ``page`` tells the newest commits, oldest first.

        None where that does not follow: from ``head`` on through the parents there must be as many commits as ``count`` says.
        """
        newest = {one.sha for one in page}
        known = {one.sha: one for one in (*self.commits, *page)}
        reached = _follow(head, known)
        if not self.complete or len(reached) != count:
            return None
        older = [one for one in self.commits if one.sha in reached and one.sha not in newest]
        return replace(self, head=head, commits=(*older, *page))


def _follow(commit: str, known: Mapping[str, Landed]) -> set[str]:
    """The names of the ``known`` commits that ``commit`` has, its own with them."""
    had: set[str] = set()
    waiting = [commit]
    while waiting:
        sha = waiting.pop()
        if sha in known and sha not in had:
            had.add(sha)
            waiting += known[sha].parents
    return had
