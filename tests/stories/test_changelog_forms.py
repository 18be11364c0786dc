"""Each form of changelog, from the command to the GitHub Release: the section is right on main, and in the notes."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from bot.sandbox.acts.commits import signature_of
from tests.stories.theatre import Theatre, open_theatre

Files = dict[str, str | None]
TODAY = "{today}"

KEEP_RST: Files = {
    "CHANGELOG.md": None,
    "CHANGES.rst": """\
Changelog
=========

`Unreleased`_
-------------

Added
~~~~~

- Widgets can be spun, see :func:`widget.spin` (:pr:`2`).

`1.1.0`_ - 2026-03-02
---------------------

- Widgets have a name.

.. _Unreleased: https://git.acme.example/acme/widget/compare/v1.1.0...HEAD
.. _1.1.0: https://git.acme.example/acme/widget/releases/tag/v1.1.0
""",
}

DATED: Files = {
    "CHANGELOG.md": None,
    "docs/changes.rst": """\
Changes
=======

Version 1.2.0
-------------

Unreleased

-   Widgets can be spun.


Version 1.1.0
-------------

Released 2026-03-02

-   Widgets have a name.
""",
}

TOWNCRIER: Files = {
    "CHANGELOG.md": None,
    "towncrier.toml": """\
[tool.towncrier]
name = "widget"
directory = "newsfragments"
filename = "NEWS.rst"
issue_format = "`#{issue} <https://git.acme.example/acme/widget/issues/{issue}>`_"
""",
    "NEWS.rst": """\
News
####

.. towncrier release notes start

widget 1.1.0 (2026-03-02)
=========================

Features
--------

- Widgets have a name.
""",
    "newsfragments/2.feature.rst": "Widgets can be ``spun``.\n",
    "newsfragments/+name.bugfix.rst": "Names are lower-case.\n",
    "newsfragments/README.rst": "How to write news.\n",
}

TEMPLATE: Files = TOWNCRIER | {
    "towncrier.toml": """\
[tool.towncrier]
directory = "newsfragments"
filename = "NEWS.md"
template = "newsfragments/template.md"
start_string = "<!-- news -->\\n"
title_format = "## {version} - {project_date}"
""",
    "NEWS.rst": None,
    "NEWS.md": "# News\n\n<!-- news -->\n\n## 1.1.0 - 2026-03-02\n\n- Widgets have a name.\n",
    "newsfragments/template.md": """\
{% macro number(value) %}[{{ value }}]{% endmacro %}
{% for section in sections %}{% for type, texts in sections[section].items() %}

### {{ definitions[type].name }}

{% for text, values in texts.items() %}
- {{ text }}{% for value in values %} {{ number(value) }}{% endfor %}

