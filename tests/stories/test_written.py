"""What people write for the next release, in fragments or by hand, decides its version together with what is merged."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.acme_files import changelog
from tests.stories.test_auto import AUTO, push, turn_on, versions
from tests.stories.test_changelog_forms import TOWNCRIER
from tests.stories.theatre import Theatre, open_theatre


async def write(theatre: Theatre, files: dict[str, str | None], title: str = "chore: a word for readers") -> None:
    """Let somebody push what readers are to be told, with a commit that asks for nothing by itself."""
    theatre.acme.hugo.push_commit("main", files, title)
    await theatre.settle()


async def publish(theatre: Theatre, version: str) -> None:
    """Let the open release pull request become a release."""
    pull = theatre.release_pull
    await theatre.merge(pull)
    await theatre.say(theatre.acme.mona, f"/release approve {version}", pull.number)
    assert len(theatre.files(version)) == 2
    theatre.read_all()


def reason(theatre: Theatre) -> str:
    """Why the open release pull request releases this version."""
    said = theatre.plain(theatre.release_pull.body or "")
    (line,) = [line for line in said.splitlines() if " step, because of " in line]
    return line


async def test_a_fragment_decides_where_it_is_more_than_what_was_merged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        # Two fragments are there when this is tagged by hand: they were told with it, though nobody took them away.
        await turn_on(theatre, released=True)
        await push(theatre, "chore: tidy up")
        assert versions(theatre) == []
        await write(theatre, {"newsfragments/5.bugfix.rst": "Sinks less.\n"})
        assert versions(theatre) == ["1.1.6"]
        assert reason(theatre) == "`1.1.6`, a patch step, because of fragment `newsfragments/5.bugfix.rst`."
        await write(theatre, {"newsfragments/6.feature.rst": "Floats.\n"}, "fix: float")
        assert versions(theatre) == ["1.2.0"]
        assert reason(theatre) == "`1.2.0`, a minor step, because of fragment `newsfragments/6.feature.rst`."
        await write(theatre, {"newsfragments/7.removal.rst": "Sails are gone.\n"})
        assert versions(theatre) == ["2.0.0"]
        assert reason(theatre) == "`2.0.0`, a major step, because of fragment `newsfragments/7.removal.rst`."
        await push(theatre, "feat!: no more masts")
        assert "`feat!`" in reason(theatre)
        theatre.read_all()


async def test_after_a_release_a_fragment_opens_the_next_one(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        await turn_on(theatre)
        assert versions(theatre) == ["1.1.1"]
        await publish(theatre, "1.1.1")
        await push(theatre, "chore: tidy up")
        assert versions(theatre) == []
        await write(theatre, {"newsfragments/7.removal.rst": "Sails are gone.\n"})
        assert versions(theatre) == ["2.0.0"]
        theatre.read_all()


async def test_a_fragment_that_is_taken_back_leaves_the_smaller_version(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        await turn_on(theatre, released=True)
        await write(theatre, {"newsfragments/6.feature.rst": "Floats.\n"}, "fix: float")
        assert versions(theatre) == ["1.2.0"]
        await write(theatre, {"newsfragments/6.feature.rst": None})
        assert versions(theatre) == ["1.1.6"]
        theatre.read_all()


async def test_what_is_written_by_hand_counts_by_its_group(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files={**AUTO}) as theatre:
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["1.2.0"]
        assert reason(theatre) == (
            "`1.2.0`, a minor step, because of `Widgets can be spun.` in the changelog, under `Added`."
        )
        await publish(theatre, "1.2.0")
        text = (theatre.acme.repository.store.read("main", "CHANGELOG.md") or b"").decode()
        await write(
            theatre, {"CHANGELOG.md": text.replace("[Unreleased]\n", "[Unreleased]\n\n### Removed\n\n- Sails.\n", 1)}
        )
        assert versions(theatre) == ["2.0.0"]
        assert reason(theatre).endswith("because of `Sails.` in the changelog, under `Removed`.")
        theatre.read_all()


async def test_what_was_told_with_the_last_release_is_no_news(tmp_path: Path) -> None:
    files: dict[str, str | None] = {"CHANGELOG.md": changelog(unreleased=True)}
    async with open_theatre(tmp_path, files=files) as theatre:
        await turn_on(theatre, released=True)
        text = changelog(unreleased=True).replace("- Widgets can be spun.", "- Widgets can be spun.\n- Widgets sing.")
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["1.1.6"]
        await write(theatre, {"CHANGELOG.md": text})
        assert versions(theatre) == ["1.2.0"]
        assert "`Widgets sing.`" in reason(theatre)
        theatre.read_all()
