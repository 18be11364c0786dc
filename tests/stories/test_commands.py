"""What people type, where, and what they are told: refusals with a line to paste, repeats, races, status and help."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme_files import publish_workflow
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

OTHER_WORKFLOW = publish_workflow("tag-push").replace("name: Publish", "name: Ship")


def open_pulls(theatre: Theatre) -> list[str]:
    """The titles of the bot's open pull requests."""
    bot = theatre.acme.app.bot
    return [pull.title for pull in theatre.acme.repository.pulls if pull.user is bot and pull.state == "open"]


def version_in(theatre: Theatre, revision: str) -> str:
    content = theatre.acme.repository.store.read(revision, "pyproject.toml") or b""
    return next(line for line in content.decode().splitlines() if line.startswith("version")).split('"')[1]


def find_block(text: str, language: str) -> str:
    """What people would copy out of a fenced block of a message."""
    return text.partition(f"```{language}\n")[2].partition("```")[0]


# A version that cannot be released


async def test_versions_that_cannot_be_released_are_refused_with_a_line_to_paste(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        index, now = theatre.sandbox.index.state, theatre.sandbox.world.now()
        index.add_file("widget", "1.4.0", "widget-1.4.0.tar.gz", b"somebody uploaded this by hand", now)
        theatre.acme.wanda.push_tag("v1.3.0", "main")
        await theatre.settle()
        for version in (
            "1.0.9",
            "1.1.0",
            "1.1",
            "1.3.0",
            "v1.3",
            "1.4.0",
            "1.4",
            "1.2.banana",
            "1.2.0+local",
            "01.2.0.0.x",
        ):
            comment = await theatre.say(theatre.acme.mona, f"/release {version}")
            assert theatre.reactions(comment) == ["eyes", "-1"], version
            reply = theatre.reply(theatre.feature)
            assert reply == snapshot(name=version)
            assert "Paste `/release 1." in reply
        assert open_pulls(theatre) == []
        assert theatre.acme.repository.store.find_ref("refs/heads/aweigh/main") is None


async def test_the_line_to_paste_works(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.1.0")
        line = theatre.reply(theatre.feature).rpartition("Paste `")[2].rstrip("`\n")
        comment = await theatre.say(theatre.acme.mona, line)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(open_pulls(theatre)) == 1
        theatre.read_all()


# A project that cannot be published


async def test_without_a_publish_workflow_it_is_refused_before_anything_is_made(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, files={".github/workflows/publish.yml": None}) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        reply = theatre.reply(theatre.feature)
        assert reply == snapshot
        assert open_pulls(theatre) == []
        theatre.acme.hugo.push_commit("main", {".github/workflows/publish.yml": find_block(reply, "yaml")}, "Publish")
        await theatre.propose()


async def test_a_workflow_that_nothing_of_ours_starts_is_refused_with_the_reason_per_event(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    merges = publish_workflow("tag-push").replace('tags: ["v*"]', 'tags: ["release-*"]')
    async with open_theatre(tmp_path, files={".github/workflows/publish.yml": merges}) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        assert theatre.find_tag("v1.2.0") is None


async def test_two_publish_workflows_are_refused_until_the_settings_name_one(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, files={".github/workflows/ship.yml": OTHER_WORKFLOW}) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        reply = theatre.reply(theatre.feature)
        assert reply == snapshot
        store = theatre.acme.repository.store
        pyproject = (store.read("main", "pyproject.toml") or b"").decode()
        theatre.acme.hugo.push_commit("main", {"pyproject.toml": pyproject + find_block(reply, "toml")}, "Say which")
        await theatre.settle()
        pull = await theatre.propose()
        assert "`.github/workflows/publish.yml`" in (pull.body or "")


# Where it is typed


async def test_a_release_can_be_asked_for_on_an_issue(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        issue = theatre.open_issue(theatre.acme.rosa)
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", issue.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(issue.number) == snapshot
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        theatre.read_all()


async def test_a_release_can_be_asked_for_on_a_merged_pull_request(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.mona.merge_pull(theatre.feature, "squash")
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot
        store = theatre.acme.repository.store
        assert store.read(theatre.release_pull.head_sha, "widget/turning.py") is not None
        theatre.read_all()


async def test_a_release_asked_for_on_an_open_pull_request_is_without_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert "without this pull request" in theatre.reply(theatre.feature)
        store = theatre.acme.repository.store
        assert store.read(theatre.release_pull.head_sha, "widget/turning.py") is None
        theatre.read_all()


async def test_on_the_release_pull_request_it_changes_the_version(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        first = pull.head_sha
        comment = await theatre.say(theatre.acme.hugo, "/release 2.0.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert open_pulls(theatre) == ["Release widget 2.0.0"]
        assert pull.head_sha != first
        assert version_in(theatre, pull.head_sha) == "2.0.0"
        assert len(theatre.acme.repository.store.commit(pull.head_sha).parents) == 1
        assert theatre.record(pull).version == "2.0.0"
        # Whoever changed the version is the requester now.
        assert theatre.record(pull).requester_id == theatre.acme.hugo.user.id
        assert theatre.thread(pull.number) == snapshot
        await theatre.merge(pull)
        await theatre.say(theatre.acme.mona, "/release approve 2.0.0", pull.number)
        assert len(theatre.files("2.0.0")) == 2
        theatre.read_all()


async def test_a_command_in_a_review_is_heard(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        review = theatre.acme.mona.submit_review(theatre.feature, "/release 1.2.0")
        await theatre.settle()
        assert theatre.reactions(review) == ["eyes", "rocket"]
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        pull = theatre.release_pull
        await theatre.merge(pull)
        theatre.read_all()
        # GitHub does not say whether a review was edited in time to trust it, so it approves nothing.
        review = theatre.acme.hugo.submit_review(pull.number, "/release approve 1.2.0")
        await theatre.settle()
        assert theatre.reactions(review) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []


@pytest.mark.parametrize(
    ("who", "body", "reactions"),
    [
        ("mona", "/release 1.2.0 please", ["eyes", "confused"]),
        ("mona", "/release 1.0.0", ["eyes", "-1"]),
        ("mona", "/release status\n/release help", ["eyes", "rocket"]),
        ("rosa", "/release 1.2.0", ["-1"]),
        ("mona", "Looks good.\n\n    /release 1.2.0", []),
    ],
)
async def test_a_review_is_acknowledged_like_a_comment(
    tmp_path: Path, who: str, body: str, reactions: list[str]
) -> None:
    async with open_theatre(tmp_path) as theatre:
        review = getattr(theatre.acme, who).submit_review(theatre.feature, body)
        await theatre.settle()
        assert theatre.reactions(review) == reactions
        assert len(theatre.replies(theatre.feature)) == (len(reactions) == 2)
        assert open_pulls(theatre) == []


@pytest.mark.rule(10)
async def test_a_locked_thread_is_left_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        issue = theatre.open_issue(theatre.acme.rosa)
        for number in (theatre.feature, issue.number):
            theatre.acme.hugo.lock(number)
            comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", number)
            assert theatre.reactions(comment) == []
        assert open_pulls(theatre) == []


# Again, and at the same time


async def test_a_repeated_command_is_done_already(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        head, body = pull.head_sha, pull.body
        for who, line in ((theatre.acme.mona, "/release 1.2.0"), (theatre.acme.hugo, "/release v1.2")):
            comment = await theatre.say(who, line)
            assert theatre.reactions(comment) == ["eyes", "rocket"]
            assert theatre.reply(theatre.feature) == snapshot
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(pull.number) == snapshot
        assert (pull.head_sha, pull.body) == (head, body)
        assert theatre.record(pull).requester_id == theatre.acme.mona.user.id


async def test_two_people_who_ask_for_the_same_at_once_get_one_pull_request(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        comments = [
            theatre.acme.mona.comment(theatre.feature, "/release 1.2.0"),
            theatre.acme.hugo.comment(theatre.feature, "/release 1.2.0"),
        ]
        await theatre.settle()
        assert [theatre.reactions(comment) for comment in comments] == [["eyes", "rocket"]] * 2
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        replies = theatre.replies(theatre.feature)
        assert sorted("Already done" in reply for reply in replies) == [False, True]
        theatre.read_all()


async def test_two_people_who_ask_for_different_versions_at_once_get_one_pull_request(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        comments = [
            theatre.acme.mona.comment(theatre.feature, "/release 1.2.0"),
            theatre.acme.hugo.comment(theatre.feature, "/release 2.0.0"),
        ]
        await theatre.settle()
        won = [theatre.reactions(comment) for comment in comments]
        assert sorted(won) == [["eyes", "-1"], ["eyes", "rocket"]]
        version = "1.2.0" if won[0] == ["eyes", "rocket"] else "2.0.0"
        assert open_pulls(theatre) == [f"Release widget {version}"]
        (refusal,) = [reply for reply in theatre.replies(theatre.feature) if "one release pull request" in reply]
        assert refusal.replace("2.0.0", "«other»").replace("1.2.0", "«other»") == snapshot
        theatre.read_all()


async def test_a_closed_pull_request_is_abandoned_and_a_new_command_opens_another(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        first = await theatre.propose()
        theatre.acme.wanda.close_pull(first.number)
        await theatre.settle()
        assert theatre.status(first) == snapshot(name="abandoned")
        assert theatre.check_runs(first)[-1].conclusion == "neutral"
        theatre.acme.wanda.push_commit("main", {"docs.md": "Meanwhile.\n"}, "Docs")
        await theatre.settle()
        second = await theatre.propose("1.3.0")
        assert second.number != first.number
        assert version_in(theatre, second.head_sha) == "1.3.0"
        assert open_pulls(theatre) == ["Release widget 1.3.0"]
        assert theatre.status(first) == snapshot(name="abandoned")
        await theatre.merge(second)
        await theatre.say(theatre.acme.hugo, "/release approve 1.3.0", second.number)
        assert len(theatre.files("1.3.0")) == 2
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


@pytest.mark.parametrize("meanwhile", [timedelta(0), timedelta(minutes=5)], ids=["at once", "later"])
async def test_a_pull_request_that_is_opened_again_waits_until_somebody_asks_again(
    tmp_path: Path, meanwhile: timedelta
) -> None:
    """Asked again within the same second, the new bump commit has the very name of the old one."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.close_pull(pull.number)
        await theatre.settle()
        theatre.acme.mona.reopen_pull(pull.number)
        await theatre.settle()
        assert "Stopped" in theatre.status(pull)
        await theatre.pass_time(meanwhile)
        await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert "Ready" in theatre.status(pull)
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_the_next_release_goes_like_the_first(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        for version in ("1.2.0", "1.3.0"):
            pull = await theatre.reach_gate(version)
            await theatre.say(theatre.acme.hugo, f"/release approve {version}", pull.number)
            assert len(theatre.files(version)) == 2
            assert "Released" in theatre.status(pull)
            theatre.read_all()
        assert len(theatre.runs) == 2
        assert theatre.acme.repository.latest_release_id == theatre.release("v1.3.0").id


# Words


async def test_status_says_where_it_stands_and_whose_turn_it_is(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        tariq = theatre.acme.tariq

        async def ask(number: int, name: str) -> None:
            comment = await theatre.say(tariq, "/release status", number)
            assert theatre.reactions(comment) == ["eyes", "rocket"]
            assert theatre.reply(number) == snapshot(name=name)

        await ask(theatre.feature, "nothing under way")
        pull = await theatre.propose()
        await ask(theatre.feature, "elsewhere, open")
        await ask(pull.number, "open")
        await theatre.merge(pull)
        theatre.read_all()
        await ask(pull.number, "at the gate")
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.read_all()
        await ask(pull.number, "released")
        await ask(theatre.feature, "elsewhere, released")


async def test_help_lists_what_is_possible_now(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.tariq, "/release help")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="on a pull request")
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.tariq, "/release help", pull.number)
        assert theatre.reply(pull.number) == snapshot(name="on a merged release pull request")


@pytest.mark.parametrize(
    "line",
    ["/release staus", "/release", "/release 1.2.0 now please", "/release aprove 1.2.0", "/release approve",
     "/release help me", "/release next"],
)  # fmt: skip
async def test_what_is_nearly_a_command_is_asked_back(tmp_path: Path, snapshot: SnapshotAssertion, line: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, line)
        assert theatre.reactions(comment) == ["eyes", "confused"]
        assert theatre.reply(theatre.feature) == snapshot
        assert open_pulls(theatre) == []


async def test_several_commands_are_carried_out_all_or_not_at_all(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0\n/release status now")
        assert theatre.reactions(comment) == ["eyes", "confused"]
        assert theatre.reply(theatre.feature) == snapshot(name="one is not understood")
        comment = await theatre.say(theatre.acme.wanda, "/release 1.2.0\n/release approve 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="one is not allowed")
        assert open_pulls(theatre) == []
        comment = await theatre.say(
            theatre.acme.mona, "/release 1.2.0\n/label bug\n/release status\n\n/release nonsense"
        )
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="both are fine")
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        theatre.read_all()


@pytest.mark.parametrize(
    "body",
    ["Please do /release 1.2.0", "> /release 1.2.0", "    /release 1.2.0", "```\n/release 1.2.0\n```", "`/release 1.2.0`",
     "<!-- \n/release 1.2.0 -->", "- /release 1.2.0", "/releases 1.2.0", "Please\n/release something", "As in\n\n    /release 1.2.0"],
)  # fmt: skip
async def test_what_is_no_command_costs_nothing(tmp_path: Path, body: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, body)
        assert theatre.reactions(comment) == []
        # Who it is itself is all that the bot may have asked GitHub.
        assert theatre.asked("GET", "/repos/") == theatre.asked("POST", "/repos/|/graphql") == 0


@pytest.mark.parametrize("body", ["Please do\n/release 1.2.0", "/label bug\nwords\n\n/Release Minor  "])
async def test_a_command_below_other_text_earns_a_hint(tmp_path: Path, snapshot: SnapshotAssertion, body: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, body)
        assert theatre.reactions(comment) == ["confused"]
        assert theatre.reply(theatre.feature) == snapshot
        assert open_pulls(theatre) == []
        before = theatre.request_count
        comment = await theatre.say(theatre.acme.rosa, body)
        assert theatre.reactions(comment) == []
        assert theatre.request_count - before == 1


@pytest.mark.rule(9)
async def test_an_edited_comment_is_no_command(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, "Thank you!")
        theatre.acme.mona.edit_comment(theatre.feature, comment, "/release 1.2.0")
        await theatre.settle()
        assert theatre.reactions(comment) == []
        assert open_pulls(theatre) == []


@pytest.mark.slow
async def test_the_status_stays_one_comment_however_much_people_talk(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        for number in range(301):
            theatre.acme.wanda.comment(pull.number, f"Are we there yet? ({number})")
        theatre.sandbox.world.take_deliveries()
        await theatre.merge(pull)
        assert "Waiting for approval" in theatre.status(pull)
        theatre.read_all()


# Below the commands


async def test_a_command_below_those_that_are_read_has_a_sentence_in_the_answer(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        acme = theatre.acme
        comment = await theatre.say(acme.mona, "/release 1.2.0\n\nWhere are we?\n\n/release status")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="with the answer")
        pull = theatre.release_pull
        comment = await theatre.say(acme.wanda, "/release hold\n\n/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.replies(pull.number)[-1] == snapshot(name="where nothing else is said")
        assert theatre.record(pull).held is not None
        comment = await theatre.say(acme.tariq, "/release unhold\n\n/release status", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="with a refusal")


@pytest.mark.parametrize(
    "below",
    [
        "> /release unhold",
        "```\n/release unhold\n```",
        "    /release unhold",
        "<!--\n/release unhold\n-->",
        "/release me",
    ],
)
async def test_what_is_shown_to_others_below_a_command_is_passed_over_in_silence(tmp_path: Path, below: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        comment = await theatre.say(theatre.acme.wanda, f"/release hold\n\n{below}", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.replies(pull.number) == []


async def test_the_text_of_notes_may_speak_of_commands(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        comment = await theatre.say(
            theatre.acme.mona, "/release notes set\n\nWhat says where it stands:\n\n/release status", pull.number
        )
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.replies(pull.number) == []
