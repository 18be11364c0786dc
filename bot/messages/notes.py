"""The notes of the GitHub Release."""

from __future__ import annotations

from bot.changelog import Changelog
from bot.github.links import compare_page, file_page
from bot.messages.fences import close_fence
from bot.messages.merged_since import render_missed
from bot.messages.text import block, code, harmless, link
from bot.release.contributors import Contributions, Contributor
from bot.release.naming import previous_tag
from bot.release.snapshot import Snapshot
from bot.release.steps import PublishRelease
from bot.settings.reading import SettingsProblem

_MOST_CHARACTERS = 125_000
"""GitHub's limit for the text of a release."""

_MOST_SECTION = 100_000
_MOST_PEOPLE = 100


def render_notes(
    snapshot: Snapshot, step: PublishRelease, section: str | None, told: Contributions | None = None
) -> str:
    """The changelog's section of this version, who made it, how to install it, and what lies between it and the last.

    ``told`` is what GitHub tells of it, None where it tells nothing: where no changelog says anything, its list does.
    """
    project, told = snapshot.project, told or Contributions()
    text = section.strip() if section else told.merged
    parts = [harmless(text, _MOST_SECTION)] if text else []
    if len(text) > _MOST_SECTION:
        parts.append(_rest(snapshot, step))
    parts += _people(told.people)
    parts += render_missed(snapshot.missed)
    if project is not None:
        option = snapshot.target.install_option()
        parts.append(
            block([" ".join(part for part in ("pip install", option, f"{project.name}=={step.version}") if part)], "sh")
        )
    if project is not None and not isinstance(snapshot.settings, SettingsProblem):
        before = previous_tag(snapshot.settings, snapshot.tags, project, step.version)
        if before is not None:
            parts.append(link(f"All changes since {code(before)}", compare_page(snapshot.repository, before, step.tag)))
    return _finish("\n\n".join(parts))


def _rest(snapshot: Snapshot, step: PublishRelease) -> str:
    """Where what was cut off stands."""
    changelog = snapshot.candidate.changelog if snapshot.candidate else None
    if not isinstance(changelog, Changelog):
        return "*The rest was cut off: GitHub allows 125,000 characters.*"
    page = file_page(snapshot.repository, step.tag, changelog.path)
    return f"*The rest was cut off; all of it stands in {link(code(changelog.path), page)}.*"


def _people(people: tuple[Contributor, ...]) -> list[str]:
    """Who contributed, by login; those who are new come first, each with the pull request they began with."""
    new = [f"{code(f'@{one.login}')} (first contribution in #{one.first})" for one in people if one.first is not None]
    known = [code(f"@{one.login}") for one in people if one.first is None]
    named = sorted(new, key=str.casefold) + sorted(known, key=str.casefold)
    if not named:
        return []
    more = len(named) - _MOST_PEOPLE
    return ["**Contributors**: " + ", ".join(named[:_MOST_PEOPLE]) + (f" and {more} more" if more > 0 else "")]


def _finish(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else close_fence(text[:_MOST_SECTION].rstrip())
