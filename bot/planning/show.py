"""A plan as people read it in a terminal, and as scripts do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.changelog import NoChangelog, Released, Style, Unchanged
from bot.planning.local import Checkout, LocalPlan
from bot.terminal import printable
from bot.versions import Lookalike

_WIDEST = 60


def list_lines(checkout: Checkout, plan: LocalPlan | None, *, applied: bool) -> Iterator[str]:
    """The plan, or (with ``plan`` None) where the version stands now; each line safe for a terminal."""
    yield from map(printable, _headline(checkout, plan))
    rows = [_row(change.site.path, change.site.line, change.site.spelling, change.new, change.site.kind)
            for change in plan.changes] if plan else [
            _row(site.path, site.line, site.spelling, None, site.kind) for site in checkout.project.sites]  # fmt: skip
    yield from _table(rows)
    for edit in plan.changelog if plan is not None else ():
        yield printable(f"  {edit.path}  {edit.description}")
    stays = _explain_changelog(checkout, plan)
    if stays:
        yield printable(f"  {stays}")
    lookalikes = checkout.project.lookalikes
    if lookalikes:
        yield ""
        yield "Looks like the version, and is left as it is:"
        yield from _table([_lookalike(item) for item in lookalikes])
    if plan is not None:
        yield ""
        yield _last(plan, applied=applied)


def describe(checkout: Checkout, plan: LocalPlan | None, *, applied: bool) -> dict[str, Any]:
    """The same for scripts. Keys are only ever added."""
    project = checkout.project
    changes = {change.site: change.new for change in plan.changes} if plan else {}
    return {
        "project": project.name,
        "root": project.root,
        "together": [one.name for one in project.together],
        "derived_by": project.derived_by,
        "version": project.spelling,
        "next": plan.version.spelling if plan else None,
        "tag": plan.tag if plan else None,
        "sites": [
            {
                "path": site.path,
                "line": site.line,
                "reason": str(site.kind),
                "old": site.spelling,
                "new": changes.get(site),
            }
            for site in project.sites
        ],
        "lookalikes": [
            {"path": one.path, "line": one.line, "text": one.text, "reason": one.reason, "version-files": one.setting}
            for one in project.lookalikes
        ],
        "files": [edit.path for edit in plan.files] if plan else [],
        "changelog_stays": _explain_changelog(checkout, plan),
        "applied": applied,
    }


def _explain_changelog(checkout: Checkout, plan: LocalPlan | None) -> str:
    """Why no changelog changes, in a sentence; nothing where one does, or where none is wanted."""
    style = checkout.settings.changelog.style
    if plan is None or style is Style.NONE:
        return ""
    match plan.outcome:
        case Released():
            return ""
        case NoChangelog(path=None):
            return "No changelog was found; changelog.file in the settings names one."
        case NoChangelog(path=path, reason=reason):
            return f"{path} stays as it is, since it {reason}."
        case Unchanged(notes=str()):
            return f"{checkout.changelog.path} has a section of {plan.version} already."
        case Unchanged():
            more = " The release pull request lists what was merged, where the file has a place for it."
            return f"{checkout.changelog.path} lists nothing as unreleased.{'' if style is Style.BY_HAND else more}"


def _headline(checkout: Checkout, plan: LocalPlan | None) -> Iterator[str]:
    project = checkout.project
    where = "" if project.root == "." else f" in {project.root}"
    if plan is None:
        yield f"{project.name} {project.spelling}{where}"
    else:
        yield f"{project.name} {project.spelling} -> {plan.version}{where}, tag {plan.tag}"
    if project.together:
        yield f"  Together with {', '.join(one.name for one in project.together)}."
    if project.derived_by is not None:
        yield f"  {project.derived_by} takes the version from the newest tag: no file has to say it."


def _row(path: str, line: int, old: str, new: str | None, why: str) -> tuple[str, str, str]:
    change = old if new is None else f"{old} -> {new}" if old != new else f"{old} (says so already)"
    return f"{path}:{line}", change, str(why)


def _lookalike(item: Lookalike) -> tuple[str, str, str]:
    shown = f'  To include it: version-files = ["{item.setting}"]' if item.setting else ""
    return f"{item.path}:{item.line}", item.text, item.reason + shown


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    shown = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [min(_WIDEST, max(len(row[column]) for row in shown)) for column in range(2)] if shown else []
    for first, second, third in shown:
        yield f"  {first:{widths[0]}}  {second:{widths[1]}}  {third}"


def _last(plan: LocalPlan, *, applied: bool) -> str:
    count = len(plan.files)
    files = "1 file" if count == 1 else f"{count} files"
    if not count:
        return "Nothing has to change."
    return f"Wrote {files}." if applied else f"{files} to change; --apply writes them."
