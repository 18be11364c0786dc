"""How much somebody costs who may not be heard: a few looks at their role in an hour, then nothing at all."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Final

from cachetools import LRUCache

from bot.clock import Clock

MOST: Final = 5
"""How many commands of a stranger are looked at within ``WITHIN`` in one repository, at two requests each."""

WITHIN: Final = timedelta(hours=1)
_MOST_PEOPLE: Final = 4096


class Strangers:
    """Who was not heard lately, by repository and person. One for each process, forgotten with it, and bounded in size.

    Somebody who is given a role meanwhile is heard again within the hour. What is forgotten costs two requests a command.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._unheard: LRUCache[tuple[int, int], dict[Hashable, datetime]] = LRUCache(_MOST_PEOPLE)
        self._told: LRUCache[tuple[int, int], datetime] = LRUCache(_MOST_PEOPLE)

    def are_too_many(self, repository_id: int, person_id: int, comment: Hashable) -> bool:
        """Whether this person's commands were too many to look at another one; one that was looked at may be again."""
        lately = self._list_lately((repository_id, person_id))
        return len(lately) >= MOST and comment not in lately

    def is_news(self, repository_id: int, person_id: int) -> bool:
        """Whether it has not been said within the hour that this person is not looked at any more; from now on it has."""
        who, now = (repository_id, person_id), self._clock.now()
        before = self._told.get(who)
        if before is not None and now - before < WITHIN:
            return False
        self._told[who] = now
        return True

    def note(self, repository_id: int, person_id: int, comment: Hashable) -> None:
        """This person was looked at for this comment, and not heard."""
        who = (repository_id, person_id)
        self._unheard[who] = {comment: self._clock.now(), **self._list_lately(who)}

    def _list_lately(self, who: tuple[int, int]) -> dict[Hashable, datetime]:
        now = self._clock.now()
        return {comment: at for comment, at in self._unheard.get(who, {}).items() if now - at < WITHIN}
