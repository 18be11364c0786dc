"""Which version follows from what was merged, and when a release pull request opens by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.changelog import Change, Level, Rules, Source, Weighed, Why, find_release_as, weigh
from bot.github.facts import PullRequest, TagRef
from bot.release.automatic import find_following, is_automatic, is_free, is_worth_a_release
from bot.release.since import Since
from bot.settings.repository import RepositorySettings
from bot.versions import MaintenanceLine, VersionProblem, find_maintenance_line
from tests.release.making import NOW, files, project, pull, settings, snapshot

TAG = TagRef("v1.1.0", "f" * 40, annotated=True)


def since(*titles: str) -> Since:
    """What was merged, newest last; what stands behind a bar is the body."""
    changes = []
    for number, title in enumerate(titles):
        head, _, body = title.partition("|")
        changes.append(Change(f"{number:040x}", None, head, body))
    changes.reverse()
    return Since(TAG, tuple(changes), weigh(changes, Rules()), find_release_as(changes))


def follow(
    *titles: str,
    stated: str = "1.1.0",
    tags: str = "v1.1.0",
    more: str = "",
    line: MaintenanceLine | None = None,
    uploaded: tuple[str, ...] = (),
) -> str | None:
    refs = tuple(TagRef(name, "f" * 40, annotated=True) for name in tags.split())
    facts = snapshot(since=since(*titles), tags=refs, index=files(*uploaded))
    version = find_following(facts, project(stated), settings(more), line, NOW.date())
    return version.spelling if version is not None else None


@pytest.mark.parametrize(
    ("titles", "version"),
    [
        (("Sink less",), "1.1.1"),
        (("fix: sink less",), "1.1.1"),
        (("fix: sink less", "feat: float"), "1.2.0"),
        (("feat: float", "fix!: sink"), "2.0.0"),
        (("feat: float|BREAKING CHANGE: no sails",), "2.0.0"),
        (("docs: how", "ci: twice"), None),
        ((), None),
        (("fix: sink less", "chore: round|Release-As: 4.0.0", "feat: float"), "4.0.0"),
    ],
)
def test_the_heaviest_change_tells_the_step(titles: tuple[str, ...], version: str | None) -> None:
    assert follow(*titles) == version


@pytest.mark.parametrize("asked", ["0.5.0", "1.1.0", "4.0.0+local", "1.3.0"])
def test_a_footer_that_asks_for_what_cannot_be_released_asks_for_nothing(asked: str) -> None:
    assert follow("feat: float", f"chore: round|Release-As: {asked}", uploaded=("1.3.0",)) == "1.2.0"
    assert follow(f"chore: round|Release-As: {asked}", uploaded=("1.3.0",)) is None


def test_a_footer_asks_for_nothing_outside_of_the_line() -> None:
    line = find_maintenance_line("1.1.x")
    assert follow("fix: sink", "chore: round|Release-As: 4.0.0", line=line) == "1.1.1"


@pytest.mark.parametrize(
    ("uploaded", "version"),
    [(("1.1.0",), "1.2.0"), (("1.2.0",), "1.2.1"), (("1.2.0", "1.2.1"), "1.2.2"), (("1.2.1",), "1.2.0")],
)
def test_a_version_that_the_index_has_is_passed_over(uploaded: tuple[str, ...], version: str) -> None:
    assert follow("feat: float", uploaded=uploaded) == version


def test_a_candidate_that_the_index_has_is_passed_over() -> None:
    assert follow("fix: a", stated="2.0.0rc1", tags="v2.0.0rc1", uploaded=("2.0.0rc2",)) == "2.0.0rc3"
    assert follow("fix: a", stated="2.0.0.dev0", uploaded=("2.0.0",)) == "2.0.1"


def wrote(level: Level, word: str = "news/1.feature.md") -> Weighed:
    return Weighed(None, level, Why(Source.FRAGMENT, word), None, "Floats.")


@pytest.mark.parametrize(
    ("titles", "levels", "version"),
    [
        (("docs: how",), (Level.PATCH,), "1.1.1"),
        (("fix: sink less",), (Level.MINOR,), "1.2.0"),
        (("feat: float",), (Level.PATCH, Level.MAJOR, Level.MINOR), "2.0.0"),
        (("feat!: sink",), (Level.MINOR,), "2.0.0"),
        (("docs: how",), (Level.NONE,), None),
        (("chore: round|Release-As: 4.0.0",), (Level.MINOR,), "4.0.0"),
    ],
)
def test_what_people_wrote_counts_with_what_was_merged(
    titles: tuple[str, ...], levels: tuple[Level, ...], version: str | None
) -> None:
    told = replace(since(*titles), written=tuple(wrote(level) for level in levels))
    facts = snapshot(since=told, tags=(TAG,))
    found = find_following(facts, project("1.1.0"), settings(""), None, NOW.date())
    assert (found.spelling if found else None) == version
    assert is_worth_a_release(told) is (version is not None)


def test_a_change_decides_before_what_was_written_of_it() -> None:
    told = replace(since("feat: float"), written=(wrote(Level.MINOR),))
    level, entry = told.deciding
    assert (level, entry and entry.text) == (Level.MINOR, "Float")


def test_after_a_candidate_the_next_one_follows() -> None:
    assert follow("feat!: sink", stated="2.0.0rc1", tags="v1.1.0 v2.0.0rc1") == "2.0.0rc2"
    assert follow("fix: sink", stated="2.0.0b1", tags="v2.0.0b1") == "2.0.0b2"


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("2.0.0.dev0", "2.0.0"),
        ("1.1.1.dev0", "1.2.0"),
        ("1.3.0", "1.3.0"),
        ("2.0.0a1.dev0", "2.0.0a1"),
        ("2.0.0rc1", "2.0.0rc1"),
        ("1.1.0", "1.2.0"),
    ],
)
def test_what_the_files_announce_counts_where_it_is_more(stated: str, version: str) -> None:
    assert follow("feat: float", stated=stated) == version


def test_below_one_the_setting_takes_a_step_less() -> None:
    mild = 'versioning = "semver:0.x"'
    assert follow("feat!: sink", stated="0.4.0", tags="v0.4.0") == "1.0.0"
    assert follow("feat!: sink", stated="0.4.0", tags="v0.4.0", more=mild) == "0.5.0"
    assert follow("feat: float", stated="0.4.0", tags="v0.4.0", more=mild) == "0.4.1"


def test_by_date_every_step_leads_to_the_day() -> None:
    dated = 'versioning = "calver:YYYY.MM.MICRO"'
    assert follow("fix: sink", stated="2026.10.0", tags="v2026.10.0", more=dated) == "2026.11.0"
    assert follow("feat!: sink", stated="2026.11.0", tags="v2026.11.0", more=dated) == "2026.11.1"


def test_a_maintenance_line_is_not_left() -> None:
    line = find_maintenance_line("1.1.x")
    assert follow("fix: sink", tags="v1.1.0 v2.0.0", line=line) == "1.1.1"
    assert follow("feat!: float", tags="v1.1.0 v2.0.0", line=line) == "1.1.1"
    assert follow("feat!: float", tags="v1.1.0 v2.0.0", line=find_maintenance_line("1.x")) == "1.2.0"
    with pytest.raises(VersionProblem):
        follow("fix: float", tags="v1.1.0 v2.0.0rc1", stated="2.0.0rc1", line=find_maintenance_line("3.x"))


def test_without_a_release_nothing_follows() -> None:
    assert find_following(snapshot(since=None), project(), settings(), None, NOW.date()) is None


def test_what_is_worth_a_release() -> None:
    assert is_worth_a_release(since("fix: sink"))
    assert is_worth_a_release(since("chore: round|Release-As: 4.0.0"))
    assert not is_worth_a_release(since("chore: tidy"))


MERGED, OPEN, CLOSED = pull(), pull(merged=False, state="open"), pull(merged=False, state="closed")


@pytest.mark.parametrize(
    ("given", "own", "expected"),
    [
        (RepositorySettings(), [], False),
        (RepositorySettings(), [CLOSED], False),
        (RepositorySettings(), [CLOSED, MERGED], True),
        (settings('tag = "v{version}"'), [], True),
        (settings('mode = "on-demand"'), [MERGED], False),
        (settings('mode = "auto"'), [], True),
    ],
)
def test_the_mode_is_that_of_the_settings_else_that_of_what_was_released(
    given: RepositorySettings, own: list[PullRequest], expected: bool
) -> None:
    assert is_automatic(given, own) is expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([], True),
        ([MERGED], True),
        ([OPEN], False),
        ([MERGED, OPEN], False),
        ([CLOSED], False),
        ([MERGED, CLOSED], True),
    ],
)
def test_should_open_none_beside_an_open_one_nor_against_a_persons_will(own: list[PullRequest], expected: bool) -> None:
    assert is_free(own) is expected


def test_the_entries_after_a_commit_are_those_that_landed_later() -> None:
    known = since("fix: one", "docs: two", "feat: three")
    shas = tuple(change.sha for change in known.changes)
    told = Since(TAG, known.changes, known.weighed, shas=shas)
    assert [entry.text for entry in told.list_after(shas[1])] == ["Three"]
    assert [entry.text for entry in told.list_after(shas[2])] == ["Three"]
    assert [entry.text for entry in told.list_after("e" * 40)] == ["Three", "One"]
    assert told.list_after(shas[0]) == ()
