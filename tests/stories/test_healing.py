"""A release pull request that was merged and not tagged is found and tagged later, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.memory import MemoryEngine
from bot.sandbox.acts import repositories
from bot.sandbox.state.conversation import PullRequest
from tests.stories.plays import Play, open_play
from tests.stories.test_sweep import new_engine
from tests.stories.theatre import Theatre

WEEKS = timedelta(days=12)
DAY = timedelta(hours=25)


def merge_others(theatre: Theatre, _: PullRequest) -> None:
    """Other pull requests are merged afterwards."""
    acme = theatre.acme
    acme.mona.merge_pull(acme.feature.number)
    for name in ("one", "two", "three"):
        acme.wanda.push_commit(name, {f"{name}.md": f"{name}\n"}, name, onto="main")
        acme.mona.merge_pull(acme.wanda.open_pull(name, name).number, "squash")


def delete_branch(theatre: Theatre, pull: PullRequest) -> None:
    """Somebody tidies up the release branch."""
    theatre.acme.mona.delete_branch(pull.head_ref)


def edit_title(theatre: Theatre, pull: PullRequest) -> None:
    """Somebody edits title and text of the merged pull request."""
    theatre.acme.mona.edit_pull(pull.number, title="Ship it", body="Gone.")


def change_labels(theatre: Theatre, pull: PullRequest) -> None:
    """Labels come and go."""
    theatre.acme.mona.label(pull.number, "release", "shipped")
    theatre.acme.mona.label(pull.number)


def move_version_on(theatre: Theatre, _: PullRequest) -> None:
    """The files of the base say another version by now."""
    content = theatre.acme.repository.store.read("main", "pyproject.toml")
    assert content is not None
    text = content.decode().replace('version = "1.2.0"', 'version = "1.3.0.dev0"')
    theatre.acme.mona.push_commit("main", {"pyproject.toml": text}, "On to the next")


def comment_a_lot(theatre: Theatre, pull: PullRequest) -> None:
    """People talk about it, and lock nothing."""
    for number in range(120):
        theatre.acme.rosa.comment(pull.number, f"Where is it? {number}")


def rename(theatre: Theatre, _: PullRequest) -> None:
    """The repository gets another name, under which nobody has told us of anything."""
    acme = theatre.acme
    repositories.rename_repository(theatre.sandbox.world, acme.repository, "gadget", acme.hugo.user)


def reinstall(theatre: Theatre, _: PullRequest) -> None:
    """The App is uninstalled and installed anew, under another number."""
    world, acme = theatre.sandbox.world, theatre.acme
    repositories.uninstall(world, acme.installation, acme.hugo.user)
    acme.installation = world.install(acme.app, acme.organization)
    world.emit_installation(acme.installation, "created", acme.hugo.user)


MEANWHILE: list[Callable[[Theatre, PullRequest], None]] = [
    merge_others,
    delete_branch,
    edit_title,
    change_labels,
    move_version_on,
    comment_a_lot,
    reinstall,
]


def tag_of(play: Play) -> str | None:
    """The commit that the tag leads to."""
    found = play.theatre.find_tag("v1.2.0")
    return found[1] if found else None


async def wait_for_tag(play: Play) -> None:
    """A day and an hour at most, in which the daily pass is made; what follows the tag is none of this story."""
    end = play.clock.now() + DAY
    while tag_of(play) is None and play.clock.now() < end:
        await play.wait(timedelta(hours=1))


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=lambda act: act.__name__)
@pytest.mark.parametrize("database", ["kept", "lost"])
async def test_the_bot_was_away_for_weeks(
    tmp_path: Path, meanwhile: Callable[[Theatre, PullRequest], None], database: str
) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        pull, engine = theatre.release_pull, theatre.engine
        assert isinstance(engine, MemoryEngine)
        await theatre.leave()
        merged = theatre.acme.mona.merge_pull(pull.number)
        meanwhile(theatre, pull)
        await theatre.sandbox.deliverer.drain()
        await play.clock.advance(WEEKS)
        # After three days GitHub has forgotten what it could not deliver.
        theatre.sandbox.world.deliveries.clear()
        other = MemoryEngine(engine.store, observe=theatre.observe, clock=play.clock)
        await theatre.come_back(other if database == "kept" else new_engine(play))
        await wait_for_tag(play)
        assert tag_of(play) == merged
        # Of what was merged meanwhile the next release may be there already.
        theatre.acme.hugo.comment(pull.number, "/release approve 1.2.0")
        await play.wait()
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize(
    "meanwhile", [merge_others, delete_branch, edit_title, move_version_on], ids=lambda act: act.__name__
)
async def test_no_webhook_of_the_merge_ever_came(
    tmp_path: Path, meanwhile: Callable[[Theatre, PullRequest], None]
) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        pull = theatre.release_pull
        theatre.sandbox.deliverer.faults.add("drop", times=None)
        merged = theatre.acme.mona.merge_pull(pull.number)
        meanwhile(theatre, pull)
        await play.wait(timedelta(minutes=5))
        theatre.sandbox.deliverer.faults.waiting.clear()
        theatre.sandbox.world.deliveries.clear()
        await wait_for_tag(play)
        assert tag_of(play) == merged
        theatre.read_all()


async def test_it_is_renamed_between_merge_and_tag(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        pull = theatre.release_pull
        theatre.sandbox.deliverer.faults.add("drop", times=None)
        merged = theatre.acme.mona.merge_pull(pull.number)
        rename(theatre, pull)
        await play.wait(timedelta(minutes=5))
        theatre.sandbox.deliverer.faults.waiting.clear()
        theatre.sandbox.world.deliveries.clear()
        await wait_for_tag(play)
        assert tag_of(play) == merged
        theatre.read_all()


async def test_a_tag_that_a_ruleset_kept_from_us_is_made_once_it_lets_us(tmp_path: Path) -> None:
    from tests.stories.test_rules import protect  # noqa: PLC0415

    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        protect(theatre, "tag", "creation")
        await play.merge()
        assert tag_of(play) is None
        assert "creations being restricted" in theatre.status(theatre.release_pull)
        await play.wait(DAY)
        assert tag_of(play) is None
        theatre.acme.repository.rulesets.clear()
        await play.wait(timedelta(minutes=15))
        assert tag_of(play) == theatre.release_pull.merge_commit_sha
        theatre.read_all()
