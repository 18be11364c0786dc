"""Reading who guards what the release does next: the environment of its publishing job, and its tag."""

from __future__ import annotations

from dataclasses import replace

from bot.github.access import Access
from bot.github.facts import Environment, TagRuleset
from bot.github.rulesets import find_refusing
from bot.release.guards import list_next_tags
from bot.release.hints import Hints
from bot.release.runs import find_environment
from bot.release.sight import Sight
from bot.release.snapshot import Snapshot
from bot.release.views import find_shown_run


class GuardReader:
    """Reads what guards the releases of one repository, each once for one job of ours."""

    def __init__(self, access: Access, hints: Hints) -> None:
        self._access, self._hints = access, hints
        self._environments: dict[str, Environment] = {}
        self._refusing: dict[int, TagRuleset | None] = {}

    async def with_environment(self, snapshot: Snapshot, sight: Sight) -> Snapshot:
        """Who guards the publishing job."""
        ours = find_shown_run(snapshot)
        runs = (ours, *snapshot.runs) if ours else snapshot.runs
        name = find_environment(runs, snapshot.route) if snapshot.route else None
        if name is None:
            return snapshot
        self._hints.environment = name
        if name not in self._environments:
            self._environments[name] = await sight.get_environment(name)
        return replace(snapshot, environment=self._environments[name])

    async def with_guards(self, snapshot: Snapshot, sight: Sight) -> Snapshot:
        """The rulesets that keep the next tag from us."""
        told = sight.list_tag_rulesets()
        tags = list_next_tags(snapshot) if told else ()
        covering = [one for one in told if any(map(one.covers, tags))]
        for one in covering:
            if one.id not in self._refusing:
                self._refusing[one.id] = await find_refusing(self._access.read, one)
        refusing = (self._refusing[one.id] for one in covering)
        return replace(snapshot, guards=tuple(one for one in refusing if one is not None))
