"""The notes of a release say who made it, and list what was merged where no changelog does; one request tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.faults import Refused, When
from bot.sandbox.http import reply
from tests.stories.test_auto import merge
from tests.stories.theatre import Theatre, open_theatre

NO_FILE: dict[str, str | None] = {"CHANGELOG.md": None}
ASK = r"/releases/generate-notes$"


async def publish(theatre: Theatre, version: str = "1.2.0") -> str:
    """Let a version be released; the notes of its GitHub Release."""
    pull = await theatre.reach_gate(version)
    await theatre.say(theatre.acme.hugo, f"/release approve {version}", pull.number)
    theatre.read_all()
    return theatre.plain(theatre.release(f"v{version}").body or "")


async def test_contributors_are_named_and_newcomers_with_what_they_began_with(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        first = await merge(theatre, "Float by @eve in https://git.acme.example/acme/widget/pull/1")
        await merge(theatre, "Float higher")
        notes = await publish(theatre)
        assert f"\n\n**Contributors**: `@wanda` (first contribution in #{first.number})\n\n" in notes
        assert notes.startswith("### Added\n\n- Widgets can be spun.\n")
        assert "Float higher by" not in notes
        assert theatre.asked("POST", ASK) == 1
        await merge(theatre, "Float highest")
        assert "\n\n**Contributors**: `@wanda`\n\n" in await publish(theatre, "1.3.0")


@pytest.mark.parametrize("trigger", ["release-published", "tag-push"])
async def test_without_a_changelog_the_notes_list_what_was_merged(tmp_path: Path, trigger: str) -> None:
    async with open_theatre(tmp_path, files=NO_FILE, trigger=trigger) as theatre:  # type: ignore[arg-type]
        pull = await merge(theatre, "Widgets float, @hugo & <b>all</b>")
        notes = await publish(theatre)
        page = f"https://git.acme.example/acme/widget/pull/{pull.number}"
        quiet = "\N{WORD JOINER}"
        line = f"* Widgets float, @{quiet}hugo & <{quiet}b>all<{quiet}/b> by @{quiet}wanda in {page}\n"
        assert notes.startswith(f"{line}\n**Contributors**: ")
        assert "Release widget" not in notes
        assert "aweigh" not in notes
        assert theatre.asked("POST", ASK) == 1


@pytest.mark.parametrize("status", [403, 404, 422, 502])
async def test_where_github_does_not_tell_it_the_release_is_published_all_the_same(tmp_path: Path, status: int) -> None:
    async with open_theatre(tmp_path) as theatre:
        await merge(theatre, "Widgets float")
        refused = Refused(reply(status, {"message": "No."}))
        theatre.sandbox.github.faults.add(When(method="POST", path=ASK), refused, times=None)
        notes = await publish(theatre)
        assert notes.startswith("### Added\n\n- Widgets can be spun.\n")
        assert "Contributors" not in notes


async def test_a_first_release_tells_no_history(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=NO_FILE) as theatre:
        theatre.acme.hugo.delete_tag("v1.1.0")
        await merge(theatre, "Widgets float")
        notes = await publish(theatre)
        assert "Widgets float" not in notes
        assert theatre.asked("POST", ASK) == 0


async def test_the_notes_are_shown_as_they_would_be_released(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=NO_FILE) as theatre:
        await merge(theatre, "Widgets float")
        pull = await theatre.propose()
        await theatre.say(theatre.acme.wanda, "/release notes", pull.number)
        said = theatre.reply(pull.number).replace("\u2060", "")
        assert "Widgets float by @" in said
        assert "**Contributors**: `@wanda` (first contribution in #" in said
