"""How many requests each phase of a release takes, counted from the sandbox's own log: every one, 304s included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.deliveries import RequestRecord
from tests.crash.stage import Stage, open_stage

STARTS: dict[Trigger, str] = {"release-published": "/releases", "tag-push": "/git/refs", "dispatch": "/dispatches"}
"""The act that starts the publish run, by the end of its path."""

PHASES = ("open", "merge to the act that publishes", "from there to the gate", "approval to done", "a quiet wake-up")


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


async def count_release(stage: Stage, trigger: Trigger, version: str) -> list[Phase]:
    """Play a whole release, and count."""
    acme, log = stage.acme, stage.sandbox.world.requests
    bounds = [len(log)]

    async def settle() -> None:
        await stage.settle()
        bounds.append(len(log))

    acme.mona.comment(acme.feature.number, f"/release {version}")
    await settle()
    pull = stage.release_pull
    assert pull is not None, "the bot has not opened a pull request"
    acme.mona.merge_pull(pull.number)
    await settle()
    start = next(one for one in log[bounds[1] :] if one.method == "POST" and one.path.endswith(STARTS[trigger]))
    bounds.insert(2, log.index(start) + 1)
    acme.hugo.comment(pull.number, f"/release approve {version}")
    await settle()
    assert any(comment.body.startswith("<!-- aweigh:outcome published") for comment in pull.comments)
    acme.mona.push_commit("main", {"NOTES.md": f"after {version}\n"}, "docs: notes")
    await settle()
    return [Phase.of(name, log[bounds[i] : bounds[i + 1]]) for i, name in enumerate(PHASES)]


async def count_cold_and_warm(trigger: Trigger) -> tuple[list[Phase], list[Phase]]:
    """Two releases in a row: for the first one nobody has a token yet, nor knows the name of our bot.

    Nothing here goes over a socket, so that nobody is woken more often on a slow machine.
    """
    stage = await open_stage(trigger=trigger)
    cold = await count_release(stage, trigger, "1.2.0")
    # Two releases within a minute would be more than GitHub lets an App write.
    await stage.pass_time(timedelta(minutes=10))
    warm = await count_release(stage, trigger, "1.3.0")
    await stage.stop()
    return cold, warm
