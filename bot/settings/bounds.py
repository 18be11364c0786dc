"""Bounds of settings that others go by as well. Pure."""

from __future__ import annotations

from typing import Final

MOST_APPROVALS: Final = 6
"""How many approvals can be asked for."""
