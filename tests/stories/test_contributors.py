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


async def test_who_pushed_without_a_pull_request_is_named_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        await merge(theatre, "Float higher")
        theatre.acme.hugo.push_commit("main", {"widget/deep.py": "DEEP = 1\n"}, "Sink deeper")
        notes = await publish(theatre)
        assert "**Contributors**: `@wanda` (first contribution in #" in notes
        (people,) = [line for line in notes.splitlines() if line.startswith("**Contributors**")]
        assert "`@hugo`" in people, people
        assert theatre.asked("POST", ASK) == 1


async def test_each_package_names_its_own(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, trigger="tag-push") as theatre:
        acme = theatre.acme
        acme.hugo.push_tags("acme-core-v1.1.5", "acme-cli-v0.3.5", revision="main")
        pulls = []
        for person, name in ((acme.wanda, "core"), (acme.mona, "cli")):
            person.push_commit(f"topic-{name}", {f"libs/{name}/acme_{name}/new.py": "NEW = 1\n"}, f"Float {name}")
            pulls.append(person.open_pull(f"topic-{name}", f"Float {name}", "Because."))
            await theatre.merge(pulls[-1], "squash")
        acme.hugo.push_commit("main", {"libs/cli/acme_cli/deep.py": "DEEP = 1\n"}, "Sink deeper")
        await theatre.say(acme.mona, "/release acme-core 1.2.0")
        pull = theatre.release_pull
        await theatre.merge(pull)
        await theatre.say(acme.hugo, "/release approve 1.2.0", pull.number)
        notes = theatre.plain(theatre.release("acme-core-v1.2.0").body or "")
        assert f"**Contributors**: `@wanda` (first contribution in #{pulls[0].number})" in notes
        assert "mona" not in notes
        assert "hugo" not in notes
        theatre.read_all()


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
