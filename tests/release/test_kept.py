"""What is kept of repositories: what spares requests, within bounds, and for a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.github.further import Reading
from bot.github.landed import History, Landed, LandedPull
from bot.github.listing import Tree, TreeEntry
from bot.release.kept import Kept, Place, Touched

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLACE = Place(1, "a" * 40, "main", False)


def reading(
    commits: int, *, message: str = "x", complete: bool = True, pull: LandedPull | None = None, at: datetime = NOW
) -> Reading:
    landed = tuple(Landed(f"{number:040x}", message, None, is_merge=False, pull=pull) for number in range(commits))
    return Reading(History("f" * 40, landed, complete=complete), at, at)


def brought(**changes: Any) -> LandedPull:
    nothing = LandedPull(1, "x", "", None, (), "topic", None)
    return replace(nothing, **changes)


def tree(files: int, commit: str, name: str = "") -> Tree:
    entries = (TreeEntry(f"{name}{number}.py", "b" * 40, "100644", 1) for number in range(files))
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
    long = "x" * 70_000
    for short in (
        reading(100),
        reading(101, complete=False),
        reading(101, message=long),
        # One such character makes all of them four bytes long.
        reading(101, message="x" * 20_000 + "\N{OWL}"),
        *(reading(101, pull=brought(**{what: long})) for what in ("title", "body", "head_branch")),
        *(reading(101, pull=brought(**{what: (long,)})) for what in ("labels", "paths")),
    ):
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
        kept.keep_reading(place, reading(101, message="x" * 45_000))
    assert [kept.find_reading(place, NOW) is not None for place in places] == [False] * 5 + [True] * 5


def test_where_github_does_not_associate_all_yet_the_earlier_reading_is_kept() -> None:
    kept, earlier = Kept(), reading(101)
    kept.keep_reading(PLACE, earlier)
    kept.keep_reading(PLACE, reading(102, pull=brought(is_late=True)))
    assert kept.find_reading(PLACE, NOW) is earlier


def test_what_was_too_dear_to_go_on_with_is_read_whole_for_a_day() -> None:
    kept, day = Kept(), timedelta(days=1)
    kept.keep_reading(PLACE, reading(101))
    kept.give_up(PLACE, NOW)
    for at, is_kept in ((NOW, False), (NOW + day / 2, False), (NOW + day, True)):
        kept.keep_reading(PLACE, reading(101, at=at))
        assert (kept.find_reading(PLACE, at) is not None) is is_kept


def test_a_long_listing_is_kept_and_a_short_or_huge_one_is_not() -> None:
    kept = Kept()
    for files, name, is_kept in (
        (500, "", False),
        (501, "", True),
        (20_000, "", True),
        (40_000, "", False),
        (501, "x" * 20_000, False),
    ):
        commit = f"{files}{name[:1]}"
        kept.keep_tree(1, tree(files, commit, name))
        assert (kept.find_tree(1, commit) is not None) is is_kept
        assert kept.find_tree(2, commit) is None


def test_what_a_change_touches_is_kept_also_where_it_is_too_much_to_be_told() -> None:
    kept = Kept()
    kept.keep_touched(1, 7, Touched(("a.py",)))
    kept.keep_touched(1, "c" * 40, Touched(None))
    kept.keep_touched(1, 8, Touched(("x" * 3_000_000,)))
    assert [kept.find_touched(1, key) for key in (7, "c" * 40, 8, 9)] == [Touched(("a.py",)), Touched(None), None, None]
    assert kept.find_touched(2, 7) is None
