"""The record fits into an external id, survives the way there and back, and nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.release.gate import GateKind
from bot.release.line import Line
from bot.release.record import Asked, Confirmed, Held, Milestone, Origin, Record, find_record, fits, render_record

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
RECORDS = st.builds(
    Record,
    version=st.sampled_from(["1.2.0", "2026.11.20rc1", "1!2.0.post1.dev3"]),
    tag=st.sampled_from(["v1.2.0", "1.2.0", "long-name/widget==2026.11.20rc1", "release-1!2.0.post1.dev3"]),
    requester_id=st.integers(1, 10**10 - 1),
    comment_id=st.integers(1, 10**12 - 1),
    bump=st.sampled_from(["0123456789" * 4]),
    promised=st.sampled_from(list(GateKind)),
    promised_approvals=st.integers(0, 6),
    milestones=st.frozensets(st.sampled_from(list(Milestone))),
    since=st.none() | MOMENTS,
    asked=st.none() | st.builds(Asked, st.sampled_from(["run:99999999999/3", f"commit:{'f' * 12}"]), MOMENTS),
    failed=st.none() | st.just("run:99999999999/3"),
    held=st.none() | st.builds(Held, st.integers(1, 10**10 - 1), st.integers(1, 10**12 - 1)),
    notes=st.none() | st.integers(1, 10**12 - 1),
    confirmed=st.none() | st.builds(Confirmed, st.just("0123456789" * 2), st.integers(1, 10**10 - 1)),
)
LINES = st.builds(Line, st.sampled_from(["main", "1.1.x", "release/1.2"]), st.sampled_from([None, "acme-core"]))
ORIGINS = st.builds(Origin, st.integers(1, 10**9 - 1), MOMENTS, LINES)


BUMP = "jxorb091xgutt3eyso6dzqyg74e2m5m"
LEAST = f"aweigh/1 v=1.0 g=v* u=1 c=1 b={BUMP} p=n"


@given(RECORDS)
def test_a_record_survives_the_external_id(record: Record) -> None:
    assert fits(record.version, record.tag)
    line = render_record(record)
    assert len(line.encode()) <= 255
    assert find_record(line) == record


@given(RECORDS, ORIGINS)
def test_one_without_a_pull_request_survives_it_too(record: Record, origin: Origin) -> None:
    # Nobody can push to a branch that is not there.
    without = replace(record, confirmed=None, origin=origin)
    assert fits(record.version, record.tag, origin)
    assert find_record(render_record(without)) == without


@pytest.mark.parametrize("text", ["o=1", "o=1:1:main", "o=1:1::acme-core", "o=-:1:main:", "o=1:1:main::"])
def test_one_whose_origin_is_damaged_is_none(text: str) -> None:
    assert find_record(f"{LEAST} {text}") is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", "aweigh/1", f"aweigh/2{LEAST[8:]}", LEAST.replace("u=1", "u=-"), LEAST.replace("g=v*", ""), LEAST.replace("p=n", "p=z"), LEAST.replace("p=n", "p=nx"), f"{LEAST} m=z", f"{LEAST} t={'z' * 12}", f"{LEAST} k=x", f"{LEAST} x=abc:1", f"{LEAST} h=1", f"{LEAST} x={'a' * 20}"],
)  # fmt: skip
def test_anything_else_is_no_record(text: str) -> None:
    assert find_record(text) is None


def test_a_milestone_keeps_the_moment_it_was_reached() -> None:
    first, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    record = Record("1.0", "v1.0", 1, 1, "a" * 40).reach(Milestone.TAGGED, first)
    assert record.reach(Milestone.TAGGED, later) is record
    assert record.since == first
    assert record.reach(Milestone.RELEASED, later).since == later


def test_a_record_that_would_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        render_record(Record("1" * 300, "v", 1, 1, "a" * 40))
    assert not fits("1.0", "v" * 80 + "1.0")
    assert fits("1.0", "v" * 50 + "1.0")


def test_what_is_long_enough_is_a_record() -> None:
    assert find_record(LEAST) == Record("1.0", "v1.0", 1, 1, "a" * 40)
