"""The recovery sweep: what it finds again, what it costs, and that nothing stops it for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.github.facts import RepositoryRef
from bot.github.survey import ListedRepository, Surveyed, SurveyedPull
from bot.intake.recovery import NOTE, Pass, has_stray_branch, list_under_way
from bot.release.lines import LASTS, SOUGHT, UNDER_WAY, forget_pushed, get_noted
from bot.sandbox.faults import Lost, When, secondary_limit, server_error
from bot.sandbox.http import Request
from tests.intake.estate import Estate, open_estate
from tests.stories.hours import MORNING

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
GRAPHQL = "POST /graphql"
TAG_ONLY = 'mode = "tag-only"\n'


@pytest.fixture
async def estate() -> AsyncIterator[Estate]:
    async with open_estate() as opened:
        yield opened


def is_page(number: str) -> Callable[[Request], bool]:
    return lambda request: request.path == "/installation/repositories" and request.query.get("page") == number


async def is_done(estate: Estate) -> bool:
    note = await estate.engine.notes().find(NOTE)
    return note is not None and Pass.from_json(note.value).done


class TestWhatIsFound:
    @pytest.mark.parametrize("state", ["open", "merged", "announced", "closed", "merged long ago"])
    async def test_releases_that_are_open_or_merged_and_not_announced(self, estate: Estate, state: str) -> None:
        (repository,) = estate.add_repositories(1)
        merged = state not in {"open", "closed"}
        pull = estate.release(repository, merged=merged, announced=state == "announced")
        if state == "closed":
            estate.person(repository).close_pull(pull.number)
        await estate.restart(away=timedelta(days=36 if state == "merged long ago" else 1), new_database=True)
        estate.deliver_webhooks()
        await estate.act()
        found = estate.refs(repository) if state in {"open", "merged"} else []
        assert estate.seen.reconciled == found
        # The line is noted: a branch that was deleted after the merge would not be looked at otherwise.
        assert await estate.engine.list_repositories(UNDER_WAY) == found

    async def test_lines_beside_the_default_branch_also_when_their_branch_is_gone(self, estate: Estate) -> None:
        (repository,) = estate.add_repositories(1)
        estate.release(repository, "main")
        merged = estate.release(repository, "1.x", merged=True)
        estate.release(repository, "feature/y")
        await estate.act()
        (ref,) = estate.refs(repository)
        assert [one.key for one in await estate.engine.intents(ref).list()] == [
            "line:1.x", "line:feature/y", "line:main", f"merged:{merged.number}",
        ]  # fmt: skip
        assert estate.seen.reconciled == [ref]

    async def test_a_merged_release_below_many_later_pull_requests(self, estate: Estate) -> None:
        (repository,) = estate.add_repositories(1)
        estate.release(repository, merged=True)
        person = estate.person(repository)
        for number in range(25):
            person.push_commit(f"topic-{number}", {f"{number}": "x"})
            person.open_pull(f"topic-{number}", f"Topic {number}")
        await estate.act()
        assert estate.seen.reconciled == estate.refs(repository)

    async def test_a_release_branch_without_a_pull_request(self, estate: Estate) -> None:
        one, other = estate.add_repositories(2)
        estate.person(one).push_commit("main", {"x": "x"})
        estate.person(one).push_commit("aweigh/main", {"x": "y"})
        estate.person(other).push_commit("main", {"x": "x"})
        estate.person(other).push_commit("topic", {"x": "y"})
        await estate.act()
        assert estate.seen.reconciled == estate.refs(one)

    async def test_what_only_looks_like_ours_is_not_taken_for_it(self, estate: Estate) -> None:
        theirs, retargeted = estate.add_repositories(2)
        person = estate.person(theirs)
        person.push_commit("main", {"x": "x"})
        person.push_commit("aweigh/main", {"x": "y"})
        by_hand = person.open_pull("aweigh/main", "Release")
        estate.release(retargeted, "main", branch="aweigh/1.x")
        await estate.act()
        # Their branch is there, so somebody looks closely; no line is noted for it.
        assert estate.seen.reconciled == estate.refs(theirs, retargeted)
        assert await estate.engine.list_repositories(UNDER_WAY) == []
        assert by_hand.user.login == "mona"

    async def test_an_announced_release_whose_record_lies_deeper_is_looked_at_closely(self, estate: Estate) -> None:
        (repository,) = estate.add_repositories(1)
        pull = estate.release(repository, announced=True)
        person = estate.person(repository)
        person.push_commit(pull.head_ref, {"NEWS": "by hand"})
        person.merge_pull(pull.number)
        await estate.act()
        assert estate.seen.reconciled == estate.refs(repository)

    async def test_repositories_that_release_without_pull_requests_are_sought_when_the_database_is_new(
        self, estate: Estate
    ) -> None:
        own, by_default, other, silent, resting = estate.add_repositories(5)
        home = estate.acme.world.add_repository(estate.acme.organization, ".github")
        estate.person(home).push_commit("main", {"aweigh.toml": TAG_ONLY})
        estate.person(own).push_commit("main", {".github/aweigh.toml": TAG_ONLY})
        estate.person(by_default).push_commit("main", {"pyproject.toml": "[project]\nname = 'x'\n"})
        estate.person(other).push_commit("main", {"pyproject.toml": "[tool.aweigh]\nmode = 'on-demand'\n"})
        estate.person(silent).push_commit("main", {".github/aweigh.toml": TAG_ONLY})
        estate.person(resting).push_commit("main", {".github/aweigh.toml": TAG_ONLY})
        for repository in (own, by_default, other, resting):
            person = estate.person(repository)
            person.push_commit("topic", {"x": "y"})
            pull = person.open_pull("topic", "Topic")
            if repository is resting:
                pull.updated_at -= LASTS + DAY
        for repository in (own, by_default, other, silent, resting, home):
            repository.pushed_at = estate.clock.now() - 60 * DAY
        await estate.act()
        sought = {estate.acme.repository.id, own.id, by_default.id}
        assert {ref.id for ref in estate.seen.reconciled} == sought
        assert {ref.id for ref in await estate.engine.list_repositories(SOUGHT)} == sought
        # What is under way is noted from then on, so a pass of another day looks for nothing.
        before = len(estate.seen.reconciled)
        await estate.clock.advance(DAY + MINUTE)
        await estate.act()
        assert len(estate.seen.reconciled) == before


class TestCost:
    @pytest.mark.parametrize("repositories", [10, 250])
    async def test_grows_with_pages_not_with_repositories(self, estate: Estate, repositories: int) -> None:
        estate.add_repositories(repositories)
        cost = await estate.act()
        pages, documents = -(-(repositories + 1) // 100), -(-(repositories + 1) // 50)
        points = sum(one.points for one in estate.acme.world.requests if one.path == "/graphql")
        print(f"{repositories + 1} repositories: {cost.total()} requests, {points} GraphQL points")
        # One repository, in which a pull request was opened this minute, is read closely.
        assert cost[GRAPHQL] == documents + 1
        assert cost["GET /installation/repositories"] == pages
        assert cost["GET /repos/{owner}/{repo}/issues/comments"] == 1
        # Deliveries, installations, a token, the App and its account.
        assert cost.total() == pages + documents + 2 + 5
        assert points <= 7.1 * documents + 1

    async def test_it_is_made_once_and_then_once_a_day(self, estate: Estate) -> None:
        estate.add_repositories(120)
        await estate.act()
        assert await is_done(estate)
        made = []
        for minute in range(5, 49 * 60, 5):
            await estate.clock.advance(5 * MINUTE)
            cost = await estate.act()
            assert cost["GET /app/hook/deliveries"] == 1
            if cost.total() > 1:
                made.append(minute)
        assert made == [24 * 60, 48 * 60]

    async def test_archived_repositories_are_passed_over(self, estate: Estate) -> None:
        (repository,) = estate.add_repositories(1)
        estate.release(repository)
        repository.archived = True
        await estate.act()
        assert estate.seen.reconciled == []

    async def test_many_releases_are_woken_one_by_one(self, estate: Estate) -> None:
        repositories = estate.add_repositories(30)
        for one in repositories:
            estate.release(one)
        await estate.act()
        assert len(estate.seen.reconciled) == 10
        woken = []
        while (due := await estate.engine.next_due()) is not None:
            await estate.clock.advance_to(due)
            await estate.engine.idle()
            woken.append(due - MORNING)
        assert woken == [timedelta(seconds=15 * number) for number in range(1, 21)]
        assert set(estate.seen.reconciled) == set(estate.refs(*repositories))


class TestObstacles:
    async def test_suspended_and_removed_installations_do_not_stop_it(self, estate: Estate) -> None:
        world = estate.acme.world
        suspended, removed, last = (estate.add_account(login, 2) for login in ("sus", "gone", "last"))
        suspended.suspended_at = world.now()

        def remove(request: Request) -> None:
            # Between the list of installations and the look at this one.
            if request.path.endswith("/installation/repositories"):
                world.installations.pop(removed.id, None)

        estate.before = remove
        repository = world.get_repository("last/r1")
        estate.release(repository)
        cost = await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(repository)
        assert last.id > removed.id > suspended.id
        # acme, the removed one in vain, and the last: of a suspended installation no token is even asked for.
        assert sum(count for asked, count in cost.items() if asked.endswith("/access_tokens")) == 3

    async def test_an_installation_without_permissions_does_not_stop_it(self, estate: Estate) -> None:
        estate.acme.installation.permissions.pop("pull_requests")
        estate.add_account("last", 1)
        repository = estate.acme.world.get_repository("last/r0")
        estate.release(repository)
        await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(repository)

    async def test_a_repository_that_goes_away_meanwhile_does_not_stop_it(self, estate: Estate) -> None:
        going, staying = estate.add_repositories(2)
        for one in (going, staying):
            estate.release(one)
        world = estate.acme.world

        def remove(request: Request) -> None:
            if request.path == "/graphql":
                world.repositories.pop(going.id, None)

        estate.before = remove
        await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(staying)

    async def test_a_crash_in_the_middle_goes_on_from_there(self, estate: Estate) -> None:
        repositories = estate.add_repositories(250)
        for one in (repositories[50], repositories[150], repositories[240]):
            estate.release(one)
        # The third page finds GitHub away, and the process does not live to see it come back.
        when = When(fits=is_page("3"))
        estate.sandbox.faults.add(when, Lost(applied=False), times=None)
        await estate.act()
        assert not await is_done(estate)
        assert estate.seen.reconciled == estate.refs(repositories[50], repositories[150])
        estate.sandbox.faults.clear()
        await estate.restart()
        cost = await estate.act()
        assert await is_done(estate)
        assert cost["GET /installation/repositories"] == 1
        assert estate.seen.reconciled == estate.refs(repositories[240])

    async def test_a_killed_sweep_goes_on_at_the_page_it_was_at(self, estate: Estate) -> None:
        repositories = estate.add_repositories(250)
        estate.release(repositories[240])
        pages: list[str] = []

        def kill(request: Request) -> None:
            if request.path.endswith("/installation/repositories"):
                pages.append(request.query["page"])
                if pages == ["1", "2"]:
                    raise KeyboardInterrupt

        estate.before = kill
        with pytest.raises(KeyboardInterrupt):
            await estate.sweep.act()
        await estate.restart()
        await estate.act()
        assert await is_done(estate)
        assert pages == ["1", "2", "2", "3"]
        assert estate.seen.reconciled == estate.refs(repositories[240])

    async def test_a_limited_installation_is_put_off_and_the_others_are_not(self, estate: Estate) -> None:
        repositories = estate.add_repositories(120)
        estate.release(repositories[110])
        estate.add_account("last", 1)
        other = estate.acme.world.get_repository("last/r0")
        estate.release(other)
        when = When(fits=is_page("2"))
        estate.sandbox.faults.add(when, secondary_limit(retry_after=60))
        await estate.act()
        assert not await is_done(estate)
        assert estate.seen.reconciled == estate.refs(other)
        await estate.clock.advance(5 * MINUTE)
        cost = await estate.act()
        assert await is_done(estate)
        assert cost["GET /installation/repositories"] == 1
        assert estate.seen.reconciled == estate.refs(other, repositories[110])

    async def test_half_of_the_points_are_left_to_people(self, estate: Estate) -> None:
        estate.add_repositories(220)
        estate.sandbox.limits.limit = 20
        await estate.act()
        assert not await is_done(estate)
        note = await estate.engine.notes().find(NOTE)
        assert note is not None
        assert Pass.from_json(note.value).only == {estate.acme.installation.id: 1}
        # The first page was two documents of eight points; the third document would have taken the rest.
        assert sum(one.points for one in estate.requests if one.path == "/graphql") == 17
        for _ in range(40):
            await estate.clock.advance(5 * MINUTE)
            await estate.act()
        assert await is_done(estate)

    async def test_github_is_away_when_the_database_is_new(self, estate: Estate) -> None:
        (repository,) = estate.add_repositories(1)
        estate.release(repository)
        estate.sandbox.faults.add(When(), server_error(502), times=None)
        for _ in range(4):
            await estate.act()
            await estate.clock.advance(5 * MINUTE)
        assert estate.seen.reconciled == []
        estate.sandbox.faults.clear()
        await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(repository)


class TestOccasions:
    async def test_a_short_absence_is_none(self, estate: Estate) -> None:
        await estate.act()
        await estate.restart(away=14 * MINUTE)
        assert (await estate.act()).total() == 1

    async def test_a_longer_absence_is(self, estate: Estate) -> None:
        await estate.act()
        (repository,) = estate.add_repositories(1)
        estate.release(repository)
        estate.deliver_webhooks()
        await estate.restart(away=16 * MINUTE)
        await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(repository)

    async def test_what_was_pushed_to_meanwhile_is_looked_at_once_the_releases_were(self, estate: Estate) -> None:
        await estate.act()
        pushed, _, released = estate.add_repositories(3)
        estate.release(released)
        estate.deliver_webhooks()
        await estate.clock.advance(MINUTE)
        pushed.pushed_at = estate.clock.now()
        await estate.restart(away=16 * MINUTE)
        await estate.act()
        assert await is_done(estate)
        assert estate.seen.reconciled == estate.refs(released)
        await estate.clock.advance(5 * MINUTE)
        await estate.act()
        assert estate.seen.reconciled == estate.refs(released, pushed)

    async def test_lines_that_were_pushed_to_meanwhile_are_looked_at(self, estate: Estate) -> None:
        await estate.act()
        (repository,) = estate.add_repositories(1)
        mona = estate.person(repository)
        mona.push_commit("1.x", {"README.md": "old"})
        heads = repository.store.refs("refs/heads/")
        estate.deliver_webhooks()
        await estate.restart(away=30 * DAY)
        await estate.act()
        await forget_pushed(estate.engine.intents(estate.refs(repository)[0]), "1.x", str(heads["refs/heads/1.x"]))
        for branch in ("2.x", "dependabot/pip/sails-2.0", "main"):
            mona.push_commit(branch, {"README.md": branch})
        estate.lose_webhooks()
        await estate.restart(away=16 * MINUTE)
        await estate.act()
        noted = await get_noted(estate.engine.intents(estate.refs(repository)[0]))
        heads = repository.store.refs("refs/heads/")
        assert [(base, commit) for base, commit, _ in noted.pushed] == [("2.x", heads["refs/heads/2.x"])]

    async def test_after_a_start_nothing_is_done_twice_within_a_period(self, estate: Estate) -> None:
        await estate.act()
        made = len(estate.requests)
        await estate.restart(away=MINUTE)
        await estate.sweep.begin()
        assert len(estate.requests) == made
        await estate.restart(away=5 * MINUTE)
        await estate.sweep.begin()
        assert len(estate.requests) == made + 1

    async def test_away_in_the_middle_of_a_pass_begins_it_again_and_reads_as_far_back(self, estate: Estate) -> None:
        estate.add_repositories(120)
        estate.sandbox.faults.add(When(fits=is_page("2")), server_error(502), times=None)
        await estate.act()
        estate.sandbox.faults.clear()
        before = await estate.engine.notes().find(NOTE)
        await estate.restart(away=DAY)
        cost = await estate.act()
        after = await estate.engine.notes().find(NOTE)
        assert before is not None
        assert after is not None
        assert cost["GET /installation/repositories"] == 2
        first, second = Pass.from_json(before.value), Pass.from_json(after.value)
        assert (second.since, second.began - first.began > DAY, second.done) == (first.since, True, True)


PULL = SurveyedPull("PR_1", 1, 99, "aweigh/main", "main", from_fork=False, is_open=True, merged_at=None)


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"from_fork": True}, False),
        ({"author_id": 98}, False),
        ({"author_id": None}, False),
        ({"head_branch": "aweigh/1.x"}, False),
        ({"is_open": False}, False),
        ({"is_open": False, "merged_at": MORNING - 34 * DAY}, True),
        ({"is_open": False, "merged_at": MORNING - 35 * DAY}, False),
    ],
)
def test_which_pull_requests_are_releases_under_way(change: dict[str, Any], is_found: bool) -> None:
    repository = ListedRepository(RepositoryRef(7, 101, "acme/widget"), "R_1", "main", closed=False)
    surveyed = Surveyed(repository, (replace(PULL, **change),), ("aweigh/main",), None)
    assert bool(list_under_way(surveyed, 99, MORNING)) == is_found
    assert has_stray_branch(surveyed, 99) == (bool({"from_fork", "author_id", "head_branch"} & set(change)))


def test_a_pass_is_written_down_whole() -> None:
    state = Pass(MORNING, MORNING - DAY, 7, 9, 2, 3, {9: 1, 11: 0}, {5: 4}, done=False)
    assert Pass.from_json(state.to_json()) == state
    assert Pass.from_json(replace(state, only=None, current=None).to_json()) == replace(state, only=None, current=None)
