"""Fixtures of all stories."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.github import tokens
from bot.settings import operator
from tests.stories.logbook import log_lines

__all__ = ["log_lines"]

# All stories of a process share one key. Reading it checks its primes, which takes as long as a short conversation.
_read_key_once = cache(tokens._read_key)
_load_key_once = cache(load_pem_private_key)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_read_key", _read_key_once)
    monkeypatch.setattr(operator, "load_pem_private_key", _load_key_once)
