"""Reviews of pull requests and comments on lines of their diff."""

from typing import Any, Literal

from bot.sandbox.http import UnprocessableError
from bot.sandbox.shapes.conversation import hooked_review, review_comment
from bot.sandbox.shapes.pulls import simple_pull
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest, Review, ReviewComment, ReviewState
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

ReviewEvent = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]

_STATES: dict[str, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def create_review(
    world: World,
    into: Repository,
    pull: PullRequest,
    actor: User,
    *,
    body: str = "",
    event: ReviewEvent | None = None,
    commit_id: str | None = None,
) -> Review:
    """Write a review; without an event it stays pending and nobody hears of it.

    Raises:
        UnprocessableError: 422 when the author judges the own pull request, or a text is missing.
    """
    commit_id = commit_id or pull.head_sha
    if not into.store.has(commit_id, "commit"):
        raise UnprocessableError(errors=["Could not resolve commit"])
    review = Review(world.ids.next(), actor, body, "PENDING", commit_id, None, world.now())
    if event is not None:
        _check(pull, actor, event, body)
    pull.reviews.append(review)
    if event is not None:
        submit_review(world, into, pull, review, event)
    return review


def submit_review(
    world: World, into: Repository, pull: PullRequest, review: Review, event: ReviewEvent, *, body: str | None = None
) -> None:
    """Submit a pending review. Raises 422 as `create_review` does, and when it was submitted already."""
    text = review.body if body is None else body
    if review.state != "PENDING":
        raise UnprocessableError(errors=["Can not submit a review that has already been submitted"])
    _check(pull, review.user, event, text)
    now = world.now()
    review.body, review.state, review.submitted_at, review.updated_at = text, _STATES[event], now, now
    tell_review(world, into, pull, review, review.user, action="submitted")


def edit_review(world: World, into: Repository, pull: PullRequest, review: Review, actor: User, *, body: str) -> None:
    """Change the text of a submitted review; anybody with write access can change anybody's."""
    before, review.body = review.body, body
    review.updated_at = review.last_edited_at = world.now()
    changes = {"body": {"from": before}}
    tell_review(world, into, pull, review, actor, action="edited", changes=changes)


def tell_review(
    world: World, into: Repository, pull: PullRequest, review: Review, actor: User, *, action: str, **extra: Any
) -> None:
    """Let the pull request have changed, and send the ``pull_request_review`` webhook."""
    pull.updated_at = review.updated_at
    payload = {
        "action": action,
        "review": hooked_review(world.links, into, pull, review),
        "pull_request": simple_pull(world.links, into, pull, None),
        **extra,
    }
    world.emit(into, "pull_request_review", payload, actor)


def comment_on_line(
    world: World, into: Repository, pull: PullRequest, actor: User, *, body: str, path: str, line: int, commit_id: str
) -> ReviewComment:
    """Comment on a line of the diff, which is a review of its own. Raises 422 for a commit that is not there."""
    review = create_review(world, into, pull, actor, commit_id=commit_id)
    review.state, review.submitted_at = "COMMENTED", world.now()
    now = world.now()
    comment = ReviewComment(world.ids.next(), review.id, actor, body, path, line, commit_id, now, now)
    pull.review_comments.append(comment)
    payload = {
        "action": "created",
        "comment": review_comment(world.links, into, pull, comment),
        "pull_request": simple_pull(world.links, into, pull, None),
    }
    world.emit(into, "pull_request_review_comment", payload, actor)
    tell_review(world, into, pull, review, actor, action="submitted")
    return comment


def _check(pull: PullRequest, actor: User, event: ReviewEvent, body: str) -> None:
    if event != "COMMENT" and actor is pull.user:
        what = "approve" if event == "APPROVE" else "request changes on"
        raise UnprocessableError("Unprocessable Entity", errors=[f"Can not {what} your own pull request"])
    if event != "APPROVE" and not body.strip():
        raise UnprocessableError("Unprocessable Entity", errors=["Could not create review: body can't be blank"])
