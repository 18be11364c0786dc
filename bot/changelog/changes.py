"""What came into a release line since the last release, and what each change weighs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

SKIP_LABELS = ("skip-changelog", "no-changelog", "skip-news", "ignore-for-release", "skip-release-notes")
"""The labels by which projects commonly keep a pull request out of their changelog; GitHub's own notes know the fourth."""


class Level(IntEnum):
    """How much of the version a change moves."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


class Source(StrEnum):
    """What told the weight of a change. The value is how it is named to readers."""

    LABEL = "label"
    COMMIT = "conventional commit"
    FOOTER = "breaking footer"
    FRAGMENT = "fragment"
    SECTION = "changelog"
    DEFAULT = "default"


class Skipped(StrEnum):
    """Why a change is not listed. The value is how that is said to readers."""

    LABEL = "a label keeps it out"
    TEXT = "its description says that there is nothing to note"
    KIND = "it changes nothing for users"
    REVERTED = "it was reverted before it was released"
    OWN = "it belongs to the release itself"
    MERGE = "it is a merge of changes that are listed by themselves"


@dataclass(frozen=True, slots=True)
class Change:
    """A merged pull request, or a commit that was pushed without one. Strangers wrote all of its texts.

    Attributes:
        sha: the commit in the base branch.
        number: the pull request's; None for a commit that came without one.
        title: the pull request's title, or the first line of the commit's message.
        body: the rest of the message of the commit, which a squash may have made of several.
        description: the text of the pull request.
        labels: the pull request's.
        author: who made it, by login; None for a deleted account or an unknown address.
        is_bot: whether that is a bot's account.
        paths: the files it touches; None: nobody looked.
        merge: what the messages of the base branch's own commits say, where other messages make up the body: those of the
            commits that a merge has brought, which may be older than the merge and from another line.
    """

    sha: str
    number: int | None
    title: str
    body: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    labels: tuple[str, ...] = ()
    author: str | None = None
    is_bot: bool = False
    paths: tuple[str, ...] | None = field(default=None, repr=False)
    merge: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """How it is called in a sentence: ``#41``, or the short name of its commit."""
        return f"#{self.number}" if self.number is not None else self.sha[:7]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a project weighs its changes.

    Attributes:
        skip_labels: the labels that keep a pull request out of the changelog, in any letters.
        own_login: the login of our bot, whose pull requests are releases and no changes.
    """

    skip_labels: tuple[str, ...] = SKIP_LABELS
    own_login: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an entry has its level: what told it, and the word that did (``feat``, a label, the path of a fragment)."""

    source: Source
    word: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One entry of the changelog that is to be, and what it weighs.

    Attributes:
        change: what it comes from; a change can give several. None for one that stands in a file.
        level: how much of the version it moves.
        why: what told the level.
        group: the heading of Keep a Changelog it belongs under; None when nothing tells.
        text: its words, without a bullet and without the number of the pull request.
        skipped: why it is not listed; None when it is. What is skipped by a label still moves the version.
    """

    change: Change | None
    level: Level
    why: Why
    group: str | None
    text: str
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class ReleaseAs:
    """A version that the message of a merge asks for (``Release-As: 1.2.0``), as it is written there."""

    version: str
    change: Change


def is_noted(weighed: Weighed) -> bool:
    """Whether an entry is to be listed."""
    return weighed.skipped is None


def list_touching(
    changes: tuple[Change, ...], root: str, others: tuple[str, ...] = (), *, shared: bool = False
) -> tuple[Change, ...]:
    """The changes that concern one package of a repository.

    Args:
        changes: all changes; one whose files nobody looked at counts for every package.
        root: the package's folder, ``.`` for the top of the repository.
        others: the folders of the other packages.
        shared: whether what lies in no package's folder counts as well; it does for a package at the top.
    """
    shared = shared or root == "."
    roots = tuple(other for other in others if other not in (root, "."))
    return tuple(change for change in changes if _touches(change, root, roots, shared=shared))


def _touches(change: Change, root: str, others: tuple[str, ...], *, shared: bool) -> bool:
    if change.paths is None or not change.paths:
        return True
    for path in change.paths:
        inside = [folder for folder in (root, *others) if folder == "." or path.startswith(f"{folder}/")]
        # The innermost folder counts: a workspace may keep one package within another.
        owner = max(inside, key=lambda folder: 0 if folder == "." else len(folder), default=None)
        if owner == root or (owner is None and shared):
            return True
    return False
