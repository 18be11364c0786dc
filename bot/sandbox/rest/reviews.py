"""Reviews of pull requests and comments on their diffs."""

from bot.sandbox.acts.reviews import comment_on_line, create_review, submit_review
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, created, ok
from bot.sandbox.rest.pulls import find_pull
from bot.sandbox.shapes.conversation import review as review_shape
from bot.sandbox.shapes.conversation import review_comment as comment_shape
from bot.sandbox.state.conversation import PullRequest, Review, ReviewComment

routes = Routes()

_EVENTS = ("APPROVE", "REQUEST_CHANGES", "COMMENT")
_REVIEWS = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"


@routes.get(_REVIEWS)
def list_reviews(call: Call) -> Response:
    """The reviews in chronological order; pending ones only their author sees."""
    pull = find_pull(call)
    seen = [one for one in pull.reviews if one.state != "PENDING" or one.user is call.actor]
    return call.page(seen, lambda one: review_shape(call.world.links, call.repository, pull, one))


@routes.post(_REVIEWS)
def post_review(call: Call) -> Response:
    """Write a review; with an ``event`` it is submitted at once."""
    body, pull = call.json(), find_pull(call)
    review = create_review(
        call.world,
        call.repository,
        pull,
        call.actor,
        body=body.text("body", ""),
        event=body.choice("event", _EVENTS, None),
        commit_id=body.text("commit_id", None),
    )
    return ok(review_shape(call.world.links, call.repository, pull, review))


@routes.get(_REVIEWS + "/{review_id}")
def get_review(call: Call) -> Response:
    """One review."""
    pull, review = _find(call)
    return ok(review_shape(call.world.links, call.repository, pull, review))


@routes.post(_REVIEWS + "/{review_id}/events")
def post_event(call: Call) -> Response:
    """Submit a pending review."""
    pull, review = _find(call)
    body = call.json()
    event = body.choice("event", _EVENTS)
    submit_review(call.world, call.repository, pull, review, event, body=body.text("body", None))
    return ok(review_shape(call.world.links, call.repository, pull, review))


@routes.get("/repos/{owner}/{repo}/pulls/{pull_number}/comments")
def list_comments(call: Call) -> Response:
    """The comments on the diff."""
    pull = find_pull(call)
    return call.page(pull.review_comments, lambda one: comment_shape(call.world.links, call.repository, pull, one))


@routes.post("/repos/{owner}/{repo}/pulls/{pull_number}/comments")
def post_comment(call: Call) -> Response:
    """Comment on a line of the diff."""
    body, pull = call.json(), find_pull(call)
    if not body.text("body").strip():
        raise UnprocessableError("body can't be blank")
    comment = comment_on_line(
        call.world,
        call.repository,
        pull,
        call.actor,
        body=body.text("body"),
        path=body.text("path"),
        line=body.get("line", int),
        commit_id=body.text("commit_id"),
    )
    return created(comment_shape(call.world.links, call.repository, pull, comment))


@routes.get("/repos/{owner}/{repo}/pulls/comments/{comment_id}")
def get_comment(call: Call) -> Response:
    """One comment on a diff."""
    pull, comment = find_review_comment(call)
    return ok(comment_shape(call.world.links, call.repository, pull, comment))


def find_review_comment(call: Call) -> tuple[PullRequest, ReviewComment]:
    """The comment on a diff that the path names, and its pull request. Raises 404."""
    number = call.number("comment_id")
    for pull in call.repository.pulls:
        for comment in pull.review_comments:
            if comment.id == number:
                return pull, comment
    raise NotFoundError


def _find(call: Call) -> tuple[PullRequest, Review]:
    pull, number = find_pull(call), call.number("review_id")
    review = next((one for one in pull.reviews if one.id == number), None)
    if review is None or (review.state == "PENDING" and review.user is not call.actor):
        raise NotFoundError
    return pull, review
