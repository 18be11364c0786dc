"""Comments in the conversation of issues and pull requests."""

from bot.sandbox.acts.comments import create_comment, delete_comment, edit_comment
from bot.sandbox.http import Call, NotFoundError, Response, Routes, created, no_content, ok
from bot.sandbox.rest.issues import check_kind, find_issue
from bot.sandbox.shapes.conversation import comment as comment_shape
from bot.sandbox.state.conversation import Comment, Issue

routes = Routes()

_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"


@routes.get("/repos/{owner}/{repo}/issues/{issue_number}/comments")
def list_comments(call: Call) -> Response:
    """The comments of a conversation, oldest first; ``since`` keeps those changed later."""
    thread, since = find_issue(call), call.query_moment("since")
    found = [one for one in thread.comments if since is None or one.updated_at >= since]
    return call.page(found, lambda one: comment_shape(call.world.links, call.repository, thread, one))


@routes.post("/repos/{owner}/{repo}/issues/{issue_number}/comments")
def post_comment(call: Call) -> Response:
    """Add a comment."""
    thread = find_issue(call)
    comment = create_comment(call.world, call.repository, thread, call.actor, call.json().text("body"))
    shape = comment_shape(call.world.links, call.repository, thread, comment)
    return created(shape, shape["url"])


@routes.get("/repos/{owner}/{repo}/issues/comments")
def list_all_comments(call: Call) -> Response:
    """The comments of all conversations, oldest first, or by the time of their change."""
    since = call.query_moment("since")
    by_change = call.query_choice("sort", "created", ("created", "updated"), "IssueComment") == "updated"
    backwards = call.query_choice("direction", "asc", ("asc", "desc"), "IssueComment") == "desc"
    found = [
        (thread, one)
        for thread in call.repository.issues.values()
        for one in thread.comments
        if since is None or one.updated_at >= since
    ]
    found.sort(
        key=lambda pair: (pair[1].updated_at if by_change else pair[1].created_at, pair[1].id), reverse=backwards
    )
    return call.page(found, lambda pair: comment_shape(call.world.links, call.repository, *pair))


@routes.get(_COMMENT)
def get_comment(call: Call) -> Response:
    """One comment."""
    thread, comment = find_comment(call)
    return ok(comment_shape(call.world.links, call.repository, thread, comment))


@routes.patch(_COMMENT)
def patch_comment(call: Call) -> Response:
    """Change the text of a comment."""
    thread, comment = find_comment(call)
    edit_comment(call.world, call.repository, thread, comment, call.actor, body=call.json().text("body"))
    return ok(comment_shape(call.world.links, call.repository, thread, comment))


@routes.delete(_COMMENT)
def remove_comment(call: Call) -> Response:
    """Take a comment away."""
    thread, comment = find_comment(call)
    delete_comment(call.world, call.repository, thread, comment, call.actor)
    return no_content()


def find_comment(call: Call) -> tuple[Issue, Comment]:
    """The comment the path names, and the conversation it stands in. Raises 404."""
    number = call.number("comment_id")
    for thread in call.repository.issues.values():
        for comment in thread.comments:
            if comment.id == number:
                check_kind(call, thread)
                return thread, comment
    raise NotFoundError
