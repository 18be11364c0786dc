"""When a request is repeated, and how long after: pure but for the dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.github.errors import Conflict, GitHubError, Unavailable


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller is kept waiting before it gets the error instead.

    Seconds throughout. The waits are short on purpose: whoever asks holds a repository's lane, and a longer wait is a
    matter for whoever can give it back.
    """

    attempts: int = 3
    first_pause: float = 0.5
    longest_pause: float = 5.0
    dice: Callable[[], float] = random.random

    def find_pause(self, error: GitHubError, attempt: int, *, repeatable: bool) -> float | None:
        """How long to wait before the request is repeated after its attempt number ``attempt`` (from 1); ``None``: never.

        A write whose outcome is unknown is repeated only if the caller says that it is ``repeatable``. What a rate limit
        refused is never repeated here: a wait for it gives the lane back, however short.
        """
        if attempt >= self.attempts:
            return None
        # A conflict did nothing either, and most often it is over before anybody could look: two writes met.
        undone = isinstance(error, Conflict) or (isinstance(error, Unavailable) and not error.ambiguous)
        if undone or (isinstance(error, Unavailable) and repeatable):
            return min(self.longest_pause, self.first_pause * 2.0 ** (attempt - 1) * (0.5 + self.dice()))
        return None
