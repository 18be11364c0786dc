"""What was merged since the last release: commits as changes, each pull request once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.changelog import (
    Change,
    Level,
    ReleaseAs,
    Rules,
    Skipped,
    Weighed,
    find_level,
    find_release_as,
    list_touching,
    weigh,
)
from bot.github.facts import TagRef
from bot.github.landed import History, Landed, LandedPull
from bot.release.packages import Share

_CONVENTIONAL = re.compile(r"[A-Za-z]+(?:\([^()\n]*\))?!?: ")
_NUMBER = re.compile(r"\s*\(#\d+\)\s*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Since:
    """What landed on a line since ``tag``, newest first; ``complete``: nothing was left out.

    Of one of several packages ``changes`` are its own. ``weighed`` are the entries that the changes make, ``release_as``
    the version that one of those ``asking`` asks for, since it concerns no other package; ``shas`` all commits, newest first.
    ``written`` is what people wrote for the next release since then, in fragments or by hand, where that asks for more than
    the changes do. ``is_beside`` says that the tag was put on another branch.
    """

    tag: TagRef
    changes: tuple[Change, ...] = ()
    weighed: tuple[Weighed, ...] = ()
    release_as: ReleaseAs | None = None
    complete: bool = True
    shas: tuple[str, ...] = ()
    written: tuple[Weighed, ...] = ()
    is_beside: bool = False
    asking: tuple[Change, ...] = ()

    @property
    def level(self) -> Level:
        """How much of the version all of it moves."""
        return self.deciding[0]

    @property
    def deciding(self) -> tuple[Level, Weighed | None]:
        """How much of the version all of it moves, and the entry that decides; a change before what was written of it."""
        return find_level((*self.written, *self.weighed))

    @property
    def is_all_ours(self) -> bool:
        """Whether nothing but releases, and what belongs to them, was merged."""
        return self.complete and not self.list_by_others()

    def list_by_others(self) -> tuple[Change, ...]:
        """The changes that belong to no release."""
        own = {one.change.sha for one in self.weighed if one.skipped is Skipped.OWN and one.change is not None}
        return tuple(change for change in self.changes if change.sha not in own)

    def up_to(self, commit: str) -> Since:
        """As it was at ``commit``: without the changes that landed later; all of it where that is not among the commits."""
        later = frozenset(self.shas[: self.shas.index(commit)]) if commit in self.shas else frozenset[str]()
        weighed = tuple(one for one in self.weighed if one.change is None or one.change.sha not in later)
        changes = tuple(change for change in self.changes if change.sha not in later)
        return replace(self, changes=changes, weighed=weighed)

    def list_after(self, commit: str) -> tuple[Weighed, ...]:
        """The entries that move the version and landed after ``commit``; all of them where it is not among the commits."""
        known = self.shas.index(commit) if commit in self.shas else len(self.shas)
        newer = frozenset(self.shas[:known])
        return tuple(one for one in self.weighed if one.level and one.change is not None and one.change.sha in newer)

    def list_between(self, older: str, newer: str) -> tuple[Weighed, ...]:
        """Those that landed after ``older`` and with ``newer`` at the latest; none where either is not known."""
        if newer not in self.shas:
            return ()
        later = frozenset(self.shas[: self.shas.index(newer)])
        return tuple(one for one in self.list_after(older) if one.change is not None and one.change.sha not in later)


def gather_since(tag: TagRef, history: History, rules: Rules, share: Share | None = None) -> Since:
    """The changes that a history is made of, and what they weigh; with a ``share`` those that touch what a package has."""
    groups: dict[int | str, list[Landed]] = {}
    # Newest first, so that a pull request stands where its last commit landed.
    for commit in reversed(history.commits):
        groups.setdefault(commit.pull.number if commit.pull else commit.sha, []).append(commit)
    brought = _find_brought(history)
    read = (_read_group(commits, brought) for commits in groups.values())
    changes = tuple(change for change in read if change is not None)
    if share is not None:
        changes = share.pick(changes)
    asking = changes if share is None else _list_of_one(changes, share)
    shas = tuple(commit.sha for commit in reversed(history.commits))
    return Since(
        tag,
        changes,
        weigh(changes, rules),
        find_release_as(asking),
        history.complete,
        shas,
        is_beside=history.is_beside,
        asking=asking,
    )


def foresee_change(pull: LandedPull, commits: Sequence[Landed], head: str, *, squashed: bool) -> Change:
    """What will land with an open pull request, whose own ``commits`` are these, oldest first, up to ``head``.

    ``squashed`` tells whether GitHub will make one commit of them; its message is the one that GitHub proposes.
    """
    own = [commit for commit in commits if not commit.is_merge]
    if not squashed or not own:
        # Whatever the merge will be called, it is none of these.
        merge = Landed("", "", None, is_merge=True, pull=None)
        brought = frozenset(commit.sha for commit in own)
        return replace(_read_pull(replace(pull, merge_commit=None), [merge, *reversed(own)], brought), sha=head)
    points = "\n\n".join(f"* {message}" for message in _list_messages(own))
    message = own[0].message if len(own) == 1 else f"{pull.title}\n\n{points}"
    landed = Landed(head, message, None, is_merge=False, pull=None)
    return _read_pull(replace(pull, merge_commit=head), [landed], frozenset())


def with_change(since: Since, change: Change, rules: Rules) -> Since:
    """``since`` as it will be once ``change`` has landed too."""
    changes = (change, *since.changes)
    asking = (change, *since.asking)
    weighed = weigh(changes, rules)
    return replace(since, changes=changes, asking=asking, weighed=weighed, release_as=find_release_as(asking))


def _find_brought(history: History) -> frozenset[str]:
    """The commits that merges have brought: all but those that the branch itself went through, as its first parents tell."""
    parents = {commit.sha: commit.parent for commit in history.commits}
    if history.head not in parents:
        # The newest were not read.
        return frozenset()
    sha: str | None = history.head
    brought = set(parents)
    while sha in brought:
        brought.remove(sha)
        sha = parents[sha]
    return frozenset(brought)


def _list_of_one(changes: Iterable[Change], share: Share) -> tuple[Change, ...]:
    """The changes that concern this package for certain, and no other one: a version is asked for of one package."""

    def is_of_others(change: Change) -> bool:
        roots = (share.root, *share.more, *share.others)
        return any(list_touching((change,), root, roots) for root in share.others)

    return tuple(change for change in changes if change.paths and not is_of_others(change))


def _read_group(commits: Sequence[Landed], brought: frozenset[str]) -> Change | None:
    newest = commits[0]
    if newest.pull is not None:
        return _read_pull(newest.pull, commits, brought)
    if newest.is_merge:
        # Of a branch that was merged without a pull request each commit stands for itself.
        return None
    title, _, body = newest.message.partition("\n")
    return Change(
        newest.sha,
        None,
        title.strip(),
        body.strip(),
        author=newest.author,
        paths=newest.paths,
        merge="" if newest.sha in brought else None,
    )


def _read_pull(pull: LandedPull, commits: Sequence[Landed], brought: frozenset[str]) -> Change:
    sha = pull.merge_commit or commits[0].sha
    own = [commit for commit in reversed(commits) if not commit.is_merge]
    if len(own) == 1 and own[0].sha == sha:
        title, body = _read_squash(pull, own[0])
    else:
        title, body = _find_title(pull, commits), "\n\n".join(_list_messages(own))
    by = pull.author
    return Change(
        sha=sha,
        number=pull.number,
        title=title.strip(),
        body=body,
        description=pull.body,
        labels=pull.labels,
        author=by.login if by else None,
        is_bot=by is not None and by.is_bot,
        paths=pull.paths,
        merge=_find_merge(commits, brought),
    )


def _read_squash(pull: LandedPull, commit: Landed) -> tuple[str, str]:
    """Title and body of a squash. The pull request's title is what people word it with, unless only the commit keeps the convention.

    Of a pull request with one commit GitHub takes that commit's headline for the squash.
    """
    headline, _, body = commit.message.partition("\n")
    headline = _NUMBER.sub("", headline)
    keeps = _CONVENTIONAL.match(headline) and not _CONVENTIONAL.match(pull.title)
    return (headline if keeps else pull.title), body.strip()


def _find_merge(commits: Sequence[Landed], brought: frozenset[str]) -> str | None:
    """What the base branch's own commits of a pull request say; None where it has all of them."""
    own = [commit for commit in commits if commit.sha not in brought]
    return "\n\n".join(_list_messages(own)) if len(own) < len(commits) else None


def _find_title(pull: LandedPull, commits: Sequence[Landed]) -> str:
    """The title as it was when somebody merged, where the merge tells: GitHub writes it below the headline."""
    merges = (commit for commit in commits if commit.is_merge and commit.sha == pull.merge_commit)
    said = (commit.message.partition("\n")[2].strip().partition("\n")[0] for commit in merges)
    return next(filter(None, said), pull.title)


def _list_messages(commits: Iterable[Landed]) -> Iterable[str]:
    return (commit.message.strip() for commit in commits)
