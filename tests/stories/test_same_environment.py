"""A workflow that builds and publishes in one environment asks for each job; people are asked once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.plays import open_play
from tests.stories.theatre import Theatre

BUILDS_THERE = publish_workflow("tag-push").replace("  build:\n", "  build:\n    environment: pypi\n")


WORKFLOW: dict[str, str | None] = {".github/workflows/publish.yml": BUILDS_THERE}


def list_reviews(theatre: Theatre) -> list[str]:
    (run,) = theatre.acme.repository.runs.values()
    return [f"{one.state}: {one.comment}" for one in run.approvals]


def count_prompts(pull: PullRequest) -> int:
    return sum(comment.body.startswith("<!-- aweigh:prompt") for comment in pull.comments)


async def test_one_approval_opens_the_gate_for_every_job_of_the_attempt(tmp_path: Path) -> None:
    async with open_play(tmp_path, trigger="tag-push", files=WORKFLOW) as play:
        await play.run()
        await play.wait(timedelta(minutes=15))
        assert play.outcome
        reviews = list_reviews(play.theatre)
        assert [review.partition(" ")[0] for review in reviews] == ["approved:", "approved:"]
        assert len(set(reviews)) == 2, "each names its job"
        assert count_prompts(play.theatre.release_pull) == 1
        play.theatre.read_all()


async def test_an_approval_that_was_edited_meanwhile_opens_no_further_gate(tmp_path: Path) -> None:
    async with open_play(tmp_path, trigger="tag-push", files=WORKFLOW) as play:
        theatre, edited = play.theatre, list[int]()

        def edit(_world: World, _repository: Repository, event: Event, _sender: User) -> None:
            if event.name == "workflow_job" and event.action == "completed" and not edited:
                pull = theatre.release_pull
                (approval,) = [one for one in pull.comments if one.user.login == "hugo"]
                edited.append(approval.id)
                theatre.acme.hugo.edit_comment(pull.number, approval, f"{approval.body} soon")

        theatre.sandbox.world.observers.append(edit)
        await play.run()
        await play.wait(timedelta(minutes=15))
        assert edited
        assert (len(list_reviews(theatre)), play.outcome) == (1, "")
        assert "Waiting for approval (0 of 1)" in play.status
        await play.approve()
        await play.wait(timedelta(minutes=15))
        assert play.outcome
        assert (len(list_reviews(theatre)), count_prompts(theatre.release_pull)) == (2, 1)
        theatre.read_all()
