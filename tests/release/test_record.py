"""The record fits into an external id, survives the way there and back, and nothing else is taken for one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.release.record import Asked, Milestone, Record, find_record, render_record

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
RECORDS = st.builds(
    Record,
    version=st.sampled_from(["1.2.0", "2026.11.20rc1", "1!2.0.post1.dev3"]),
    requester_id=st.integers(1, 2**53),
    comment_id=st.integers(1, 2**53),
    bump=st.sampled_from(["", "0123456789ab"]),
    milestones=st.frozensets(st.sampled_from(list(Milestone))),
    since=st.none() | MOMENTS,
    asked=st.none() | st.builds(Asked, st.sampled_from(["run:99999999999/3", f"commit:{'f' * 40}"]), MOMENTS),
    failed=st.none() | st.just("run:99999999999/3"),
)


@given(RECORDS)
def test_a_record_survives_the_external_id(record: Record) -> None:
    line = render_record(record)
    assert len(line.encode()) <= 255
    assert find_record(line) == record


@pytest.mark.parametrize(
    "text",
    ["", "aweigh/1", "aweigh/2 v=1 u=1 c=1", "aweigh/1 v=1.0 u=x c=1", "aweigh/1 v=1.0 u=1 c=1 m=z", "aweigh/1 v=1 u=1 c=1 t=9e99", "{}", "aweigh/1 v=1 u=1 c=1 k=x"],
)  # fmt: skip
def test_anything_else_is_no_record(text: str) -> None:
    assert find_record(text) is None


def test_a_milestone_keeps_the_moment_it_was_reached() -> None:
    first, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    record = Record("1.0", 1, 1).reach(Milestone.TAGGED, first)
    assert record.reach(Milestone.TAGGED, later) is record
    assert record.since == first
    assert record.reach(Milestone.RELEASED, later).since == later


def test_a_record_that_would_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        render_record(Record("1" * 300, 1, 1))
