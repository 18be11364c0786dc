"""What a repository was like spares requests, and must never cost an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.github.errors import Unavailable
from bot.github.listing import Tree, TreeEntry
from bot.github.overview import Besides
from bot.github.trees import MOST_ENTRIES, MOST_LEVELS
from bot.release.hints import Hints
from bot.release.observe import Observer
from bot.release.snapshot import Line

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def tree(*paths: str) -> Tree:
    return Tree("c" * 40, "t" * 40, tuple(TreeEntry(path, "b" * 40, "100644", 3) for path in paths))


def note(*paths: str) -> Hints:
    hints, listed = Hints(), tree(*paths)
    hints.note_content(listed, listed.entries[:2])
    return hints


def test_a_small_repository_is_listed_one_folder_deeper_than_it_was() -> None:
    hints = note("pyproject.toml", "src/widget/__init__.py", "README.md")
    assert hints.bring(5) == Besides(("pyproject.toml", "src/widget/__init__.py"), 4, "pypi", 5)
    assert hints.bring(5, content=False) == Besides(thread=5)


def test_a_large_or_deep_repository_is_not_listed_in_a_document() -> None:
    assert note(*(f"{number}.txt" for number in range(MOST_ENTRIES))).levels > 0
    assert note(*(f"{number}.txt" for number in range(MOST_ENTRIES + 1))).levels == 0
    assert note("/".join("abcdefghijk"[: MOST_LEVELS - 1])).levels == MOST_LEVELS
    assert note("/".join("abcdefghijk"[:MOST_LEVELS])).levels == 0


def test_a_large_file_does_not_come_along() -> None:
    hints = Hints()
    large = TreeEntry("large.lock", "b" * 40, "100644", 10**6)
    hints.note_content(tree("small"), [large, *tree("small").entries])
    assert hints.paths == ("small",)


async def test_a_listing_that_github_gives_up_on_is_not_asked_for_again() -> None:
    hints = note("pyproject.toml")
    asked: list[str] = []

    async def give_up(query: str, *_: Any, **__: Any) -> None:
        asked.append(query)
        raise Unavailable("it gave up on the query", 200, "POST", "/graphql")

    access: Any = SimpleNamespace(read=SimpleNamespace(owner="acme", name="widget", graphql=give_up))
    nothing: Any = SimpleNamespace(id=1)
    observer = Observer(access, nothing, nothing, nothing, VirtualClock(), defaults=nothing, hints=hints)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await observer.look(Line("main"))
    assert ["entries" in query for query in asked] == [True, False]


def test_a_preview_should_not_be_made_again_for_labels_that_it_has_shown() -> None:
    hints = Hints()
    assert not hints.is_previewed(5, "head", ("a",), NOW, fewer=False)
    hints.note_previewed(5, "head", ("a", "b"), NOW)
    assert hints.is_previewed(5, "head", ("b", "a"), NOW + timedelta(hours=1), fewer=False)
    # Told before somebody looked, and shown with what came after it.
    assert hints.is_previewed(5, "head", ("a",), NOW, fewer=False)
    assert hints.is_previewed(5, "head", ("a", "b", "c"), NOW, fewer=True)
    assert not hints.is_previewed(5, "head", ("a",), NOW + timedelta(seconds=1), fewer=False)
    assert not hints.is_previewed(5, "head", ("a",), NOW, fewer=True)
    assert not hints.is_previewed(5, "head", ("c",), NOW, fewer=False)
    assert not hints.is_previewed(5, "other", ("a", "b"), NOW, fewer=False)
    for number in range(10, 200):
        hints.note_previewed(number, "head", (), NOW)
    assert not hints.is_previewed(5, "head", ("a", "b"), NOW, fewer=False)
