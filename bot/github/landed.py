"""What landed on a branch since a tag, as GitHub tells it. Pure facts."""

from __future__ import annotations

from dataclasses import dataclass

from bot.github.facts import Person


@dataclass(frozen=True, slots=True)
class LandedPull:
    """The merged pull request that brought a commit. Everything in it was written by people, of any length.

    ``body`` is empty where it was edited after the merge. Of a title nothing tells whether it was.

    ``paths`` are the files it changes; None: nobody asked, or GitHub did not tell all of them.
    """

    number: int
    title: str
    body: str
    author: Person | None
    labels: tuple[str, ...]
    head_branch: str
    merge_commit: str | None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit. ``author`` is the login of the account that its author's address belongs to, if to any.

    ``parent`` is its first parent: of a merge the commit of the branch that was merged into. ``is_merge`` says that it has several parents, ``pull`` that a pull request into this very branch brought it, ``paths``
    which files it changes itself, where somebody looked.
    """

    sha: str
    message: str
    author: str | None
    is_merge: bool
    pull: LandedPull | None
    paths: tuple[str, ...] | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The commits that ``head`` has and the tag has not, oldest first; ``complete``: none was left out.

    ``is_beside`` says that the tag has commits that ``head`` has not: it was put on another branch.
    """

    head: str
    commits: tuple[Landed, ...]
    complete: bool
    is_beside: bool = False
