"""Commands nobody told us of: which are found, which are not, and that each is handled once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.engine import Delivery
from bot.github.facts import RepositoryRef
from bot.intake.command import CommandDelivery
from bot.intake.events import AppIdentity, translate
from bot.release.lines import note_line
from bot.release.snapshot import Line
from bot.sandbox.acts.comments import add_reaction, create_comment, edit_comment, minimize_comment
from bot.sandbox.faults import When, secondary_limit
from bot.sandbox.state.deliveries import Delivery as Webhook
from tests.intake.estate import Estate, open_estate

MINUTE = timedelta(minutes=1)
COMMENTS = "GET /repos/{owner}/{repo}/issues/comments"
GRAPHQL = "POST /graphql"


@pytest.fixture
async def estate() -> AsyncIterator[Estate]:
    """A release is under way in acme/widget, and whatever is said reaches nobody, and GitHub lists none of it as failed."""
    async with open_estate() as opened:
        await opened.act()
        await begin_release(opened)
        opened.acme.world.take_deliveries()
        await opened.clock.advance(5 * MINUTE)
        await opened.act()
        await opened.clock.advance(2 * MINUTE)
        yield opened


async def begin_release(estate: Estate) -> RepositoryRef:
    (widget,) = estate.refs(estate.acme.repository)
    await note_line(estate.engine.intents(widget), Line("main"))
    await estate.engine.wake(widget)
    await estate.engine.idle()
    return widget


async def sweep(estate: Estate) -> list[str]:
    """The bodies of the commands that the next sweep finds."""
    before = len(estate.seen.deliveries)
    await estate.clock.advance(3 * MINUTE)
    await estate.act()
    return [one.content["body"] for one in estate.seen.deliveries[before:]]


async def receive(estate: Estate, webhook: Webhook) -> bool:
    """The webhook comes after all."""
    command = translate(webhook.event, json.loads(webhook.body), AppIdentity(estate.acme.app.id))
    assert isinstance(command, CommandDelivery)
    content, now = command.to_content(), estate.clock.now()
    return await estate.engine.accept(Delivery(webhook.guid, command.repository, now, content, command.natural_key))


def take(estate: Estate, event: str = "issue_comment") -> Webhook:
    """The webhook of what was just said."""
    (webhook,) = [one for one in estate.acme.world.take_deliveries() if one.event == event]
    return webhook


async def test_a_comment_is_found_as_its_webhook_would_have_told(estate: Estate) -> None:
    comment = estate.acme.mona.comment(1, "/release 1.2.0\nplease")
    webhook = take(estate)
    assert await sweep(estate) == ["/release 1.2.0\nplease"]
    (found,) = estate.seen.deliveries
    assert found.guid == f"comment:{comment.id}"
    told = translate("issue_comment", json.loads(webhook.body), AppIdentity(estate.acme.app.id))
    assert CommandDelivery.from_content(found.repository, found.content) == told


async def test_a_review_is_found_as_its_webhook_would_have_told(estate: Estate) -> None:
    review = estate.acme.mona.submit_review(1, "/release 1.2.0")
    webhook = take(estate, "pull_request_review")
    assert await sweep(estate) == ["/release 1.2.0"]
    (found,) = estate.seen.deliveries
    assert found.guid == f"review:{review.id}"
    told = translate("pull_request_review", json.loads(webhook.body), AppIdentity(estate.acme.app.id))
    assert CommandDelivery.from_content(found.repository, found.content) == told


async def test_it_is_found_once(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    assert await sweep(estate) == ["/release 1.2.0"]
    for _ in range(5):
        assert await sweep(estate) == []


async def test_a_webhook_that_comes_after_all_is_known(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    late = take(estate)
    assert await sweep(estate) == ["/release 1.2.0"]
    assert not await receive(estate, late)
    await estate.engine.idle()
    assert len(estate.seen.deliveries) == 1


async def test_what_a_webhook_told_is_known_to_the_sweep(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    assert await receive(estate, take(estate))
    await estate.engine.idle()
    assert await sweep(estate) == []
    assert len(estate.seen.deliveries) == 1


@pytest.mark.parametrize("first", ["webhook", "sweep"])
async def test_webhook_and_sweeps_at_the_same_time_are_one(estate: Estate, first: str) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    webhook = take(estate)
    await estate.clock.advance(3 * MINUTE)
    works = [estate.sweep.act(), estate.make_sweep().act(), estate.make_sweep().act()]
    works.insert(0 if first == "webhook" else 3, receive(estate, webhook))  # type: ignore[arg-type]
    await asyncio.gather(*works)
    await estate.engine.idle()
    assert len(estate.seen.deliveries) == 1


@pytest.mark.parametrize("reaction", ["rocket", "confused", "-1"])
async def test_what_carries_a_final_reaction_of_ours_was_handled(estate: Estate, reaction: str) -> None:
    for said in (estate.acme.mona.comment(1, "/release 1.2.0"), estate.acme.mona.submit_review(1, "/release 1.3.0")):
        add_reaction(estate.acme.world, said, estate.acme.app.bot, reaction)
    assert await sweep(estate) == []


@pytest.mark.parametrize("reaction", ["eyes", "+1"])
async def test_another_reaction_of_ours_is_no_answer(estate: Estate, reaction: str) -> None:
    comment = estate.acme.mona.comment(1, "/release 1.2.0")
    add_reaction(estate.acme.world, comment, estate.acme.app.bot, reaction)
    assert await sweep(estate) == ["/release 1.2.0"]


async def test_a_final_reaction_of_somebody_else_is_no_answer(estate: Estate) -> None:
    comment = estate.acme.mona.comment(1, "/release 1.2.0")
    add_reaction(estate.acme.world, comment, estate.acme.hugo.user, "rocket")
    assert await sweep(estate) == ["/release 1.2.0"]


class TestNoCommands:
    async def test_edited(self, estate: Estate) -> None:
        world, repository = estate.acme.world, estate.acme.repository
        thread = repository.issues[1]
        comment = estate.acme.mona.comment(1, "Nice work")
        edit_comment(world, repository, thread, comment, estate.acme.hugo.user, body="/release 1.2.0")
        again = estate.acme.mona.comment(1, "/release 1.2.0")
        edit_comment(world, repository, thread, again, estate.acme.mona.user, body="/release 1.2.1")
        assert await sweep(estate) == []

    async def test_an_old_comment_edited_today(self, estate: Estate) -> None:
        old = estate.acme.mona.comment(1, "Nice work")
        assert await sweep(estate) == []
        world, repository = estate.acme.world, estate.acme.repository
        edit_comment(world, repository, repository.issues[1], old, estate.acme.mona.user, body="/release 1.2.0")
        assert await sweep(estate) == []

    async def test_hidden(self, estate: Estate) -> None:
        minimize_comment(estate.acme.mona.comment(1, "/release 1.2.0"), "SPAM")
        assert await sweep(estate) == []

    async def test_by_bots_apps_and_ghosts(self, estate: Estate) -> None:
        world, repository = estate.acme.world, estate.acme.repository
        thread = repository.issues[1]
        create_comment(world, repository, thread, estate.acme.app.bot, "/release 1.2.0")
        in_a_name = estate.acme.mona.comment(1, "/release 1.2.0")
        in_a_name.app = world.actions_app
        assert await sweep(estate) == []

    @pytest.mark.parametrize("body", ["see /release 1.2.0", "> /release 1.2.0", "`/release 1.2.0`", "/merge", "x"])
    async def test_without_a_line_that_begins_with_the_verb(self, estate: Estate, body: str) -> None:
        estate.acme.mona.comment(1, body)
        estate.acme.mona.submit_review(1, body)
        assert await sweep(estate) == []

    async def test_deleted_meanwhile(self, estate: Estate) -> None:
        comment = estate.acme.mona.comment(1, "/release 1.2.0")
        estate.before = lambda request: (
            estate.acme.repository.issues[1].comments.clear() if b"reactionGroups" in request.body else None
        )
        assert await sweep(estate) == []
        assert comment.body


async def test_what_was_said_this_minute_is_left_to_its_webhook(estate: Estate) -> None:
    await estate.clock.advance(3 * MINUTE)
    estate.acme.mona.comment(1, "/release 1.2.0")
    await estate.clock.advance(timedelta(seconds=30))
    await estate.act()
    assert estate.seen.deliveries == []
    assert await sweep(estate) == ["/release 1.2.0"]


async def test_commands_are_handed_over_in_the_order_they_were_given(estate: Estate) -> None:
    said = []
    for number in range(4):
        who = estate.acme.mona
        said.append(f"/release 1.{number}")
        (who.submit_review if number % 2 else who.comment)(1, said[-1])
        await estate.clock.advance(timedelta(seconds=10))
    assert await sweep(estate) == said


async def test_it_costs_two_requests_for_each_release_under_way(estate: Estate) -> None:
    await sweep(estate)
    await estate.clock.advance(3 * MINUTE)
    cost = await estate.act()
    print(f"one release under way: {dict(cost)}")
    assert cost == {"GET /app/hook/deliveries": 1, COMMENTS: 1, GRAPHQL: 1}
    estate.acme.mona.comment(1, "Nice")
    await estate.clock.advance(3 * MINUTE)
    assert (await estate.act())[GRAPHQL] == 1
    estate.acme.mona.comment(1, "/release 1.2.0")
    await estate.clock.advance(3 * MINUTE)
    assert (await estate.act())[GRAPHQL] == 2


async def test_nothing_is_read_where_nothing_is_under_way(estate: Estate) -> None:
    (widget,) = estate.refs(estate.acme.repository)
    await estate.engine.intents(widget).forget("line:main")
    estate.acme.mona.comment(1, "/release 1.2.0")
    await estate.clock.advance(3 * MINUTE)
    assert (await estate.act()).total() == 1


async def test_a_limit_makes_the_next_sweep_read_the_same_time_again(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.sandbox.faults.add(When(path=r"/issues/comments$"), secondary_limit(retry_after=60))
    assert await sweep(estate) == []
    estate.acme.mona.comment(1, "/release 1.3.0")
    assert await sweep(estate) == ["/release 1.2.0", "/release 1.3.0"]


async def test_a_repository_that_cannot_be_read_does_not_keep_others_from_it(estate: Estate) -> None:
    (other,) = estate.add_repositories(1)
    (ref,) = estate.refs(other)
    await note_line(estate.engine.intents(ref), Line("main"))
    await estate.engine.wake(ref)
    estate.acme.world.repositories.pop(other.id)
    estate.acme.mona.comment(1, "/release 1.2.0")
    assert await sweep(estate) == ["/release 1.2.0"]
    assert await sweep(estate) == []


async def test_reviews_are_left_out_where_pull_requests_may_not_be_read(estate: Estate) -> None:
    del estate.acme.installation.permissions["pull_requests"]
    await estate.restart()
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.acme.mona.submit_review(1, "/release 1.3.0")
    assert await sweep(estate) == ["/release 1.2.0"]


class TestRecovery:
    async def test_a_command_is_found_where_nothing_is_under_way(self, estate: Estate) -> None:
        (quiet,) = estate.add_repositories(1)
        person = estate.person(quiet)
        person.push_commit("main", {"x": "x"})
        person.push_commit("topic", {"x": "y"})
        await estate.restart(away=timedelta(hours=2))
        pull = person.open_pull("topic", "A topic")
        person.comment(pull.number, "/release 1.2.0")
        estate.acme.world.take_deliveries()
        await estate.restart(away=timedelta(hours=2))
        assert await sweep(estate) == ["/release 1.2.0"]
        assert await sweep(estate) == []

    async def test_we_were_away_for_longer_than_github_keeps_deliveries(self, estate: Estate) -> None:
        estate.acme.mona.comment(1, "/release 1.2.0")
        estate.lose_webhooks()
        await estate.restart(away=timedelta(days=10))
        assert await sweep(estate) == ["/release 1.2.0"]

    async def test_with_a_new_database_it_is_found_unless_it_was_answered(self, estate: Estate) -> None:
        handled = estate.acme.mona.comment(1, "/release 1.1.5")
        add_reaction(estate.acme.world, handled, estate.acme.app.bot, "rocket")
        estate.acme.mona.comment(1, "/release 1.2.0")
        await estate.restart(away=timedelta(days=5), new_database=True)
        assert await sweep(estate) == ["/release 1.2.0"]

    async def test_what_was_said_before_the_app_was_installed_was_not_said_to_us(self, estate: Estate) -> None:
        """Another bot that hears the same word may have been there before."""
        estate.acme.mona.comment(1, "/release 1.2.0")
        await estate.clock.advance(MINUTE)
        estate.acme.installation.created_at = estate.clock.now()
        estate.acme.mona.comment(1, "/release 1.3.0")
        await estate.restart(away=timedelta(hours=1), new_database=True)
        assert await sweep(estate) == ["/release 1.3.0"]
