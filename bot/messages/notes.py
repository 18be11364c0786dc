"""The notes of the GitHub Release."""

from __future__ import annotations

from bot.github.links import compare_page
from bot.messages.text import block, code, finish, harmless, link
from bot.release.naming import previous_tag
from bot.release.snapshot import Snapshot
from bot.release.steps import PublishRelease
from bot.settings.repository import SettingsProblem

_MOST_CHARACTERS = 50_000


def render_notes(snapshot: Snapshot, step: PublishRelease, section: str | None) -> str:
    """The changelog's section of this version, how to install it, and what lies between this release and the last."""
    project = snapshot.project
    parts = [harmless(section.strip(), _MOST_CHARACTERS)] if section and section.strip() else []
    if project is not None:
        option = snapshot.target.install_option()
        parts.append(
            block([" ".join(part for part in ("pip install", option, f"{project.name}=={step.version}") if part)], "sh")
        )
    if project is not None and not isinstance(snapshot.settings, SettingsProblem):
        before = previous_tag(snapshot.settings, snapshot.tags, project, step.version)
        if before is not None:
            parts.append(link(f"All changes since {code(before)}", compare_page(snapshot.repository, before, step.tag)))
    return finish("\n\n".join(parts))
