"""Rulesets that keep us from creating the tag of a release, recognised before anybody merges for it. Pure.

Observed are the rulesets about a tag that may be next, as far as GitHub says that we do not get past them. Which of them is
about the tag of this very release is decided here, so that nobody has to look again when its version changes.
"""

from __future__ import annotations

from bot.release.naming import name_tag
from bot.release.propose import find_wanted
from bot.release.reasons import Because, Reason, because
from bot.release.refresh import find_refresh
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import VersionProblem


def list_next_tags(snapshot: Snapshot) -> tuple[str, ...]:
    """The tags that the release may be given: the one that was promised, and what it would be with the next version."""
    record, request, settings, project = snapshot.record, snapshot.request, snapshot.settings, snapshot.project
    tags = [record.tag] if record is not None else []
    if request is not None and project is not None and isinstance(settings, RepositorySettings):
        try:
            version = find_wanted(snapshot, request)
            tags += [name_tag(settings, snapshot.tags, project, version.spelling)] if version is not None else []
        except VersionProblem:
            # What is no version gets no tag, and the decision says why.
            pass
    elif snapshot.pull is not None and snapshot.pull.is_open and (plan := find_refresh(snapshot)) is not None:
        tags.append(plan.tag)
    return tuple(dict.fromkeys(tags))


def find_guard(snapshot: Snapshot, tag: str, commit: str = "") -> Because | None:
    """Why we will not be let create ``tag``, on ``commit`` where that is known; None where nothing is known against it."""
    guards = [one for one in snapshot.guards if one.covers(tag)]
    if not guards:
        return None
    names = "\n".join(" ".join(one.name.splitlines()) for one in guards)
    pages = "\n".join(one.url for one in guards)
    return because(Reason.TAG_GUARDED, tag=tag, commit=commit, rulesets=names, pages=pages)
