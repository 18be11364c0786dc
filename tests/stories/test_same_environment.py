"""A workflow that builds and publishes in one environment asks for each job; people are asked once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.state.conversation import PullRequest
from tests.stories.plays import open_play
from tests.stories.theatre import Theatre

BUILDS_THERE = publish_workflow("tag-push").replace("  build:\n", "  build:\n    environment: pypi\n")


def list_reviews(theatre: Theatre) -> list[str]:
    (run,) = theatre.acme.repository.runs.values()
    return [f"{one.state}: {one.comment}" for one in run.approvals]


def count_prompts(pull: PullRequest) -> int:
    return sum(comment.body.startswith("<!-- aweigh:prompt") for comment in pull.comments)


async def test_one_approval_opens_the_gate_for_every_job_of_the_attempt(tmp_path: Path) -> None:
    async with open_play(tmp_path, trigger="tag-push", files={".github/workflows/publish.yml": BUILDS_THERE}) as play:
        await play.run()
        await play.wait(timedelta(minutes=15))
        assert play.outcome
        reviews = list_reviews(play.theatre)
        assert [review.partition(" ")[0] for review in reviews] == ["approved:", "approved:"]
        assert len(set(reviews)) == 2, "each names its job"
        assert count_prompts(play.theatre.release_pull) == 1
        play.theatre.read_all()