{% endfor %}
{% endfor %}{% endfor %}
""",
}

SCRIV: Files = {
    "CHANGELOG.md": "# Changelog\n\n<!-- scriv-insert-here -->\n\n## 1.1.0 — 2026-03-02\n\n### Added\n\n- Widgets have a name.\n",
    "changelog.d/scriv.ini": "[scriv]\nformat = md\nmd_header_level = 2\nmd_html_anchors = false\n",
    "changelog.d/20260401_mona.md": "### Added\n\n- Widgets can be spun.\n",
    "changelog.d/20260402_hugo.md": "<!--\n### Removed\n-->\n\n### Fixed\n\n- Names are lower-case.\n",
}

PER_RELEASE: Files = {
    "CHANGELOG.md": "# Changelog\n\nSee docs/releases.\n",
    "docs/releases/index.rst": "Releases\n========\n\n.. toctree::\n\n   1.1.0\n   1.0.0\n",
    "docs/releases/1.1.0.rst": "widget 1.1.0\n============\n\n*2026-03-02*\n\n- Widgets have a name.\n",
    "docs/releases/1.0.0.rst": "widget 1.0.0\n============\n\n*2025-11-17*\n\n- First release.\n",
    "docs/releases/unreleased.rst": "Unreleased\n==========\n\n- Widgets can be spun.\n",
}


async def release(theatre: Theatre) -> str:
    """Release 1.2.0 to the end; the notes of the GitHub Release."""
    pull = await theatre.reach_gate()
    await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
    theatre.read_all()
    (made,) = [one for one in theatre.acme.repository.releases.values() if one.tag_name == "v1.2.0"]
    return made.body or ""


def read(theatre: Theatre, path: str) -> str | None:
    """A file as it is on main."""
    content = theatre.acme.repository.store.read("main", path)
    return None if content is None else content.decode()


def list_files(theatre: Theatre, branch: str) -> set[str]:
    """The names of all files of a branch."""
    store, ref = theatre.acme.repository.store, f"refs/heads/{branch}"
    return set(store.files(store.refs(ref)[ref]))


def today(theatre: Theatre) -> str:
    """The day of the release."""
    return theatre.sandbox.world.now().astimezone(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("files", "settings", "path", "section", "notes", "gone"),
    [
        (
            KEEP_RST,
            "",
            "CHANGES.rst",
            (
                "`Unreleased`_\n-------------\n\n`1.2.0`_ - {today}\n---------------------\n\nAdded\n~~~~~\n\n"
                "- Widgets can be spun, see :func:`widget.spin` (:pr:`2`).\n"
            ),
            "### Added\n\n- Widgets can be spun, see `widget.spin` (#2).",
            (),
        ),
        (
            DATED,
            "",
            "docs/changes.rst",
            "Version 1.2.0\n-------------\n\nReleased {today}\n\n-   Widgets can be spun.\n\n\nVersion 1.1.0\n",
            "-   Widgets can be spun.",
            (),
        ),
        (
            TOWNCRIER,
            "",
            "NEWS.rst",
            (
                ".. towncrier release notes start\n\nwidget 1.2.0 ({today})\n=========================\n\n"
                "Features\n--------\n\n- Widgets can be ``spun``. (`#2 <https://git.acme.example/acme/widget/issues/2>`_)\n\n\n"
                "Bugfixes\n--------\n\n- Names are lower-case.\n\n\nwidget 1.1.0"
            ),
            (
                "### Features\n\n- Widgets can be `spun`. ([#2](https://git.acme.example/acme/widget/issues/2))\n\n"
                "### Bugfixes\n\n- Names are lower-case."
            ),
            ("newsfragments/2.feature.rst", "newsfragments/+name.bugfix.rst"),
        ),
        (
            TEMPLATE,
            "",
            "NEWS.md",
            "<!-- news -->\n\n## 1.2.0 - {today}\n\n### Bugfixes\n\n- Names are lower-case.\n",
            "- Widgets can be ``spun``. [#2]",
            ("newsfragments/2.feature.rst", "newsfragments/+name.bugfix.rst"),
        ),
        (
            SCRIV,
            "",
            "CHANGELOG.md",
            (
                "<!-- scriv-insert-here -->\n\n## 1.2.0 — {today}\n\n### Added\n\n- Widgets can be spun.\n\n"
                "### Fixed\n\n- Names are lower-case.\n\n## 1.1.0"
            ),
            "### Added\n\n- Widgets can be spun.\n\n### Fixed\n\n- Names are lower-case.",
            ("changelog.d/20260401_mona.md", "changelog.d/20260402_hugo.md"),
        ),
        (
            PER_RELEASE,
            "",
            "docs/releases/1.2.0.rst",
            "widget 1.2.0\n============\n\n*{today}*\n\n- Widgets can be spun.\n",
            "- Widgets can be spun.",
            (),
        ),
        (
            {
                "docs/HISTORY.md": "# History\n\n## Unreleased\n\n* Widgets can be spun.\n\n## v1.1.0 (Mar 2, 2026)\n\n* A name.\n"
            },
            'changelog.file = "docs/HISTORY.md"\n',
            "docs/HISTORY.md",
            "## Unreleased\n\n## v1.2.0 (",
            "* Widgets can be spun.",
            (),
        ),
    ],
    ids=["keep a changelog", "dated by a line", "towncrier", "template", "scriv", "per release", "named"],
)
async def test_the_section_is_right_on_main_and_in_the_release(
    tmp_path: Path, files: Files, settings: str, path: str, section: str, notes: str, gone: tuple[str, ...]
) -> None:
    async with open_theatre(tmp_path, files=files, settings=settings) as theatre:
        made = await release(theatre)
        text = read(theatre, path)
        assert text is not None
        assert section.replace(TODAY, today(theatre)) in text
        assert notes in made
        assert "pip install" in made
        assert [read(theatre, one) for one in gone] == [None] * len(gone)
        if files is TOWNCRIER:
            assert read(theatre, "newsfragments/README.rst") == files["newsfragments/README.rst"]
        if files is PER_RELEASE:
            assert "   1.2.0\n   1.1.0\n   1.0.0\n" in (read(theatre, "docs/releases/index.rst") or "")
            assert read(theatre, "docs/releases/unreleased.rst") == "Unreleased\n==========\n"


async def test_where_files_write_a_zero_that_tags_do_not_the_notes_are_those_of_the_tag(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=PER_RELEASE) as theatre:
        theatre.acme.mona.push_tag("v1.1", "v1.1.0")
        theatre.acme.mona.delete_tag("v1.1.0")
        await theatre.say(theatre.acme.mona, "/release 1.2")
        pull = theatre.release_pull
        await theatre.merge(pull)
        assert '__version__ = "1.2.0"' in (read(theatre, "widget/__init__.py") or "")
        assert "- Widgets can be spun." in (theatre.release("v1.2").body or "")
        await theatre.say(theatre.acme.hugo, "/release approve 1.2", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_without_a_changelog_no_file_is_made(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files={"CHANGELOG.md": None}) as theatre:
        before = list_files(theatre, "main")
        made = await release(theatre)
        assert made.startswith("```sh\npip install")
        assert list_files(theatre, "main") == before


async def test_the_style_none_leaves_every_file_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings='changelog.style = "none"\n') as theatre:
        before = read(theatre, "CHANGELOG.md")
        await release(theatre)
        assert read(theatre, "CHANGELOG.md") == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"newsfragments/template.md": "{{ cycler.__init__.__globals__ }}"},
            "newsfragments/template.md` stays as it is, since it needs more than I work out of a template: `it uses cycler`",
        ),
        ({"towncrier.toml": "[tool.towncrier]\nname = 7\n"}, "towncrier.toml` stays as it is, since it has settings"),
        ({"towncrier.toml": "[tool.towncrier"}, "towncrier.toml` stays as it is, since it is not TOML"),
        ({"newsfragments/2.feature.md": "Twice.\n"}, "is there twice for one change"),
    ],
)
async def test_a_form_that_cannot_be_changed_is_named_and_the_release_goes_on(
    tmp_path: Path, changes: Files, said: str
) -> None:
    async with open_theatre(tmp_path, files=TEMPLATE | changes) as theatre:
        pull = await theatre.propose()
        assert said in (pull.body or "")
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.read_all()
        assert "refs/tags/v1.2.0" in theatre.acme.repository.store.refs("refs/tags/")
        assert read(theatre, "NEWS.md") == TEMPLATE["NEWS.md"]
        assert read(theatre, "newsfragments/2.feature.rst") == TEMPLATE["newsfragments/2.feature.rst"]


async def test_a_fragment_that_comes_later_is_in_the_release_pull_request_soon(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        pull = await theatre.propose()
        theatre.acme.mona.push_commit("main", {"newsfragments/3.feature.rst": "They turn.\n"}, "They turn")
        await theatre.settle()
        store = theatre.acme.repository.store
        assert "- They turn. (" in (store.read("aweigh/main", "NEWS.rst") or b"").decode()
        assert "newsfragments/3.feature.rst" not in list_files(theatre, "aweigh/main")
        await theatre.merge(pull)
        theatre.read_all()
        assert read(theatre, "newsfragments/3.feature.rst") is None


def push_links(theatre: Theatre, links: dict[str, str]) -> None:
    """Push a commit with symbolic links, by path what they lead to, to main."""
    world, repository = theatre.sandbox.world, theatre.acme.repository
    store = repository.store
    head = store.refs("refs/heads/main")["refs/heads/main"]
    tree = store.add_tree(
        store.commit(head).tree, {path: ("120000", store.add_blob(to.encode())) for path, to in links.items()}
    )
    who = signature_of(world, theatre.acme.mona.user)
    theatre.acme.mona.push_branch("main", store.add_commit(tree, (head,), "Link", author=who, committer=who))


async def test_a_fragment_of_several_issues_may_be_a_file_and_links_to_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        push_links(
            theatre,
            {
                "newsfragments/11.feature.rst": "2.feature.rst",
                "newsfragments/7.bugfix.rst": "../newsfragments/./+name.bugfix.rst",
                "docs/latest.rst": "../NEWS.rst",
            },
        )
        made = await release(theatre)
        url = "https://git.acme.example/acme/widget/issues"
        assert f"Widgets can be `spun`. ([#2]({url}/2), [#11]({url}/11))" in made
        assert made.count("can be `spun`") == 1
        assert f"Names are lower-case. ([#7]({url}/7))" in made
        assert {path for path in list_files(theatre, "main") if path.startswith("newsfragments/")} == {
            "newsfragments/README.rst"
        }
        assert read(theatre, "docs/latest.rst") == "../NEWS.rst"


async def test_a_link_that_is_called_like_the_changelog_stays_one(tmp_path: Path) -> None:
    changelog = "# Changelog\n\n## [Unreleased]\n\n- Widgets can be spun.\n\n## [1.1.0] - 2026-03-02\n\n- A name.\n"
    async with open_theatre(tmp_path, files={"CHANGELOG.md": None, "docs/source/changelog.md": changelog}) as theatre:
        push_links(theatre, {"CHANGELOG.md": "docs/source/changelog.md"})
        made = await release(theatre)
        assert "Widgets can be spun" in made
        assert "## [1.2.0] - " in (read(theatre, "docs/source/changelog.md") or "")
        assert read(theatre, "CHANGELOG.md") == "docs/source/changelog.md"


@pytest.mark.parametrize("to", ["../../etc/passwd", "nothing.rst", "/etc/passwd", "12.feature.rst", "x" * 2000, ".."])
async def test_a_link_that_leads_nowhere_in_the_repository_leaves_the_fragments_alone(tmp_path: Path, to: str) -> None:
    async with open_theatre(tmp_path, files=TOWNCRIER) as theatre:
        push_links(theatre, {"newsfragments/12.feature.rst": to})
        pull = await theatre.propose()
        assert "newsfragments/12.feature.rst` stays as it is, since it could not be read" in (pull.body or "")
        assert "newsfragments/2.feature.rst" in list_files(theatre, "aweigh/main")
