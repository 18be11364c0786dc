"""What is asked of a release without a pull request beside what is asked of every release. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.changelog import NO_CHANGELOG, Changelog, find_notes, list_entries_of, render_plain
from bot.release.plan import Plan
from bot.release.reasons import Because, Reason, because
from bot.release.record import Milestone, Origin, Record
from bot.release.snapshot import Request, Snapshot
from bot.release.wanted import find_word
from bot.settings.repository import RepositorySettings
from bot.versions import Project, ProjectRefused, SpelledVersion, VersionStep, bump

_MOST_NAMED = 10


def is_asked_as_tag(settings: RepositorySettings, request: Request) -> bool:
    """Whether ``request`` is for a release without a pull request. One that is open is brought to its end as it is."""
    return settings.mode == "tag-only" and not request.on_release_pull and not request.is_unasked


def beside_reason(snapshot: Snapshot, request: Request) -> Because | None:
    """Why another release keeps this one from beginning: one waits on the line already, or is talked about in this thread.

    Once it is tagged another version may follow it on its line, as one does that failed. Two packages in one thread could
    not be told apart by those who approve.
    """
    for other in snapshot.beside:
        origin = other.origin
        if origin is None:
            continue
        reason = None
        if origin.line == snapshot.line:
            reason = None if _is_tagged(snapshot, other) else Reason.TAG_UNDER_WAY
        elif origin.thread == request.thread:
            reason = Reason.THREAD_TAKEN
        if reason is not None:
            return because(reason, version=other.version, number=origin.thread, given=request.version)
    return None


def same_tag_reason(snapshot: Snapshot, tag: str) -> Because | None:
    """Why ``tag`` is not for this line: it is what a release of another one will be called.

    A branch can be at the same commit as another, and there the newest record of a tag is the one that counts.
    """
    for other in snapshot.beside:
        if other.origin is not None and other.tag == tag and other.origin.line != snapshot.line:
            base, number = other.origin.line.base, other.origin.thread
            return because(Reason.TAG_UNDER_WAY, version=other.version, number=number, tag=tag, base=base, how="tag")
    return None


def _is_tagged(snapshot: Snapshot, record: Record) -> bool:
    return record.reached(Milestone.TAGGED) or snapshot.find_tag(record.tag) is not None


def is_tagged_already(snapshot: Snapshot, request: Request) -> bool:
    """Whether a word such as ``minor`` would tag what the last release was made of.

    Where nobody merges anything, a word that is typed twice would release twice. Only a candidate becomes final as it is.
    """
    word, since, candidate = find_word(request.version), snapshot.since, snapshot.candidate
    if word is None or word is VersionStep.FINAL or since is None or candidate is None:
        return False
    return since.tag.commit == candidate.commit


def unsaid_reason(project: Project, version: SpelledVersion, *, is_free: bool) -> Because | None:
    """Why the files do not let ``version`` be tagged: they say another one, and nothing is committed in this mode.

    ``is_free``: what they say could be released. Where a tool takes the version from the tag, places that repeat it bind
    nobody.
    """
    if project.derived_by is not None:
        return None
    try:
        edits = bump(project, version)
    except ProjectRefused:
        # Why it cannot be written there is told by the plan.
        return None
    if not edits:
        return None
    files = [f"{edit.path}: {edit.description}" for edit in edits[:_MOST_NAMED]]
    return because(
        Reason.FILES_SAY_OTHER,
        found=project.spelling,
        wanted=version,
        files="\n".join(files),
        more=len(edits) - len(files),
        free="yes" if is_free else "",
    )


def plan_tag(snapshot: Snapshot, request: Request, plan: Plan) -> Plan:
    """``plan`` as a release without a pull request: no file is changed, and the notes are those of what is there."""
    if request.thread is None:
        raise ValueError("a release without a pull request is asked for in a thread")
    return replace(
        plan,
        edits=(),
        entries=write_notes(snapshot, plan.version) or "",
        lookalikes=(),
        left=NO_CHANGELOG,
        unmentioned=(),
        origin=Origin(request.thread, request.at.replace(microsecond=0), snapshot.line),
    )


def write_notes(snapshot: Snapshot, version: str) -> str | None:
    """The section that the changelog has for ``version`` already, else what was merged since the last release.

    Of a first release everything would be new, and nothing is listed.
    """
    changelog = snapshot.candidate.changelog if snapshot.candidate else None
    written = find_notes(changelog, version) if isinstance(changelog, Changelog) else None
    if written:
        return written
    return render_plain(list_entries_of(snapshot.since.weighed)) or None if snapshot.since else None
