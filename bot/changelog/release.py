"""What a release makes of a project's changelog, in whatever form it is kept, and what its notes say afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.changelog.assemble import find_assembled, release_fragments
from bot.changelog.book import Changelog
from bot.changelog.forms import Act, FileChange, Left, Naming, Outcome, Refused, Released, Style, Unchanged, markup_of
from bot.changelog.generate import find_unmentioned
from bot.changelog.keepachangelog import section, stamp
from bot.changelog.per_release import PerRelease, find_file_notes, release_file
from bot.changelog.results import AlreadyStamped, Listed, NothingUnreleased, NoUnreleasedSection, Stamped
from bot.changelog.scriv import Scriv, collect
from bot.changelog.towncrier import Towncrier


def release_changelog(changelog: Changelog, naming: Naming, listed: Iterable[Listed] = ()) -> Outcome:
    """The files that a release changes for its changelog, with the notes.

    Args:
        changelog: as it is at the commit that is released.
        naming: what the release is called. Without a release before it nothing but what people wrote is listed: the whole
            history of a project that is adopted is no news.
        listed: what was merged since the release before it.
    """
    listed = tuple(listed) if naming.base is not None and changelog.style is not Style.BY_HAND else ()
    match changelog.keeper:
        case Towncrier():
            found = release_fragments(changelog.keeper, changelog.paths, changelog.files, naming)
            return _with_unmentioned(found, listed)
        case Scriv():
            return _with_unmentioned(collect(changelog.keeper, changelog.paths, changelog.files, naming), listed)
        case PerRelease():
            return release_file(changelog.keeper, changelog.paths, changelog.files, naming, listed)
        case None:
            return _release_in_file(changelog, naming, listed)


def _with_unmentioned(outcome: Outcome, listed: tuple[Listed, ...]) -> Outcome:
    """What was merged without a fragment is told; only its authors know what one would say."""
    if not isinstance(outcome, Released):
        return outcome
    return replace(outcome, unmentioned=find_unmentioned(outcome.notes, listed))


def _release_in_file(changelog: Changelog, naming: Naming, listed: tuple[Listed, ...]) -> Outcome:
    result = stamp(
        changelog.text,
        version=naming.version,
        day=naming.day,
        tag=naming.tag,
        base_tag=naming.base,
        repository_url=naming.repository_url,
        markup=markup_of(changelog.path),
        listed=listed,
        adds=changelog.style is Style.GENERATE,
    )
    match result:
        case Stamped():
            act = Act.LISTED if result.generated else Act.STAMPED
            change = FileChange(changelog.path, changelog.text.encode(), result.text.encode(), act)
            return Released((change,), result.notes, result.entries, result.unmentioned)
        case AlreadyStamped():
            return Unchanged(result.notes)
        case NothingUnreleased():
            return Unchanged()
        case NoUnreleasedSection():
            return Refused(changelog.path, Left.NO_PLACE) if listed else Unchanged()


def find_notes(changelog: Changelog, version: str) -> str | None:
    """What the changelog says of a released ``version``, as Markdown; None when it has no section for it."""
    match changelog.keeper:
        case Towncrier() if not changelog.keeper.single:
            path = changelog.path.replace("{version}", version).replace("{name}", changelog.keeper.project)
            content = changelog.files.get(path)
            return find_assembled(changelog.keeper, content.decode("utf-8", "replace"), version) if content else None
        case Towncrier():
            return find_assembled(changelog.keeper, changelog.text, version)
        case PerRelease():
            return find_file_notes(changelog.keeper, changelog.files, version)
        case Scriv() | None:
            return section(changelog.text, version, changelog.markup)
