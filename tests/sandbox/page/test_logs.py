"""A job's log, step by step."""

from datetime import UTC, datetime, timedelta

from bot.sandbox.page.logs import read_steps
from bot.sandbox.state.runs import Job, Step

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def job(log: str, *steps: Step) -> Job:
    return Job(1, "build", 1, START, steps=list(steps), log=log)


def line(seconds: float, text: str) -> str:
    return f"{at(seconds):%Y-%m-%dT%H:%M:%S.%f}0Z {text}\n"


def step(number: int, begin: float, end: float | None = None) -> Step:
    return Step(number, f"step {number}", started_at=at(begin), completed_at=at(end) if end is not None else None)


def test_each_line_belongs_to_the_step_that_had_begun() -> None:
    log = line(0, "before all") + line(2, "first") + line(5, "second")
    one, two = read_steps(job(log, step(1, 1, 4), step(2, 4, 9)))
    assert [entry.text for entry in one.lines] == ["before all", "first"]
    assert [(entry.number, entry.text) for entry in two.lines] == [(1, "second")]
    assert (one.seconds, two.seconds) == (3, 5)


def test_marks_become_kinds_and_are_not_shown() -> None:
    log = "".join(
        line(1, text)
        for text in [
            "##[group]Run x",
            "inside",
            "##[endgroup]",
            "##[error]broken",
            "##[warning]odd",
            "##[notice]so",
            "end",
        ]
    )
    (one,) = read_steps(job(log, step(1, 0)))
    assert [(entry.kind, entry.text) for entry in one.lines] == [
        ("group", "Run x"), ("inside", "inside"), ("error", "broken"), ("warning", "odd"), ("notice", "so"), ("plain", "end"),
    ]  # fmt: skip
    assert one.seconds is None


def test_lines_without_a_time_stay_with_the_last_step() -> None:
    (one,) = read_steps(job("no time at all\n", step(1, 0)))
    assert one.lines[0].text == "no time at all"


def test_a_job_that_has_not_begun_has_no_steps() -> None:
    assert read_steps(job("anything\n")) == []
