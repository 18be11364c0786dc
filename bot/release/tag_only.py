"""A release without a pull request: in the mode ``tag-only`` a command tags the head of a branch. Pure.

It has two homes on GitHub: the thread in which it was asked for, where everything is said, and our check run on the commit
that is tagged, which holds the record. The record tells the thread, so that one leads to the other.

From the tag on such a release is like any other. So it is *seen* as a pull request of ours that was merged as that commit
when it was asked for, and everything that is done to a merged release works on it. What the picture shows that is not so
is nowhere asked of it: there is no release branch, so nobody has pushed to one, nothing is made anew and nothing deleted;
the thread may be closed, renamed or belong to an ordinary pull request, and none of that is anybody's word about the
release; nothing waits for a merge; and no second pull request follows it, since in this mode we commit nothing.
"""

from __future__ import annotations

from dataclasses import replace

from bot.github.checks import NAME
from bot.github.facts import AppAccount, PullRequest, Repository, ThreadRef
from bot.release.reasons import Because
from bot.release.record import Milestone, Origin, Record
from bot.release.snapshot import Snapshot


def see(repository: Repository, app: AppAccount, commit: str, record: Record, thread: ThreadRef | None) -> PullRequest:
    """The picture of the release that ``record`` on ``commit`` tells of; ``thread`` is where it was asked for.

    Without a thread, which can be deleted, nothing can be said or heard, as in a locked one.
    """
    origin = get_origin(record)
    taken_back = record.reached(Milestone.CLOSED)
    return PullRequest(
        number=origin.thread,
        node_id=thread.node_id if thread else "",
        title=f"Release {record.version}",
        url=thread.url if thread else f"{repository.web_url}/issues/{origin.thread}",
        state="closed",
        merged=not taken_back,
        locked=thread is None or thread.locked,
        head_branch=origin.line.branch,
        head_sha=commit,
        head_repository_id=repository.id,
        base_branch=origin.line.base,
        author=app.bot,
        created_at=origin.at,
        merge_commit=None if taken_back else commit,
        merged_at=None if taken_back else origin.at,
        labels=thread.labels if thread else (),
        tag=record.tag,
    )


def get_origin(record: Record) -> Origin:
    """Where the release was asked for. Raises ValueError for one with a pull request."""
    if record.origin is None:
        raise ValueError("the record is that of a pull request")
    return record.origin


def name_check(tag: str | None) -> str:
    """What our check run is called that holds the record; None: that of a release pull request.

    Several packages can be tagged on one commit, and of each name GitHub shows the newest alone.
    """
    return NAME if tag is None else f"{NAME} {tag}"


def is_named(name: str) -> bool:
    """Whether a check run of ours is called as one that holds the record of a release without a pull request."""
    return name.startswith(f"{NAME} ")


def of_tag(snapshot: Snapshot, reason: Because) -> Because:
    """``reason``, which speaks of a merge, as it is said where there was none."""
    return replace(reason, values=(*reason.values, ("merged", "no"))) if snapshot.is_tag_only else reason


def is_to_be_taken_back(snapshot: Snapshot, record: Record) -> bool:
    """Whether nothing has come of it that a command does not undo: neither its tag is there nor a run that it started.

    A tag of that name on another commit is somebody else's, and so are the runs of that.
    """
    tag = snapshot.find_tag(record.tag)
    if tag is not None:
        return tag.commit != record.bump and not record.reached(Milestone.TAGGED)
    return not snapshot.runs


def scope(record: Record | None, key: str = "") -> str:
    """The key of what we say once about a release: in one thread several can be asked for, one after the other."""
    return f"{key} {record.comment_id}".strip() if record is not None and record.origin is not None else key
