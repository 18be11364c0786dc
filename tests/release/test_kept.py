"""What is kept of repositories: what spares requests, within bounds, and for a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.github.further import Reading
from bot.github.landed import History, Landed
from bot.github.listing import Tree, TreeEntry
from bot.release.kept import Kept, Place

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLACE = Place(1, "a" * 40, "main", False)


def reading(commits: int, *, message: str = "x", complete: bool = True) -> Reading:
    landed = tuple(Landed(f"{number:040x}", message, None, is_merge=False, pull=None) for number in range(commits))
    return Reading(History("f" * 40, landed, complete=complete), NOW, NOW)


def tree(files: int, commit: str) -> Tree:
    entries = (TreeEntry(f"n{number}.py", "b" * 40, "100644", 1) for number in range(files))
    return Tree(commit, "c" * 40, tuple(entries))


def test_a_history_of_several_pages_is_kept_for_a_day_wherever_it_was_read() -> None:
    kept, long = Kept(), reading(101)
    kept.keep_reading(PLACE, long)
    assert kept.find_reading(PLACE, NOW + timedelta(hours=23)) is long
    assert kept.find_reading(PLACE, NOW + timedelta(hours=24)) is None
    for other in (Place(2, *PLACE[1:]), Place(1, "b" * 40, "main", False), Place(1, "a" * 40, "1.x", False)):
        assert kept.find_reading(other, NOW) is None


def test_what_is_cut_or_takes_one_request_or_too_much_room_is_not_kept() -> None:
    kept = Kept()
    for short in (reading(100), reading(101, complete=False), reading(101, message="x" * 50_000)):
        # What was known there is not true any more.
        kept.keep_reading(PLACE, reading(101))
        kept.keep_reading(PLACE, short)
        assert kept.find_reading(PLACE, NOW) is None
    with_paths = PLACE._replace(paths=True)
    kept.keep_reading(with_paths, reading(26))
    assert kept.find_reading(with_paths, NOW) is not None


def test_old_histories_make_way_for_new_ones() -> None:
    kept = Kept()
    places = [PLACE._replace(repository_id=number) for number in range(10)]
    for place in places:
        kept.keep_reading(place, reading(101, message="x" * 30_000))
    assert [kept.find_reading(place, NOW) is not None for place in places] == [False] * 5 + [True] * 5


def test_a_long_listing_is_kept_and_a_short_or_huge_one_is_not() -> None:
    kept = Kept()
    for files, is_kept in ((500, False), (501, True), (20_000, True), (20_001, False)):
        commit = str(files)
        kept.keep_tree(1, tree(files, commit))
        assert (kept.find_tree(1, commit) is not None) is is_kept
        assert kept.find_tree(2, commit) is None
