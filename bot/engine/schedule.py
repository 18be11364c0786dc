"""Periods of recurring work, and the crontab line that means the same."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta


def check_period(name: str, period: timedelta, taken: Collection[str]) -> None:
    """Raise ValueError when the name is taken, or no crontab line can say the period."""
    if name in taken:
        raise ValueError(f"periodic work named {name!r} exists already")
    crontab(period)


def crontab(period: timedelta) -> str:
    """The crontab line of a period: minutes that divide an hour, or hours that divide a day.

    Raises:
        ValueError: for any other period, since cron would run it at uneven distances.
    """
    minutes, rest = divmod(period, timedelta(minutes=1))
    if not rest and minutes > 0:
        if 60 % minutes == 0 and minutes < 60:
            return f"*/{minutes} * * * *"
        if minutes % 60 == 0 and 24 % (minutes // 60) == 0:
            return f"0 */{minutes // 60} * * *" if minutes < 24 * 60 else "0 0 * * *"
    raise ValueError(f"a period of {period} has no crontab line")
