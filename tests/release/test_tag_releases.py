"""Releases without a pull request are told from their check runs: the newest of each tag, and nothing that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.github.tagged import CheckedCommit, NamedCheck
from bot.release.lines import TagNote
from bot.release.record import Milestone, Record, render_record
from bot.release.snapshot import Line, is_astray, line_of
from bot.release.tag_only import get_origin, name_check, scope, see
from bot.release.tag_releases import choose_newest
from tests.release import making as m

ASKED = m.record(bump=m.MERGE, origin=m.origin())


def check(number: int, record: Record, name: str | None = None) -> NamedCheck:
    return NamedCheck(number, name or f"Release {record.tag}", render_record(record))


def commits(*checks: NamedCheck, sha: str = m.MERGE) -> list[CheckedCommit]:
    return [CheckedCommit(sha, checks)]


def test_a_check_run_leads_to_its_thread_and_line() -> None:
    core = replace(ASKED, tag="core-v1.2.0", origin=m.origin(7, line=Line("1.x", "core")))
    found = choose_newest(commits(check(5, ASKED), check(6, core)))
    assert [one.note for one in found] == [
        TagNote(7, m.MERGE, "core-v1.2.0", Line("1.x", "core")),
        TagNote(8, m.MERGE, "v1.2.0", Line("main")),
    ]


def test_the_newest_of_a_tag_counts_wherever_it_is() -> None:
    again = replace(ASKED, bump=m.HEAD, origin=m.origin(9))
    found = choose_newest([*commits(check(6, again), sha=m.HEAD), *commits(check(5, ASKED))])
    assert [one.note for one in found] == [TagNote(9, m.HEAD, "v1.2.0", Line("main"))]


@pytest.mark.parametrize(
    "strange",
    [
        check(5, ASKED, "Release"),
        check(5, ASKED, "Release v1.3.0"),
        check(5, ASKED, "Aweigh settings"),
        check(5, m.record()),
        NamedCheck(5, "Release v1.2.0", "nonsense"),
    ],
    ids=["of a pull request", "another tag", "another name", "without a thread", "no record"],
)
def test_anything_else_is_none(strange: NamedCheck) -> None:
    assert choose_newest(commits(strange)) == []


def test_one_that_is_announced_or_taken_back_is_over() -> None:
    for milestone in Milestone:
        (found,) = choose_newest(commits(check(5, replace(ASKED, milestones=frozenset({milestone})))))
        assert found.is_over is (milestone in (Milestone.ANNOUNCED, Milestone.CLOSED))


def test_the_picture_is_that_of_a_merge_on_the_line_it_was_asked_for() -> None:
    core = replace(ASKED, origin=m.origin(line=Line("release/1.x", "core")))
    picture = see(m.REPOSITORY, m.APP, m.MERGE, core, None)
    assert line_of(picture) == Line("release/1.x", "core")
    assert not is_astray(picture)
    # Without its thread nothing can be said.
    assert (picture.merged, picture.locked, picture.number) == (True, True, 8)
    taken_back = see(m.REPOSITORY, m.APP, m.MERGE, core.reach(Milestone.CLOSED, m.NOW), None)
    assert (taken_back.merged, taken_back.is_open, taken_back.merge_commit) == (False, False, None)
    with pytest.raises(ValueError, match="pull request"):
        get_origin(m.record())


def test_what_is_said_once_is_said_once_for_each_time_it_was_asked_for() -> None:
    assert scope(m.record(), "run:55/1") == "run:55/1"
    assert scope(ASKED, "run:55/1") == "run:55/1 77"
    assert scope(ASKED) == "77"
    assert (name_check(None), name_check("v1.2.0")) == ("Release", "Release v1.2.0")
