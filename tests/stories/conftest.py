"""Fixtures of all stories."""

from __future__ import annotations

from tests.stories.logbook import log_lines

__all__ = ["log_lines"]
