"""What an ordinary pull request will add to the next release is shown on it, where the settings want that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.acme_files import changelog
from bot.sandbox.acts.commits import commit_files
from bot.sandbox.people import Person
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.test_changelog_forms import SCRIV, TOWNCRIER, Files
from tests.stories.theatre import Theatre, open_theatre

ON = 'mode = "on-demand"\npreview = true\n'
REQUIRED = 'mode = "on-demand"\npreview = "required"\n'
BY_HAND = REQUIRED + '[changelog]\nstyle = "by-hand"\n'
STAMPED: Files = {"CHANGELOG.md": changelog(unreleased=False)}
"""A changelog in which nobody has written anything for the next release."""


async def propose(
    theatre: Theatre, title: str, *, body: str = "", files: Mapping[str, str | bytes | None] | None = None
) -> PullRequest:
    """Let the writer open a pull request."""
    branch = f"topic-{theatre.acme.repository.next_number()}"
    theatre.acme.wanda.push_commit(branch, files or {"widget/more.py": "MORE = 1\n"}, "More")
    pull = theatre.acme.wanda.open_pull(branch, title, body)
    await theatre.settle()
    return pull


async def label(theatre: Theatre, pull: PullRequest, *names: str) -> None:
    """Let the maintainer give it exactly these labels."""
    theatre.acme.mona.label(pull.number, *names)
    await theatre.settle()


def list_previews(theatre: Theatre, pull: PullRequest) -> list[CheckRun]:
    """The previews on the head, oldest first."""
    return [run for run in theatre.check_runs(pull) if run.name == "Aweigh preview"]


def read_preview(theatre: Theatre, pull: PullRequest) -> str:
    """The newest one as people read it."""
    run = list_previews(theatre, pull)[-1]
    return theatre.plain(f"{run.conclusion}: {run.output.title}\n\n{run.output.summary}")


async def test_a_conventional_title_is_shown_as_the_entry_it_makes(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        pull = await propose(theatre, "feat: float in water")
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: minor: Float in water\n")
        assert "the next release is `1.2.0`" in said
        assert said == snapshot
        # It is what comes of it.
        await theatre.merge(pull, "squash")
        await theatre.say(theatre.acme.mona, "/release auto")
        theatre.read_all()
        assert theatre.release_pull.title == "Release widget 1.2.0"
        assert "- Float in water" in (theatre.acme.repository.store.read("aweigh/main", "CHANGELOG.md") or b"").decode()


async def test_labels_and_words_change_it_on_the_same_head(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        pull = await propose(theatre, "Widgets float")
        assert read_preview(theatre, pull).startswith("neutral: patch: Widgets float\n")
        await label(theatre, pull, "major")
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: major: Widgets float\n")
        assert "the next release is `2.0.0`" in said
        assert said == snapshot
        await label(theatre, pull)
        assert read_preview(theatre, pull).startswith("neutral: patch: Widgets float\n")
        await label(theatre, pull, "major")
        assert read_preview(theatre, pull).startswith("neutral: major: Widgets float\n")
        theatre.acme.wanda.edit_pull(pull.number, title="Widgets swim")
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("neutral: major: Widgets swim\n")
        # It is one run whose words change.
        assert len(list_previews(theatre, pull)) == 1


async def test_labels_that_are_given_at_once_make_two_previews_at_most(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        pull = await propose(theatre, "Float in water")
        made = len(theatre.sandbox.world.requests)
        await label(theatre, pull, "one")
        one = len(theatre.sandbox.world.requests) - made
        theatre.acme.mona.label(pull.number, "one", "two", "three", "four", "minor")
        await theatre.settle()
        # One for the first, and one for all that came while that was made.
        assert len(theatre.sandbox.world.requests) - made - one <= 2 * one + 1
        assert read_preview(theatre, pull).startswith("neutral: minor")
        await label(theatre, pull, "one")
        assert read_preview(theatre, pull).startswith("neutral: patch")
        assert " up to `«commit»` " in read_preview(theatre, pull)
        theatre.read_all()


async def test_what_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        pull = await propose(theatre, "feat: float")
        before = theatre.request_count
        await label(theatre, pull, "good first issue")
        theatre.acme.wanda.rerequest_check(list_previews(theatre, pull)[-1])
        await theatre.settle()
        assert theatre.asked("POST", "/check-runs$", before) == 0
        assert theatre.asked("PATCH", "/check-runs/", before) == 0
        assert theatre.request_count > before


async def test_a_block_in_the_description_is_the_entry(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        body = "Why not.\n\n```release-note\nWidgets **float** in water, see the manual.\n```\n"
        pull = await propose(theatre, "fix: swimming", body=body)
        said = read_preview(theatre, pull)
        assert "- Widgets **float** in water, see the manual." in said
        assert said == snapshot


async def test_where_people_wrote_the_changelog_only_that_is_shown(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=ON) as theatre:
        pull = await propose(theatre, "feat: float")
        said = read_preview(theatre, pull)
        assert "only those are released" in said
        text = (theatre.acme.repository.store.read("main", "CHANGELOG.md") or b"").decode()
        mine = text.replace("- Widgets can be spun.", "- Widgets can be spun.\n- Widgets float.")
        theatre.acme.wanda.push_commit(pull.head_ref, {"CHANGELOG.md": mine}, "News")
        await theatre.settle()
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: minor: Widgets float.\n")
        assert "Widgets can be spun" not in said
        assert said == snapshot


@pytest.mark.parametrize(
    ("files", "path", "text", "shown"),
    [
        (TOWNCRIER, "newsfragments/7.feature.rst", "Widgets ``float``.\n", "minor: Widgets ``float``."),
        (SCRIV, "changelog.d/20260403_wanda.md", "### Added\n\n- Widgets float.\n", "minor: Widgets float."),
    ],
    ids=["towncrier", "scriv"],
)
async def test_a_fragment_is_the_entry_and_a_missing_one_fails(
    tmp_path: Path, snapshot: SnapshotAssertion, files: Files, path: str, text: str, shown: str
) -> None:
    async with open_theatre(tmp_path, settings=REQUIRED, files=files) as theatre:
        pull = await propose(theatre, "Widgets float")
        assert read_preview(theatre, pull).startswith("failure: A changelog entry is missing\n")
        assert read_preview(theatre, pull) == snapshot(name="missing")
        theatre.acme.wanda.push_commit(pull.head_ref, {path: text}, "News")
        await theatre.settle()
        assert read_preview(theatre, pull).startswith(f"success: {shown}\n")
        assert read_preview(theatre, pull) == snapshot(name="there")
        # That another one's is deleted adds nothing.
        gone = next(
            one for one in files if one.startswith(path.partition("/")[0]) and one.endswith((".rst", "_mona.md"))
        )
        pull = await propose(theatre, "Less", files={gone: None})
        assert read_preview(theatre, pull).startswith("failure")


async def test_a_changelog_by_hand_wants_to_be_touched(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=BY_HAND) as theatre:
        pull = await propose(theatre, "feat: float")
        assert read_preview(theatre, pull).startswith("failure: A changelog entry is missing\n")
        assert read_preview(theatre, pull) == snapshot
        text = (theatre.acme.repository.store.read("main", "CHANGELOG.md") or b"").decode()
        mine = text.replace("- Widgets can be spun.", "- Widgets can be spun.\n- Widgets float.")
        theatre.acme.wanda.push_commit(pull.head_ref, {"CHANGELOG.md": mine}, "News")
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("success: minor: Widgets float.\n")


async def test_a_label_says_that_there_is_nothing_to_tell(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=BY_HAND) as theatre:
        pull = await propose(theatre, "Tidy up")
        assert read_preview(theatre, pull).startswith("failure")
        await label(theatre, pull, "Skip Changelog")
        said = read_preview(theatre, pull)
        assert said.startswith("success: no release: Tidy up\n")
        assert said == snapshot
        await label(theatre, pull)
        assert read_preview(theatre, pull).startswith("failure")


async def test_without_the_requirement_nothing_blocks(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=BY_HAND.replace('"required"', "true")) as theatre:
        pull = await propose(theatre, "feat: float")
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: minor: Float\n")
        assert "There is no changelog entry in this pull request" in said


async def test_where_entries_come_from_titles_none_is_missing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=REQUIRED) as theatre:
        pull = await propose(theatre, "feat: float")
        assert read_preview(theatre, pull).startswith("success: minor: Float\n")


async def test_a_fork_is_data_and_its_settings_count_for_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=BY_HAND, files=TOWNCRIER) as theatre:
        world, acme = theatre.sandbox.world, theatre.acme
        fork = world.add_repository(acme.stan.user, "widget", fork_of=acme.repository)
        fork.store.take_objects(acme.repository.store)
        fork.store.set_ref("refs/heads/main", acme.repository.store.refs("refs/heads/")["refs/heads/main"])
        stan = Person(world, fork, acme.stan.user)
        lax = {".github/aweigh.toml": "preview = false\n", "towncrier.toml": None}
        stan.push_commit("evil", lax | {"docs/8.feature.rst": "Evil.\n"}, "Evil")
        pull = acme.stan.open_pull("stan:evil", "Evil @acme/everyone `<img>` [x](javascript:1)")
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("failure: A changelog entry is missing\n")
        stan.push_commit("evil", {"newsfragments/8.feature.rst": "Good.\n"}, "Good")
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("success: minor: Good.\n")


async def test_nothing_is_said_or_asked_without_the_setting(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings='mode = "on-demand"\n') as theatre:
        pull = await propose(theatre, "feat: float")
        assert list_previews(theatre, pull) == []
        before = theatre.request_count
        await label(theatre, pull, "major")
        theatre.acme.wanda.edit_pull(pull.number, title="fix: float")
        await theatre.settle()
        assert theatre.request_count == before
        theatre.acme.wanda.push_commit(pull.head_ref, {"widget/more.py": "MORE = 2\n"}, "More")
        await theatre.settle()
        assert theatre.request_count == before + 1


async def test_whoever_turns_it_on_sees_it_with_the_next_label(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings='mode = "on-demand"\n') as theatre:
        pull = await propose(theatre, "feat: float")
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": ON}, "ci: show what comes")
        await theatre.settle()
        await label(theatre, pull, "major")
        assert read_preview(theatre, pull).startswith("neutral: major: Float\n")


async def test_another_process_tells_it_only_for_a_while(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings='mode = "on-demand"\n', clock=VirtualClock(MORNING)) as theatre:
        pull = await propose(theatre, "feat: float")
        acme = theatre.acme
        # Somebody turns it on, and the push is not heard of.
        store = acme.repository.store
        on = commit_files(
            theatre.sandbox.world,
            acme.repository,
            parent=store.refs("refs/heads/main")["refs/heads/main"],
            files={".github/aweigh.toml": ON},
            message="ci: show what comes",
            author=acme.hugo.user,
        )
        store.set_ref("refs/heads/main", on)
        await label(theatre, pull, "major")
        assert list_previews(theatre, pull) == []
        await theatre.pass_time(timedelta(minutes=11))
        await label(theatre, pull)
        assert read_preview(theatre, pull).startswith("neutral: minor: Float\n")


async def test_what_was_said_while_it_was_closed_shows_when_it_is_opened_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        pull = await propose(theatre, "feat: float")
        theatre.acme.wanda.close_pull(pull.number)
        await label(theatre, pull, "major")
        assert read_preview(theatre, pull).startswith("neutral: minor")
        theatre.acme.wanda.reopen_pull(pull.number)
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("neutral: major")


async def test_a_label_that_does_not_show_yet_is_waited_for(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED, clock=VirtualClock(MORNING)) as theatre:
        pull = await propose(theatre, "feat: float")
        await theatre.pass_time(timedelta(minutes=1))
        before = pull.updated_at
        theatre.acme.mona.label(pull.number, "major")
        now, labels = pull.updated_at, list(pull.labels)
        pull.updated_at, pull.labels[:] = before, []
        await theatre.settle()
        assert read_preview(theatre, pull).startswith("neutral: minor")
        pull.updated_at, pull.labels[:] = now, labels
        await theatre.pass_time(timedelta(seconds=30))
        assert read_preview(theatre, pull).startswith("neutral: major")


async def test_of_several_packages_the_one_that_is_touched_is_foreseen(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True, settings=ON) as theatre:
        pull = await propose(theatre, "feat: float", files={"libs/cli/acme_cli/more.py": "MORE = 1\n"})
        said = read_preview(theatre, pull)
        assert said == snapshot
        both = {"libs/cli/acme_cli/more.py": "MORE = 1\n", "libs/core/acme_core/more.py": "MORE = 1\n"}
        pull = await propose(theatre, "feat: float", files=both)
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: minor: Float\n")
        assert "No version is foreseen" in said


async def test_where_no_package_is_at_the_top_no_version_is_foreseen(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=ON, files={"pyproject.toml": None}) as theatre:
        pull = await propose(theatre, "feat: float")
        said = read_preview(theatre, pull)
        assert said.startswith("neutral: minor: Float\n")
        assert "No version is foreseen" in said


@pytest.mark.parametrize("lacking", ["checks", "pull_requests", "contents"])
async def test_without_the_permission_nothing_is_shown_and_nothing_fails(tmp_path: Path, lacking: str) -> None:
    permissions = {name: level for name, level in PERMISSIONS.items() if name != lacking}
    async with open_theatre(tmp_path, settings=ON, permissions=permissions) as theatre:
        assert list_previews(theatre, await propose(theatre, "feat: float")) == []


async def test_before_the_first_release_no_version_follows(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=ON, files=STAMPED) as theatre:
        theatre.acme.hugo.delete_tag("v1.1.0")
        await theatre.settle()
        pull = await propose(theatre, "feat: float")
        assert read_preview(theatre, pull) == snapshot
