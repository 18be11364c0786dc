"""The conversation of a pull request in the order in which it happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.sandbox.git.history import compare
from bot.sandbox.git.objects import Commit
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import Comment, Issue, PullRequest, Reaction, Review
from bot.sandbox.state.repository import Repository

EMOJI = {
    "+1": ("👍", "thumbs up"),
    "-1": ("👎", "thumbs down"),
    "laugh": ("😄", "laugh"),
    "confused": ("😕", "confused"),
    "heart": ("❤️", "heart"),
    "hooray": ("🎉", "hooray"),
    "rocket": ("🚀", "rocket"),
    "eyes": ("👀", "eyes"),
}


@dataclass(frozen=True, slots=True)
class ReactionCount:
    """One emoji under a comment."""

    content: str
    emoji: str
    word: str
    logins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: exactly one of comment, review and commit is set, or only the words of an event."""

    at: datetime
    kind: Literal["comment", "review", "commit", "merged", "closed", "pushed"]
    user: User | None = None
    comment: Comment | None = None
    review: Review | None = None
    commit: Commit | None = None
    before: str = ""
    after: str = ""


def count_reactions(reactions: list[Reaction]) -> list[ReactionCount]:
    """The reactions by emoji, in the order in which each was first given."""
    by_content: dict[str, list[str]] = {}
    for reaction in reactions:
        by_content.setdefault(reaction.content, []).append(reaction.user.login)
    return [ReactionCount(content, *EMOJI[content], tuple(logins)) for content, logins in by_content.items()]


def list_commits(repository: Repository, pull: PullRequest) -> list[Commit]:
    """The commits a pull request brings, or brought, oldest first."""
    comparison = compare(repository.store, pull.base_sha, pull.head_sha)
    return list(comparison.commits) if comparison else []


def list_moments(repository: Repository, thread: Issue) -> list[Moment]:
    """Everything below the first text of a thread, oldest first."""
    moments = [Moment(one.created_at, "comment", one.user, comment=one) for one in thread.comments]
    if isinstance(thread, PullRequest):
        moments += _pull_moments(repository, thread)
    if thread.closed_at is not None and not (isinstance(thread, PullRequest) and thread.merged):
        moments.append(Moment(thread.closed_at, "closed", thread.closed_by))
    # Commits made before the pull request was opened come first all the same: sorting is stable and by time.
    return sorted(moments, key=lambda moment: max(moment.at, thread.created_at))


def _pull_moments(repository: Repository, pull: PullRequest) -> list[Moment]:
    moments = [Moment(one.committer.at, "commit", commit=one) for one in list_commits(repository, pull)]
    moments += [
        Moment(one.submitted_at, "review", one.user, review=one) for one in pull.reviews if one.submitted_at is not None
    ]
    moments += [
        Moment(one.at, "pushed", one.actor, before=one.before, after=one.after)
        for one in repository.activity
        if one.ref == f"refs/heads/{pull.head_ref}" and one.kind == "force_push" and one.at >= pull.created_at
    ]
    if pull.merged_at is not None:
        moments.append(Moment(pull.merged_at, "merged", pull.merged_by, after=pull.merge_commit_sha or ""))
    return moments
