"""What a webhook means is made durable: an accepted command, a promised look, a note of what reads may not show yet."""

from __future__ import annotations

from datetime import datetime

from bot.engine.protocol import Delivery, Engine
from bot.github.facts import RepositoryRef
from bot.intake.command import CommandDelivery
from bot.intake.events import InstallationBack, InstallationGone, Wake, WakeKnown
from bot.intake.groups import GroupDelivery
from bot.intake.heads import HeadDelivery
from bot.release.lines import (
    MERGED,
    UNDER_WAY,
    is_under_way,
    note_labelled,
    note_pushed,
    note_remembered,
    note_told,
)


async def take_in(
    engine: Engine,
    meaning: Wake | CommandDelivery | HeadDelivery | GroupDelivery | WakeKnown | InstallationBack | InstallationGone,
    guid: str,
    at: datetime,
) -> bool:
    """Make durable what the delivery ``guid`` means, which came at ``at``; False for what is known already.

    Raises:
        EngineUnavailableError: nothing can be made durable right now.
    """
    match meaning:
        case Wake(repository, _, merged, waited_for, pushed, labelled):
            if labelled is not None:
                await note_labelled(engine.intents(repository), *labelled)
            if pushed is not None:
                await note_pushed(engine.intents(repository), *pushed)
            if merged is not None:
                note = note_remembered if waited_for else note_told
                await note(engine.intents(repository), merged)
            await engine.wake(repository)
        case CommandDelivery():
            command = meaning.of_delivery(guid, at)
            delivery = Delivery(guid, command.repository, at, command.to_content(), command.natural_key)
            return await engine.accept(delivery)
        case HeadDelivery() | GroupDelivery():
            return await engine.accept(
                Delivery(guid, meaning.repository, at, meaning.to_content(), meaning.natural_key)
            )
        case WakeKnown(repositories):
            known = [one for one in repositories if await is_under_way(engine.intents(one))]
            for repository in known:
                await engine.wake(repository)
        case InstallationBack(installation_id):
            for repository in await _list_under_way(engine, installation_id):
                await engine.wake(repository)
        case InstallationGone(installation_id):
            await engine.purge(installation_id)
    return True


async def _list_under_way(engine: Engine, installation_id: int) -> list[RepositoryRef]:
    """The repositories of an installation with a release under way, as far as the engine knows."""
    found = [one for kind in (UNDER_WAY, MERGED) for one in await engine.list_repositories(kind)]
    return list(dict.fromkeys(one for one in found if one.installation_id == installation_id))
