"""What happens to whole repositories and installations: the release follows, or rests, and nothing is tried for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.acts import repositories
from bot.sandbox.people import Person
from bot.sandbox.state.repository import Grant
from tests.stories.plays import Play, open_play
from tests.stories.theatre import Theatre, open_theatre

HOURS = timedelta(hours=6)


def requests_in(theatre: Theatre, since: int) -> list[str]:
    """What was asked of GitHub since, without the sweeps over deliveries and comments."""
    made = theatre.sandbox.world.requests[since:]
    return [f"{one.method} {one.path}" for one in made if "/app" not in one.path]


# New and strange repositories


async def test_a_new_installation_and_a_new_repository_cost_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        world, acme = theatre.sandbox.world, theatre.acme
        before = theatre.request_count
        owner = world.add_user("other", type="Organization", members={acme.mona.user.id})
        home = world.add_repository(owner, "thing")
        installation = world.install(acme.app, owner, repositories=[home])
        world.emit_installation(installation, "created", acme.mona.user)
        more = world.add_repository(owner, "more")
        repositories.select_repositories(world, installation, [home, more], acme.mona.user)
        repositories.select_repositories(world, installation, [more], acme.mona.user)
        repositories.rename_repository(world, more, "less", acme.mona.user)
        repositories.archive_repository(world, more, acme.mona.user)
        repositories.archive_repository(world, more, acme.mona.user, archived=False)
        repositories.suspend(world, installation, acme.mona.user)
        repositories.unsuspend(world, installation, acme.mona.user)
        await theatre.settle()
        assert theatre.request_count == before
        # The first thing that happens there is looked at.
        world.add_collaborator(more, acme.mona.user, Grant("admin"))
        Person(world, more, acme.mona.user).push_commit("main", {"README.md": "Hello.\n"}, "Begin")
        await theatre.settle()
        assert theatre.request_count > before


# Renamed and transferred


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
async def test_a_release_goes_on_under_the_new_name(tmp_path: Path, told: bool) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        if not told:
            theatre.sandbox.deliverer.faults.add("drop", times=None)
        repositories.rename_repository(theatre.sandbox.world, theatre.acme.repository, "gadget", theatre.acme.hugo.user)
        await play.wait()
        theatre.sandbox.deliverer.faults.waiting.clear()
        await play.merge()
        await play.approve()
        assert theatre.find_tag("v1.2.0") is not None
        assert theatre.reactions(theatre.release_pull.comments[-2]) in ([], ["eyes", "rocket"])
        assert not await theatre.engine.list_dead_letters()
        theatre.read_all()


async def test_a_release_goes_on_at_the_new_owner(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        world, acme = theatre.sandbox.world, theatre.acme
        owner = world.add_user("newhome", type="Organization", members={acme.mona.user.id, acme.hugo.user.id})
        world.install(acme.app, owner)
        await play.ask()
        repositories.transfer_repository(world, acme.repository, owner, acme.hugo.user)
        await play.wait()
        await play.merge()
        await play.approve()
        assert theatre.find_tag("v1.2.0") is not None
        assert not await theatre.engine.list_dead_letters()
        theatre.read_all()


async def test_at_an_owner_without_the_app_it_rests(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        world, acme = theatre.sandbox.world, theatre.acme
        owner = world.add_user("newhome", type="Organization", members={acme.mona.user.id})
        await play.ask()
        repositories.transfer_repository(world, acme.repository, owner, acme.hugo.user)
        await rests(play)


# Out of reach


async def rests(play: Play) -> None:
    """Nothing fails, nothing becomes a dead letter, and after a while nothing is asked any more."""
    theatre = play.theatre
    await theatre.engine.wake(next(iter(await theatre.engine.list_repositories("line:"))))
    await play.wait(HOURS)
    before = theatre.request_count
    await play.wait(HOURS)
    assert requests_in(theatre, before) == []
    assert theatre.failures == []
    assert not await theatre.engine.list_dead_letters()
    theatre.read_all()


Act = Callable[[Theatre], None]


def suspend(theatre: Theatre) -> None:
    repositories.suspend(theatre.sandbox.world, theatre.acme.installation, theatre.acme.hugo.user)


def unsuspend(theatre: Theatre) -> None:
    repositories.unsuspend(theatre.sandbox.world, theatre.acme.installation, theatre.acme.hugo.user)


def remove(theatre: Theatre) -> None:
    repositories.select_repositories(theatre.sandbox.world, theatre.acme.installation, [], theatre.acme.hugo.user)


def add(theatre: Theatre) -> None:
    acme = theatre.acme
    repositories.select_repositories(theatre.sandbox.world, acme.installation, [acme.repository], acme.hugo.user)


def archive(theatre: Theatre) -> None:
    repositories.archive_repository(theatre.sandbox.world, theatre.acme.repository, theatre.acme.hugo.user)


def unarchive(theatre: Theatre) -> None:
    acme = theatre.acme
    repositories.archive_repository(theatre.sandbox.world, acme.repository, acme.hugo.user, archived=False)


def delete(theatre: Theatre) -> None:
    repositories.delete_repository(theatre.sandbox.world, theatre.acme.repository)


@pytest.mark.parametrize("token", ["fresh", "old"])
@pytest.mark.parametrize(
    ("away", "back"),
    [(suspend, unsuspend), (remove, add), (archive, unarchive)],
    ids=["suspended", "removed", "archived"],
)
async def test_it_rests_while_we_may_do_nothing_and_goes_on_afterwards(
    tmp_path: Path, away: Act, back: Act, token: str
) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        theatre.acme.mona.merge_pull(theatre.release_pull.number)
        away(theatre)
        if token == "fresh":
            await play.clock.advance(timedelta(hours=2))
        await rests(play)
        assert theatre.find_tag("v1.2.0") is None
        back(theatre)
        await play.wait()
        assert theatre.find_tag("v1.2.0") is not None
        await play.approve()
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_of_a_repository_that_was_deleted_nothing_is_asked_any_more(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        await play.ask()
        delete(play.theatre)
        await rests(play)


async def test_after_an_uninstallation_nothing_is_asked_and_nothing_is_kept(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        repositories.uninstall(theatre.sandbox.world, theatre.acme.installation, theatre.acme.hugo.user)
        await play.wait()
        assert not await theatre.engine.list_repositories("")
        before = theatre.request_count
        await play.wait(HOURS)
        assert requests_in(theatre, before) == []
        theatre.read_all()


async def test_a_command_in_a_repository_out_of_reach_becomes_no_dead_letter(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        theatre.acme.mona.comment(theatre.feature, "/release 1.2.0")
        suspend(theatre)
        await play.wait(HOURS)
        assert theatre.failures == []
        assert not await theatre.engine.list_dead_letters()
        theatre.read_all()
