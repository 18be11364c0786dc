"""Where the version stands and how it goes on: what a release pull request changes, what it leaves, and what words lead to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from tests.stories.derived import derived
from tests.stories.theatre import Theatre, open_theatre

README = "# widget\n\n    rev: v1.1.0\n\nNew since 1.1.0.\n"
CITATION = "cff-version: 1.2.0\nversion: 1.1.0\ndate-released: 2026-01-02\n"
STATIC = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "widget"\nversion = "1.1.0"\n'
MARCH = datetime(2026, 3, 7, 12, tzinfo=UTC)


def text_of(theatre: Theatre, path: str) -> str:
    """The file at the head of the release branch."""
    content = theatre.acme.repository.store.read("aweigh/main", path)
    assert content is not None
    return content.decode()


async def test_what_looks_like_the_version_and_stays_is_shown(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, files={"README.md": README}) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0 --dry-run")
        assert theatre.reply(theatre.feature) == snapshot(name="dry run")
        pull = await theatre.propose()
        assert theatre.plain(pull.body or "") == snapshot(name="pull request")
        assert text_of(theatre, "README.md") == README
        theatre.read_all()


async def test_places_that_the_settings_name_follow(tmp_path: Path) -> None:
    settings = 'version-files = [{path = "README.md", pattern = "rev: v{version}"}]\n'
    async with open_theatre(
        tmp_path, files={"README.md": README, "CITATION.cff": CITATION}, settings=settings
    ) as theatre:
        pull = await theatre.propose()
        assert text_of(theatre, "README.md") == README.replace("rev: v1.1.0", "rev: v1.2.0")
        assert "version: 1.2.0\ndate-released: 20" in text_of(theatre, "CITATION.cff")
        assert "2026-01-02" not in text_of(theatre, "CITATION.cff")
        assert "place named by version-files (line 3): 1.1.0 → 1.2.0" in (pull.body or "")
        theatre.read_all()


async def test_a_last_zero_that_nobody_typed_is_written_as_ever(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2")
        pull = theatre.release_pull
        assert pull.title == "Release widget 1.2.0"
        assert '__version__ = "1.2.0"' in text_of(theatre, "widget/__init__.py")
        # Said again in full it is the same release.
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.release_pull is pull
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        await theatre.say(theatre.acme.hugo, "/release approve 1.2", pull.number)
        assert theatre.files("1.2.0")
        theatre.read_all()


async def test_a_release_without_any_change_is_merged_and_tagged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        # Nobody keeps a changelog either.
        files = derived() | {".github/aweigh.toml": None, "CHANGELOG.md": None}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        store = theatre.acme.repository.store
        bump = store.commit(pull.head_sha)
        assert bump.tree == store.commit(bump.parents[0]).tree
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_places_that_the_settings_name_follow_where_the_tag_says_the_version(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    settings = 'version-files = [{path = "README.md", pattern = "rev: v{version}"}, "CITATION.cff"]\n'
    conf = 'release = "1.1.0"\n'
    async with open_theatre(tmp_path) as theatre:
        files = derived() | {".github/aweigh.toml": settings, "README.md": README, "CITATION.cff": CITATION}
        files |= {"docs/conf.py": conf, "CHANGELOG.md": None}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        assert text_of(theatre, "README.md") == README.replace("rev: v1.1.0", "rev: v1.2.0")
        assert "version: 1.2.0\ndate-released: 20" in text_of(theatre, "CITATION.cff")
        assert "2026-01-02" not in text_of(theatre, "CITATION.cff")
        assert text_of(theatre, "docs/conf.py") == conf
        assert theatre.plain(pull.body or "") == snapshot(name="pull request")
        theatre.acme.hugo.push_commit("main", {"README.md": README + "More.\n"}, "docs: more")
        await theatre.say(theatre.acme.mona, "/release recreate", pull.number)
        assert text_of(theatre, "README.md") == README.replace("rev: v1.1.0", "rev: v1.2.0") + "More.\n"
        theatre.read_all()


async def test_a_package_in_lockstep_with_one_whose_version_is_the_tag_follows_to_the_end(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        member = '[project]\nname = "widget-a"\nversion = "1.1.0"\ndependencies = ["widget==1.1.0"]\n'
        settings = 'lockstep = ["widget", "widget-a"]\n'
        files = derived() | {".github/aweigh.toml": settings, "libs/a/pyproject.toml": member, "CHANGELOG.md": None}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        assert text_of(theatre, "libs/a/pyproject.toml") == member.replace("1.1.0", "1.2.0")
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.files("1.2.0")
        theatre.read_all()


async def test_whose_version_is_their_tag_is_shown_no_change_that_is_none(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        files = derived() | {".github/aweigh.toml": None}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, "/release 1.2")
        pull = theatre.release_pull
        assert pull.title == "Release widget 1.2.0"
        assert "`1.2`" not in (pull.body or "")
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_whose_version_is_their_tag_is_shown_where_a_word_leads_from(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        files = derived() | {".github/aweigh.toml": None}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, "/release minor")
        pull = theatre.release_pull
        assert pull.title == "Release widget 1.2.0"
        assert "`1.1.0` → `1.2.0`" in (pull.body or "")
        theatre.read_all()


@pytest.mark.parametrize("asked", ["minor", "1.2.0"])
async def test_whose_version_is_their_tag_has_what_a_tool_is_told_follow(tmp_path: Path, asked: str) -> None:
    tool = '[tool.tbump.version]\ncurrent = "1.1.0"\n[[tool.tbump.file]]\nsrc = "README.md"\nsearch = "v{current_version}"\n'
    own = derived() | {".github/aweigh.toml": None, "README.md": README}
    async with open_theatre(tmp_path) as theatre:
        files = own | {"pyproject.toml": f"{own['pyproject.toml']}\n{tool}"}
        theatre.acme.mona.push_commit("main", files, message="build: let the tag say the version")
        await theatre.say(theatre.acme.mona, f"/release {asked}")
        pull = theatre.release_pull
        assert text_of(theatre, "README.md") == README.replace("v1.1.0", "v1.2.0")
        assert text_of(theatre, "pyproject.toml") == f"{own['pyproject.toml']}\n{tool.replace('1.1.0', '1.2.0')}"
        assert "configuration of tbump" in (pull.body or "")
        # What stands there by now is no reason to make the branch anew.
        head = pull.head_sha
        theatre.acme.mona.push_commit("main", {"docs.md": "x"}, message="docs: x")
        await theatre.settle()
        assert pull.head_sha == head
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_what_a_merge_asks_for_is_written_as_ever_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.mona.push_commit("main", {"a.py": "x = 1\n"}, message="feat: a\n\nRelease-As: 1.4")
        await theatre.say(theatre.acme.mona, "/release auto")
        assert theatre.release_pull.title == "Release widget 1.4.0"
        theatre.read_all()


async def test_what_the_files_say_already_is_released_as_they_say_it(tmp_path: Path) -> None:
    files = {"pyproject.toml": STATIC.replace("1.1.0", "1.2"), "widget/__init__.py": '__version__ = "1.2"\n'}
    async with open_theatre(tmp_path, settings='mode = "tag-only"\n') as theatre:
        theatre.acme.mona.push_commit("main", files, message="Announce 1.2")
        await theatre.say(theatre.acme.mona, "/release 1.2")
        assert theatre.find_tag("v1.2") is not None
        theatre.read_all()


async def test_a_lock_is_written_as_the_files_are_and_nothing_is_made_anew(tmp_path: Path) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "widget"\nversion = "1.1.1"\nsource = { editable = "." }\n'
    files: dict[str, str | None] = {
        "pyproject.toml": STATIC.replace("1.1.0", "1.1.1"),
        "widget/__init__.py": '__version__ = "1.1.1"\n',
        "uv.lock": lock,
    }
    async with open_theatre(tmp_path, files=files) as theatre:
        theatre.acme.mona.push_tag("v1.1.1", "main")
        await theatre.say(theatre.acme.mona, "/release 1.2")
        pull = theatre.release_pull
        assert text_of(theatre, "uv.lock") == lock.replace("1.1.1", "1.2.0")
        assert 'version = "1.2.0"' in text_of(theatre, "pyproject.toml")
        head = pull.head_sha
        theatre.acme.mona.push_commit("main", {"docs.md": "x"}, message="docs: x")
        await theatre.settle()
        assert pull.head_sha == head
        theatre.read_all()


async def test_by_date_a_word_leads_to_the_day_of_the_command(tmp_path: Path) -> None:
    clock = VirtualClock(MARCH)
    async with open_theatre(tmp_path, settings='versioning = "calver:YYYY.0M.0D"\n', clock=clock) as theatre:
        await theatre.say(theatre.acme.mona, "/release minor")
        assert theatre.release_pull.title == "Release widget 2026.03.07"
        assert '__version__ = "2026.03.07"' in text_of(theatre, "widget/__init__.py")
        theatre.read_all()
