"""What landed since a history was read: the same as reading all of it anew, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github import further
from bot.github.client import Session
from bot.github.errors import Unavailable
from bot.github.facts import TagRef
from bot.github.further import Reading, read_further
from bot.github.history import read_history
from bot.github.landed import MOST_PARENTS, History, Landed
from tests.github.test_history import Told, commit, files, landed, page, pull

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = THEN + timedelta(hours=2)
TAGGED = "e" * 40
LATER, EARLIER = "2026-03-01T13:00:00Z", "2026-03-01T11:00:00Z"


def child(sha: str, parent: str, *pulls: dict[str, Any], message: str = "x") -> dict[str, Any]:
    return commit(sha, message, *pulls) | {"parents": {"totalCount": 1, "nodes": [{"oid": parent}]}}


def newest(
    *commits: dict[str, Any],
    count: int,
    changed: Sequence[dict[str, Any] | None] = (),
    behind: int = 0,
    target: Mapping[str, Any] = {"oid": TAGGED},
) -> dict[str, Any]:
    compared = {"headTarget": {"oid": commits[-1]["oid"]}, "aheadBy": count, "behindBy": behind}
    compared["commits"] = {"nodes": list(commits)}
    ref = {"target": target, "compare": compared}
    return {"repository": {"ref": ref, "pullRequests": {"nodes": list(changed)}}}


async def read(*commits: dict[str, Any], paths: bool = False) -> Reading:
    """A history as it was read first."""
    session: Session = Told(page(*commits))  # type: ignore[assignment]
    found = await read_history(session, tag="v1.0", branch="main", paths=paths)
    assert found is not None
    return Reading(found, THEN, THEN)


async def go_on(reading: Reading, *answers: dict[str, Any] | Exception, paths: bool = False) -> Reading | None:
    told = Told(*answers)
    session: Session = told  # type: ignore[assignment]
    found = await read_further(
        session, reading, tag=TagRef("v1.0", TAGGED, annotated=False), branch="main", paths=paths, now=NOW
    )
    assert not told.answers
    return found


async def test_what_is_new_is_put_behind_what_was_known() -> None:
    reading = await read(child(A, "0", pull(1, A)), child(B, A))
    found = await go_on(reading, newest(child(B, A), child(C, B, pull(3, C)), count=3))
    assert found is not None
    assert [one.sha for one in found.history.commits] == [A, B, C]
    assert [one.pull.number for one in found.history.commits if one.pull] == [1, 3]
    assert (found.history.head, found.history.is_beside, found.at, found.whole_at) == (C, False, NOW, THEN)


async def test_a_pull_request_that_was_changed_since_is_told_anew() -> None:
    reading = await read(child(A, "0", pull(1, A)), child(B, A, pull(2, B)), child(C, B))
    labelled = pull(1, A, labels={"nodes": [{"name": "major"}]}, updatedAt=LATER)
    untouched = pull(2, B, labels={"nodes": [{"name": "minor"}]}, updatedAt=EARLIER)
    found = await go_on(reading, newest(child(C, B), count=3, changed=[labelled, untouched]))
    assert found is not None
    assert [one.pull.labels for one in found.history.commits if one.pull] == [("major",), ("bug",)]


async def test_what_was_changed_while_it_was_read_counts_as_changed_since() -> None:
    reading = await read(child(A, "0", pull(1, A)), child(B, A))
    labelled = pull(1, A, labels={"nodes": []}, updatedAt="2026-03-01T11:58:00Z")
    found = await go_on(reading, newest(child(B, A), count=2, changed=[labelled]))
    assert found is not None
    assert [one.pull.labels for one in found.history.commits if one.pull] == [()]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(newest(child(C, B), count=4), id="more landed than the page shows"),
        pytest.param(newest(child(C, D), count=2), id="another commit stands below"),
        pytest.param(newest(child(C, B), count=2), id="less is there than was: the tag is another one"),
        pytest.param(
            newest(child(C, B), count=3, changed=[pull(7, A, updatedAt=LATER)]), id="what brought a commit shows late"
        ),
        pytest.param(newest(child(C, B), count=3, target={"oid": D}), id="the tag is elsewhere"),
        pytest.param(newest(child(C, B), count=3, changed=[None]), id="one that is hidden may have changed"),
        pytest.param(
            newest(child(B, A, pull(2, B)), child(C, B), count=3), id="what brought one of several shows late"
        ),
        pytest.param({"repository": {"ref": None, "pullRequests": {"nodes": []}}}, id="the tag is gone"),
        pytest.param(
            {"repository": newest(child(C, B), count=3)["repository"] | {"pullRequests": None}},
            id="pull requests are hidden",
        ),
        pytest.param({"repository": None}, id="the repository is gone"),
    ],
)
async def test_where_it_does_not_follow_all_is_to_be_read_again(answer: dict[str, Any]) -> None:
    assert await go_on(await read(child(A, "0"), child(B, A)), answer) is None


async def test_what_is_to_be_cut_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, answer = await read(child(A, "0"), child(B, A)), newest(child(C, B), count=3)
    assert await go_on(reading, answer) is not None
    monkeypatch.setattr(further, "MOST_COMMITS", 2)
    assert await go_on(reading, answer) is None


async def test_a_document_that_is_too_dear_is_for_the_caller() -> None:
    up = Unavailable("it gave up", 200, "POST", "/graphql", ambiguous=False)
    with pytest.raises(Unavailable):
        await go_on(await read(child(A, "0")), up)


async def test_a_tag_beside_the_branch_and_an_annotated_one_are_told() -> None:
    annotated = {"oid": D, "target": {"oid": TAGGED}}
    found = await go_on(await read(child(A, "0")), newest(child(B, A), count=2, behind=1, target=annotated))
    assert found is not None
    assert found.history.is_beside


async def test_a_change_at_an_unknown_moment_counts() -> None:
    reading = await read(child(A, "0", pull(1, A)), child(B, A))
    found = await go_on(reading, newest(child(B, A), count=2, changed=[pull(1, A, labels={"nodes": []})]))
    assert found is not None
    assert [one.pull.labels for one in found.history.commits if one.pull] == [()]


async def test_more_changes_than_a_page_shows_are_not_taken_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(further, "_MOST_CHANGED", 2)
    reading = await read(child(A, "0"), child(B, A))
    changed = [pull(number, D, updatedAt=LATER) for number in (8, 9)]
    assert await go_on(reading, newest(child(B, A), count=2, changed=changed[:1])) is not None
    assert await go_on(reading, newest(child(B, A), count=2, changed=changed)) is None


async def test_what_was_pushed_over_is_left_out() -> None:
    reading = await read(child(A, "0"), child(B, A))
    found = await go_on(reading, newest(child(C, A), count=2))
    assert found is not None
    assert [one.sha for one in found.history.commits] == [A, C]


async def test_what_only_a_headline_tells_yet_is_late() -> None:
    named = {"repository": {"p2": pull(2, B)}}
    found = await go_on(await read(child(A, "0", pull(1, A))), newest(child(B, A, message="Two (#2)"), count=2), named)
    assert found is not None
    assert [one.pull.is_late for one in found.history.commits if one.pull] == [False, True]


async def test_files_come_along_in_smaller_pages_where_they_matter() -> None:
    reading = await read(child(A, "0", pull(1, A, **files("a"))), child(B, A), paths=True)
    answer = newest(child(B, A), count=2, changed=[pull(1, A, updatedAt=LATER, **files("a", "b"))])
    found = await go_on(reading, answer, paths=True)
    assert found is not None
    assert [one.pull.paths for one in found.history.commits if one.pull] == [("a", "b")]


@given(st.data())
def test_a_history_goes_on_to_what_it_would_be_if_it_were_read_anew(data: st.DataObject) -> None:
    commits: list[Landed] = []
    for number in range(data.draw(st.integers(1, 25), "commits")):
        parents = data.draw(st.sets(st.integers(max(-1, number - 4), number - 1), min_size=1, max_size=3), "parents")
        commits.append(landed(str(number), *map(str, sorted(parents))))
    at = st.integers(0, len(commits) - 1)
    tag, before, after = data.draw(at, "tag"), data.draw(at, "before"), data.draw(at, "after")
    known, whole = list_between(commits, tag, before), list_between(commits, tag, after)
    shown = whole[-data.draw(st.integers(1, 8), "page") :]
    found = History(str(before), tuple(known), complete=True).go_on(shown, head=str(after), count=len(whole))
    if found is not None:
        assert {one.sha for one in found.commits} == {one.sha for one in whole}
        assert found.head == str(after)
    if {one.sha for one in whole} <= {one.sha for one in (*known, *shown)}:
        assert found is not None


def list_between(commits: Sequence[Landed], tag: int, head: int) -> list[Landed]:
    """What ``head`` has and ``tag`` has not, oldest first."""

    def had_by(number: int) -> set[int]:
        return {number}.union(*(had_by(int(one)) for one in commits[number].parents if one != "-1"))

    return [commits[number] for number in sorted(had_by(head) - had_by(tag))]


def test_a_merge_of_more_branches_than_are_told_is_not_followed() -> None:
    octopus = landed("z", *(f"p{number}" for number in range(MOST_PARENTS)))
    known = History("p0", tuple(landed(f"p{number}", "0") for number in range(MOST_PARENTS + 1)), complete=True)
    assert known.go_on([octopus], head="z", count=MOST_PARENTS + 2) is None
    assert replace(known, complete=False).go_on([octopus], head="z", count=MOST_PARENTS + 1) is None
