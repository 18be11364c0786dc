"""Releases that are asked for once a pull request is merged. Pure."""

from __future__ import annotations

from typing import Final

LABEL: Final = "aweigh: when merged"
"""Leads from a merged pull request back to the command in its thread; it is no command by itself."""
