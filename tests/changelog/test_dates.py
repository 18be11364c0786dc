"""Dates in headings, written as the file writes them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.changelog.dates import DATE, render_date

EXAMPLES = [
    "2020-01-02",
    "2020/01/02",
    "2020.01.02",
    "2020.1.2",
    "02.01.2020",
    "2.1.2020",
    "January 2, 2020",
    "January 02, 2020",
]
EXAMPLES += [
    "Jan 2, 2020",
    "Jan. 2, 2020",
    "2 January 2020",
    "2nd January 2020",
    "January 2nd, 2020",
    "02 Jan 2020",
    "May 2, 2020",
]


@pytest.mark.parametrize(
    ("example", "written"),
    [
        (None, "2026-03-07"),
        ("2020-01-02", "2026-03-07"),
        ("2020/01/02", "2026/03/07"),
        ("2020.1.2", "2026.3.7"),
        ("02.01.2020", "07.03.2026"),
        ("January 2, 2020", "March 7, 2026"),
        ("January 02, 2020", "March 07, 2026"),
        ("Jan 2, 2020", "Mar 7, 2026"),
        ("Jan. 2, 2020", "Mar. 7, 2026"),
        ("2 January 2020", "7 March 2026"),
        ("2nd January 2020", "7th March 2026"),
        ("January 2nd, 2020", "March 7th, 2026"),
        ("May 2, 2020", "March 7, 2026"),
        ("01/02/2020", "2026-03-07"),
        ("someday", "2026-03-07"),
    ],
)
def test_a_date_takes_the_form_of_the_example(example: str | None, written: str) -> None:
    assert render_date(date(2026, 3, 7), example) == written


@pytest.mark.parametrize(
    ("day", "ordinal"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd")]
)
def test_ordinals(day: int, ordinal: str) -> None:
    assert render_date(date(2026, 1, day), "January 2nd, 2020") == f"January {ordinal}, 2026"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(EXAMPLES))
def test_what_is_written_is_recognised_and_serves_as_the_next_example(day: date, example: str) -> None:
    written = render_date(day, example)
    assert re.fullmatch(DATE, written, re.IGNORECASE)
    assert render_date(day, written) == written
