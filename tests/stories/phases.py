"""How many requests each phase of a release takes, counted from the sandbox's own log: every one, 304s included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.deliveries import RequestRecord
from tests.stories.theatre import Theatre, open_theatre

STARTS: dict[Trigger, str] = {"release-published": "/releases", "tag-push": "/git/refs", "dispatch": "/dispatches"}
"""The act that starts the publish run, by the end of its path."""


@dataclass(frozen=True, slots=True)
class Phase:
    """The requests of one phase; ``points`` are those of GraphQL's rate limit, ``unchanged`` the 304s among the requests."""

    name: str
    requests: int
    tokens: int
    unchanged: int
    points: int

    @classmethod
    def of(cls, name: str, log: Sequence[RequestRecord]) -> Phase:
        """What this part of the log adds up to."""
        return cls(
            name,
            len(log),
            sum(one.path.endswith("/access_tokens") for one in log),
            sum(one.status == 304 for one in log),
            sum(one.points for one in log if one.path.endswith("/graphql")),
        )


async def count_release(theatre: Theatre, trigger: Trigger, version: str) -> list[Phase]:
    """Play a whole release, and count."""
    acme, log = theatre.acme, theatre.sandbox.world.requests
    bounds = [len(log)]
    await theatre.say(acme.mona, f"/release {version}")
    bounds.append(len(log))
    pull = theatre.release_pull
    acme.mona.merge_pull(pull.number)
    await theatre.settle()
    start = next(one for one in log[bounds[-1] :] if one.method == "POST" and one.path.endswith(STARTS[trigger]))
    bounds += [log.index(start) + 1, len(log)]
    await theatre.say(acme.hugo, f"/release approve {version}", pull.number)
    bounds.append(len(log))
    acme.mona.push_commit("main", {"NOTES.md": f"after {version}\n"})
    await theatre.settle()
    bounds.append(len(log))
    theatre.read_all()
    names = ("open", "merge to the publishing act", "from there to the gate", "approve to done", "a quiet wake-up")
    return [Phase.of(name, log[bounds[i] : bounds[i + 1]]) for i, name in enumerate(names)]


async def count_cold_and_warm(folder: Path, trigger: Trigger) -> tuple[list[Phase], list[Phase]]:
    """Two releases in a row: for the first one nobody has a token yet, nor knows the name of our bot."""
    async with open_theatre(folder, trigger=trigger) as theatre:
        return await count_release(theatre, trigger, "1.2.0"), await count_release(theatre, trigger, "1.3.0")
