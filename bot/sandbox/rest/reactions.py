"""Reactions on issues, their comments and comments on diffs."""

from bot.sandbox.acts.comments import Reactable, add_reaction
from bot.sandbox.http import Call, NotFoundError, Response, Routes, no_content, reply
from bot.sandbox.rest.comments import find_comment
from bot.sandbox.rest.issues import find_issue
from bot.sandbox.rest.reviews import find_review_comment
from bot.sandbox.shapes.conversation import reaction as reaction_shape

routes = Routes()

_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/reactions"
_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"
_REVIEW_COMMENT = "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions"


@routes.get(_ISSUE)
def list_on_issue(call: Call) -> Response:
    """The reactions on an issue or pull request."""
    return _list(call, find_issue(call))


@routes.post(_ISSUE)
def post_on_issue(call: Call) -> Response:
    """React to an issue or pull request: 201 the first time, 200 when it is there already."""
    return _post(call, find_issue(call))


@routes.get(_COMMENT)
def list_on_comment(call: Call) -> Response:
    """The reactions on a comment."""
    return _list(call, find_comment(call)[1])


@routes.post(_COMMENT)
def post_on_comment(call: Call) -> Response:
    """React to a comment: 201 the first time, 200 when it is there already."""
    return _post(call, find_comment(call)[1])


@routes.delete(_COMMENT + "/{reaction_id}")
def delete_on_comment(call: Call) -> Response:
    """Take back one's own reaction to a comment."""
    return _delete(call, find_comment(call)[1])


@routes.get(_REVIEW_COMMENT)
def list_on_review_comment(call: Call) -> Response:
    """The reactions on a comment on a diff."""
    return _list(call, find_review_comment(call)[1])


@routes.post(_REVIEW_COMMENT)
def post_on_review_comment(call: Call) -> Response:
    """React to a comment on a diff: 201 the first time, 200 when it is there already."""
    return _post(call, find_review_comment(call)[1])


def _list(call: Call, on: Reactable) -> Response:
    content = call.query("content")
    found = [one for one in on.reactions if content in ("", one.content)]
    return call.page(found, lambda one: reaction_shape(call.world.links, one))


def _post(call: Call, on: Reactable) -> Response:
    reaction, is_new = add_reaction(call.world, on, call.actor, call.json().text("content"))
    return reply(201 if is_new else 200, reaction_shape(call.world.links, reaction))


def _delete(call: Call, on: Reactable) -> Response:
    number = call.number("reaction_id")
    found = next((one for one in on.reactions if one.id == number and one.user is call.actor), None)
    if found is None:
        raise NotFoundError
    on.reactions.remove(found)
    return no_content()
