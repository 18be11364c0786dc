"""The release pull request that keeps itself up to date: opened by what is merged, and following it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.memory import MemoryEngine
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.faults import StaleReads
from bot.sandbox.state.conversation import PullRequest
from tests.stories.plays import open_play
from tests.stories.test_commands import open_pulls, version_in
from tests.stories.theatre import Theatre, open_theatre

AUTO = {".github/aweigh.toml": 'mode = "auto"\n'}


async def turn_on(theatre: Theatre, *, released: bool = False) -> None:
    """Let somebody choose the mode; ``released``: with all that is there released by hand just before."""
    theatre.acme.hugo.push_commit("main", AUTO, "ci: let releases be proposed")
    if released:
        theatre.acme.hugo.push_tag("v1.1.5", "main")
    await theatre.settle()


async def push(theatre: Theatre, title: str, body: str = "") -> None:
    """Let somebody push to the default branch."""
    path = f"widget/n{theatre.acme.repository.next_number()}.py"
    theatre.acme.hugo.push_commit("main", {path: "NEW = 1\n"}, f"{title}\n\n{body}".strip())
    await theatre.settle()


async def merge(
    theatre: Theatre, title: str, method: MergeMethod = "squash", *, labels: tuple[str, ...] = (), body: str = ""
) -> PullRequest:
    """Let somebody merge a pull request of theirs."""
    acme = theatre.acme
    branch = f"topic-{len(acme.repository.issues)}"
    acme.wanda.push_commit(branch, {f"widget/{branch.replace('-', '_')}.py": "NEW = 1\n"}, title)
    pull = acme.wanda.open_pull(branch, title, body)
    if labels:
        acme.mona.label(pull.number, *labels)
    await theatre.merge(pull, method)
    return pull


def versions(theatre: Theatre) -> list[str]:
    """What the open release pull requests release."""
    return [title.removeprefix("Release widget ") for title in open_pulls(theatre)]


async def test_what_is_merged_opens_it_and_the_version_follows(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "fix: float upright")
        pull = theatre.release_pull
        assert versions(theatre) == ["1.1.6"]
        await push(theatre, "feat: float")
        assert versions(theatre) == ["1.2.0"]
        await push(theatre, "docs: how to float")
        await push(theatre, "feat!: no more sails")
        assert (versions(theatre), theatre.release_pull.number) == (["2.0.0"], pull.number)
        assert version_in(theatre, pull.head_sha) == "2.0.0"
        record = theatre.record(pull)
        assert (record.version, record.tag, record.follows, record.comment_id) == ("2.0.0", "v2.0.0", True, 0)
        body = theatre.plain(pull.body or "")
        assert "`2.0.0`, a major step, because of" in body
        assert "follows from what was merged" in body
        theatre.read_all()
        await theatre.merge(pull)
        theatre.read_all()
        # Nobody asked for it, so whoever merged may approve.
        await theatre.say(theatre.acme.mona, "/release approve 2.0.0", pull.number)
        assert len(theatre.files("2.0.0")) == 2
        assert versions(theatre) == []
        # And so it goes on.
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["2.0.1"]
        theatre.read_all()


async def test_without_anything_worth_a_release_there_is_none(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "chore: tidy up")
        await push(theatre, "ci: run it twice")
        assert theatre.find_release_pull() is None
        comment = await theatre.say(theatre.acme.mona, "/release auto")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "None of the 2 changes since `v1.1.5` asks for a release." in theatre.reply(theatre.feature)
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["1.1.6"]
        theatre.read_all()


async def test_on_demand_opens_nothing_until_somebody_asks_and_then_follows(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files={".github/aweigh.toml": 'mode = "on-demand"\n'}) as theatre:
        await push(theatre, "feat: float")
        assert theatre.find_release_pull() is None
        await theatre.say(theatre.acme.mona, "/release auto")
        pull = theatre.release_pull
        assert versions(theatre) == ["1.2.0"]
        assert "asked for by `@mona`. The version follows what is merged." in theatre.plain(pull.body or "")
        await push(theatre, "feat!: no more sails")
        assert versions(theatre) == ["2.0.0"]
        theatre.read_all()
        await theatre.merge(pull)
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release approve 2.0.0", pull.number)
        assert "somebody else has to approve" in theatre.reply(pull.number)


async def test_without_settings_the_first_release_by_hand_turns_it_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await push(theatre, "feat: float")
        assert theatre.find_release_pull() is None
        pull = await theatre.reach_gate()
        await push(theatre, "feat: float higher")
        assert versions(theatre) == ["1.3.0"]
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_naming_the_version_makes_it_stay_and_auto_lets_it_go_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre)
        pull = theatre.release_pull
        await theatre.say(theatre.acme.mona, "/release 1.1.1", pull.number)
        record = theatre.record(pull)
        assert (record.follows, record.requester_id) == (False, theatre.acme.mona.user.id)
        await push(theatre, "feat: float")
        assert versions(theatre) == ["1.1.1"]
        await theatre.say(theatre.acme.wanda, "/release auto", pull.number)
        assert versions(theatre) == ["1.2.0"]
        record = theatre.record(pull)
        assert (record.follows, record.requester_id) == (True, theatre.acme.wanda.user.id)
        theatre.read_all()


async def test_one_that_people_closed_stays_closed_until_somebody_asks(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre)
        theatre.acme.hugo.close_pull(theatre.release_pull.number)
        await theatre.settle()
        await push(theatre, "feat: float")
        assert versions(theatre) == []
        await theatre.say(theatre.acme.mona, "/release auto")
        assert versions(theatre) == ["1.2.0"]
        theatre.read_all()


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
async def test_a_label_counts_in_every_way_of_merging(tmp_path: Path, method: MergeMethod) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        pull = await merge(theatre, "Widgets float", method, labels=("major",))
        assert versions(theatre) == ["2.0.0"]
        body = theatre.plain(theatre.release_pull.body or "")
        assert f"- major: #{pull.number} `Widgets float` (label `major`)" in body
        theatre.read_all()


async def test_release_as_counts_once(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "chore: a round number", "Release-As: 3.0.0")
        assert versions(theatre) == ["3.0.0"]
        assert "says `Release-As: 3.0.0`" in theatre.plain(theatre.release_pull.body or "")
        pull = theatre.release_pull
        await theatre.merge(pull)
        await theatre.say(theatre.acme.mona, "/release approve 3.0.0", pull.number)
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["3.0.1"]
        theatre.read_all()


@pytest.mark.parametrize(("method", "version"), [("squash", "3.0.0"), ("rebase", "3.0.0"), ("merge", "1.2.0")])
async def test_release_as_counts_where_it_is_merged_and_not_where_it_is_brought(
    tmp_path: Path, method: MergeMethod, version: str
) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        acme = theatre.acme
        acme.wanda.push_commit("topic", {"widget/new.py": "NEW = 1\n"}, "feat: float\n\nRelease-As: 3.0.0")
        pull = acme.wanda.open_pull("topic", "feat: float", "Because.")
        await theatre.merge(pull, method)
        assert versions(theatre) == [version]
        theatre.read_all()


async def test_what_was_merged_twice_at_once_makes_one_pull_request(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        for number in range(5):
            theatre.acme.hugo.push_commit("main", {f"widget/m{number}.py": "M = 1\n"}, f"feat: no. {number}")
        await theatre.settle()
        assert versions(theatre) == ["1.2.0"]
        assert all(f"no. {number}" in (theatre.release_pull.body or "").lower() for number in range(5))
        assert len(theatre.comments(theatre.release_pull.number, "status")) == 1
        theatre.read_all()


async def test_without_a_release_yet_the_first_one_is_named_by_people(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.hugo.delete_tag("v1.1.0")
        await turn_on(theatre)
        assert theatre.find_release_pull() is None
        await theatre.say(theatre.acme.mona, "/release auto")
        assert "Nothing was released from here yet" in theatre.reply(theatre.feature)


async def test_while_the_last_release_is_not_tagged_there_is_no_next_one(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre)
        pull = theatre.release_pull
        await theatre.say(theatre.acme.wanda, "/release hold", pull.number)
        await theatre.merge(pull)
        await push(theatre, "feat: float")
        assert versions(theatre) == []
        await theatre.say(theatre.acme.wanda, "/release unhold", pull.number)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_project_that_would_not_be_published_is_left_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.hugo.push_commit("main", {".github/workflows/publish.yml": None}, "No more")
        await turn_on(theatre)
        assert theatre.find_release_pull() is None


async def test_a_label_after_the_merge_counts_as_well(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        pull = await merge(theatre, "Widgets float")
        assert versions(theatre) == ["1.1.6"]
        theatre.acme.mona.label(pull.number, "minor")
        await theatre.settle()
        assert versions(theatre) == ["1.2.0"]
        theatre.read_all()


async def test_a_label_that_nobody_tells_us_of_counts_however_much_was_merged_since(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        acme, log = theatre.acme, theatre.sandbox.world.requests
        await turn_on(theatre, released=True)
        pull = await merge(theatre, "Widgets float")
        for number in range(120):
            acme.hugo.push_commit("main", {f"docs/{number}.md": "More.\n"}, "docs: more")
        await theatre.settle()
        assert versions(theatre) == ["1.1.6"]
        await theatre.pass_time(timedelta(hours=1))
        theatre.sandbox.deliverer.faults.add("drop", times=1)
        acme.mona.label(pull.number, "minor")
        await theatre.settle()
        assert versions(theatre) == ["1.1.6"]
        made = len(log)
        await push(theatre, "docs: still more")
        assert versions(theatre) == ["1.2.0"]
        assert "(label `minor`)" in (theatre.release_pull.body or "")
        # The overview, what is new of the history and the move of the branch: no older page is read again.
        assert sum(one.path.endswith("/graphql") for one in log[made:]) == 3
        theatre.read_all()


async def test_the_list_grows_with_what_is_merged_where_no_file_changes(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "feat: float")
        head = theatre.release_pull.head_sha
        await push(theatre, "docs: how to float")
        assert theatre.release_pull.head_sha == head
        await push(theatre, "fix: sink less")
        body = theatre.plain(theatre.release_pull.body or "")
        assert "- minor: " in body
        assert "`Sink less` (`fix`)" in body
        theatre.read_all()


async def test_beside_one_that_points_elsewhere_no_second_one_is_opened(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre)
        pull = theatre.release_pull
        theatre.acme.hugo.push_branch("other", "main")
        pull.base_ref = "other"
        await push(theatre, "feat: float")
        assert len(versions(theatre)) == 1
        theatre.read_all()


async def test_a_push_that_nobody_heard_of_is_found_after_an_absence(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await turn_on(theatre, released=True)
        await theatre.leave()
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "feat: float")
        await theatre.sandbox.deliverer.drain()
        theatre.sandbox.world.deliveries.clear()
        await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=play.clock))
        await theatre.pass_time(timedelta(minutes=5))
        assert versions(theatre) == ["1.2.0"]
        theatre.read_all()


async def test_a_branch_that_people_pushed_to_says_that_it_does_not_follow_any_more(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "fix: sink less")
        pull = theatre.release_pull
        theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "# Changelog\n\nMine.\n"}, "Words")
        await theatre.settle()
        assert "does not follow" not in theatre.status(pull)
        theirs = pull.head_sha
        await push(theatre, "feat: float")
        assert pull.head_sha == theirs
        assert "does not follow" in theatre.status(pull)
        assert "/release recreate" in theatre.status(pull)
        await theatre.say(theatre.acme.wanda, "/release recreate", pull.number)
        assert versions(theatre) == ["1.2.0"]
        assert "does not follow" not in theatre.status(pull)
        assert theatre.record(pull).follows
        theatre.read_all()


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
async def test_what_slipped_in_before_the_merge_is_told_and_in_the_notes(tmp_path: Path, method: MergeMethod) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "feat: float")
        pull = theatre.release_pull
        theatre.acme.hugo.push_commit("main", {"widget/late.py": "LATE = 1\n"}, "fix: sink less")
        await theatre.merge(pull, method)
        told = "Also in this release, merged when its pull request was made already:"
        assert told in theatre.status(pull)
        assert "`Sink less` (`fix`)" in theatre.status(pull)
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release approve 1.2.0", pull.number)
        notes = theatre.release("v1.2.0").body or ""
        assert told in notes
        assert "Float" not in notes.partition(told)[2]
        assert versions(theatre) == []
        theatre.read_all()


async def test_a_maintenance_line_that_the_settings_name_follows_what_is_merged_into_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        named = {".github/aweigh.toml": 'mode = "auto"\nbranches = ["release/*"]\n'}
        theatre.acme.hugo.push_commit("main", named, "ci: let releases be proposed")
        theatre.acme.hugo.push_tag("v2.0.0", "main")
        await theatre.settle()
        theatre.acme.wanda.push_branch("release/1.1", "v1.1.0")
        theatre.acme.wanda.push_branch("1.0.x", "v1.1.0")
        await theatre.settle()
        assert versions(theatre) == []
        for branch in ("release/1.1", "1.0.x"):
            theatre.acme.wanda.push_commit(branch, {"widget/old.py": "OLD = 1\n"}, "feat!: mend what is old")
            await theatre.settle()
        # No step leaves the line, and what the settings do not name is left alone.
        assert versions(theatre) == ["1.1.1"]
        assert theatre.release_pull.base_ref == "release/1.1"
        theatre.acme.wanda.push_commit("topic", {"topic.py": "a = 1\n"}, "Topic", onto="1.0.x")
        topic = theatre.acme.wanda.open_pull("topic", "Topic", base="1.0.x")
        await theatre.say(theatre.acme.mona, "/release 1.0.1", topic.number)
        assert "`branches` in the settings names: `release/*`" in theatre.reply(topic.number)
        theatre.read_all()


async def test_one_that_was_never_tagged_does_not_keep_back_what_follows_a_later_one(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "fix: sink less")
        held = theatre.release_pull
        await theatre.say(theatre.acme.wanda, "/release hold", held.number)
        await theatre.merge(held)
        await theatre.say(theatre.acme.mona, "/release minor")
        assert versions(theatre) == ["1.2.0"]
        await theatre.merge(theatre.release_pull)
        assert theatre.find_tag("v1.1.6") is None
        await push(theatre, "feat: float")
        assert versions(theatre) == ["1.3.0"]
        theatre.read_all()


async def test_a_title_that_was_left_behind_half_way_follows_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "fix: sink less")
        pull = theatre.release_pull
        # The text comes before the branch: so it is when the process ends in between and more is merged meanwhile.
        pull.title = "Release widget 1.2.0"
        await push(theatre, "feat!: no more sails")
        assert versions(theatre) == ["2.0.0"]
        pull.title = "The one without sails"
        await push(theatre, "feat: float")
        assert pull.title == "The one without sails"
        theatre.read_all()


async def test_a_footer_that_cannot_be_followed_keeps_nothing_back(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        await push(theatre, "feat: float", "Release-As: 0.5.0")
        assert versions(theatre) == ["1.2.0"]
        body = theatre.plain(theatre.release_pull.body or "")
        assert "`1.2.0`, a minor step, because of" in body
        theatre.read_all()


async def test_a_candidate_on_another_branch_leads_nowhere_here(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        theatre.acme.hugo.push_branch("next", "main")
        for number in (1, 2):
            theatre.acme.hugo.push_commit("next", {"widget/next.py": f"N = {number}\n"}, "feat!: another widget")
            theatre.acme.hugo.push_tag(f"v2.0.0rc{number}", "next")
        await theatre.settle()
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["1.1.6"]
        await push(theatre, "feat: float")
        assert versions(theatre) == ["1.2.0"]
        made = theatre.release_pull.head_sha
        await push(theatre, "docs: how to float")
        assert theatre.release_pull.head_sha == made
        theatre.read_all()


async def test_a_candidate_that_was_made_of_this_branch_leads_to_the_next_one(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        theatre.acme.hugo.push_tag("v2.0.0rc1", "main")
        await push(theatre, "fix: sink less")
        assert versions(theatre) == ["2.0.0rc2"]
        theatre.read_all()


async def test_what_its_author_edits_after_the_merge_counts_for_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        pulls = [await merge(theatre, f"Widgets float {method}", method) for method in ("squash", "merge")]
        before = versions(theatre)
        for pull in pulls:
            entry = "```release-note\nBuy it at evil.test\n```"
            title = "feat!: everything" if pull is pulls[1] else None
            theatre.acme.wanda.edit_pull(pull.number, title=title, body=entry)
        await theatre.settle()
        await push(theatre, "fix: sink less")
        assert versions(theatre) == before
        body = theatre.release_pull.body or ""
        assert "everything" not in body.lower()
        assert "evil" not in body
        theatre.read_all()


async def test_another_day_alone_moves_nothing(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await turn_on(theatre, released=True)
        await push(theatre, "feat: float")
        head = theatre.release_pull.head_sha
        await push(theatre, "docs: how to float")
        await theatre.pass_time(timedelta(days=1))
        await push(theatre, "docs: how to sink")
        assert theatre.release_pull.head_sha == head
        await push(theatre, "fix: sink less")
        assert theatre.release_pull.head_sha != head
        theatre.read_all()


async def test_a_label_that_does_not_show_yet_is_found_a_little_later(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await turn_on(theatre, released=True)
        pull = await merge(theatre, "Widgets float")
        assert versions(theatre) == ["1.1.6"]
        world = theatre.sandbox.world
        stale = StaleReads(100, of=r"/graphql$", lasting=timedelta(seconds=15))
        theatre.sandbox.github.faults.remember(world, stale, world.now())
        theatre.acme.mona.label(pull.number, "major")
        await theatre.settle()
        assert versions(theatre) == ["1.1.6"]
        await theatre.pass_time(timedelta(minutes=1))
        assert versions(theatre) == ["2.0.0"]
        # One that shows at once costs nothing more.
        theatre.acme.mona.label(pull.number, "bug")
        await theatre.settle()
        made = len(world.requests)
        await theatre.pass_time(timedelta(minutes=1))
        assert len(world.requests) == made
        theatre.read_all()
