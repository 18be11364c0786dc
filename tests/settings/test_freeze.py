"""Freeze windows: from a moment until another, or every week; in their own time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.settings.freeze import find_freeze
from bot.settings.reading import SettingsProblem, read_settings
from bot.settings.repository import RepositorySettings

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


def read(window: str) -> RepositorySettings | SettingsProblem:
    return read_settings({".github/aweigh.toml": f"[[freeze]]\n{window}\n".encode()})


def ends(window: str, at: datetime) -> datetime | None:
    settings = read(window)
    assert isinstance(settings, RepositorySettings), settings
    found = find_freeze(settings.freeze, at)
    return found[1] if found else None


HOLIDAYS = 'from = 2026-12-24\nuntil = 2026-12-27T12:00:00\nzone = "Europe/Berlin"'
WEEKEND = 'days = ["sat", "sun"]\nzone = "Europe/Berlin"'
NIGHTS = 'days = ["fri"]\nfrom = 16:00:00\nuntil = 09:00:00\nzone = "Europe/Berlin"'


@pytest.mark.parametrize(
    ("window", "at", "until"),
    [
        (HOLIDAYS, datetime(2026, 12, 23, 22, 59, tzinfo=UTC), None),
        (HOLIDAYS, datetime(2026, 12, 23, 23, 0, tzinfo=UTC), datetime(2026, 12, 27, 12, tzinfo=BERLIN)),
        (HOLIDAYS, datetime(2026, 12, 27, 12, tzinfo=BERLIN), None),
        ("from = 2026-12-24T00:00:00+09:00\nuntil = 2026-12-25", datetime(2026, 12, 23, 15, tzinfo=UTC), datetime(2026, 12, 25, tzinfo=UTC)),
        (WEEKEND, datetime(2026, 11, 27, 23, 59, tzinfo=BERLIN), None),
        (WEEKEND, datetime(2026, 11, 28, 12, tzinfo=BERLIN), datetime(2026, 11, 30, tzinfo=BERLIN)),
        (WEEKEND, datetime(2026, 11, 29, 23, 30, tzinfo=BERLIN), datetime(2026, 11, 30, tzinfo=BERLIN)),
        # The clocks go back in this night: the window ends by the clock on the wall.
        (WEEKEND, datetime(2026, 10, 25, 23, 30, tzinfo=BERLIN), datetime(2026, 10, 26, tzinfo=BERLIN)),
        (NIGHTS, datetime(2026, 11, 27, 15, 59, tzinfo=BERLIN), None),
        (NIGHTS, datetime(2026, 11, 27, 16, 0, tzinfo=BERLIN), datetime(2026, 11, 28, 9, tzinfo=BERLIN)),
        (NIGHTS, datetime(2026, 11, 28, 8, 59, tzinfo=BERLIN), datetime(2026, 11, 28, 9, tzinfo=BERLIN)),
        (NIGHTS, datetime(2026, 11, 28, 9, 0, tzinfo=BERLIN), None),
    ],
)  # fmt: skip
def test_a_window_holds_from_its_begin_until_its_end(window: str, at: datetime, until: datetime | None) -> None:
    assert ends(window, at) == until


def test_what_never_ends_is_told_of_for_a_year() -> None:
    always = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    end = ends(always, datetime(2026, 11, 28, tzinfo=UTC))
    assert end is not None
    assert end >= datetime(2027, 11, 28, tzinfo=UTC)


def test_of_two_windows_the_one_that_ends_last_counts() -> None:
    settings = read("from = 2026-12-24\nuntil = 2026-12-27\n[[freeze]]\nfrom = 2026-12-20\nuntil = 2027-01-03")
    assert isinstance(settings, RepositorySettings)
    found = find_freeze(settings.freeze, datetime(2026, 12, 25, tzinfo=UTC))
    assert found is not None
    assert found[1] == datetime(2027, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "window",
    [
        "",
        "from = 2026-12-24",
        "from = 2026-12-24\nuntil = 2026-12-24",
        "from = 2026-12-24\nuntil = 2029-12-24",
        'from = "soon"\nuntil = 2026-12-24',
        "from = 16:00:00\nuntil = 17:00:00",
        'days = ["holiday"]',
        'days = ["fri"]\nfrom = 2026-12-24',
        'days = ["fri"]\nzone = "Mars/Olympus"',
        'days = ["fri"]\nzone = "../../etc/passwd"',
        'days = ["fri"]\nuntill = 16:00:00',
    ],
)
def test_a_window_that_makes_no_sense_is_a_problem(window: str) -> None:
    assert isinstance(read(window), SettingsProblem)
