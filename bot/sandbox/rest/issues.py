"""Issues, their labels and their locks; pull requests are issues too."""

from typing import Any

from bot.sandbox.acts.comments import ensure_label, lock, set_labels, tell_thread, unlock
from bot.sandbox.acts.pulls import close_pull, edit_pull, reopen_pull
from bot.sandbox.http import Call, ForbiddenError, NotFoundError, Response, Routes, created, invalid, no_content, ok
from bot.sandbox.shapes.conversation import issue as issue_shape
from bot.sandbox.shapes.conversation import label as label_shape
from bot.sandbox.state.conversation import Issue, Label, PullRequest

routes = Routes()


@routes.get("/repos/{owner}/{repo}/issues")
def list_issues(call: Call) -> Response:
    """Issues and pull requests, newest first, by state, labels and time of change."""
    state = call.query_choice("state", "open", ("open", "closed", "all"), "Issue")
    labels = {name.lower() for name in call.query("labels").split(",") if name}
    since = call.query_moment("since")
    found = [
        one
        for one in reversed(call.repository.issues.values())
        if state in ("all", one.state)
        and labels <= {label.name.lower() for label in one.labels}
        and (since is None or one.updated_at >= since)
    ]
    return call.page(found, lambda one: issue_shape(call.world.links, call.repository, one))


@routes.post("/repos/{owner}/{repo}/issues")
def create_issue(call: Call) -> Response:
    """Open an issue."""
    body, world, repository = call.json(), call.world, call.repository
    title = body.text("title")
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    now = world.now()
    issue = Issue(
        id=world.ids.next(),
        number=repository.next_number(),
        title=title,
        body=body.get("body", (str, type(None)), None),
        user=call.actor,
        created_at=now,
        updated_at=now,
        app=call.app,
    )
    repository.issues[issue.number] = issue
    tell_thread(world, repository, issue, "opened", call.actor)
    set_labels(world, repository, issue, body.texts("labels", []), call.actor)
    return created(issue_shape(world.links, repository, issue))


@routes.get("/repos/{owner}/{repo}/issues/{issue_number}")
def get_issue(call: Call) -> Response:
    """One issue, or a pull request seen as one."""
    return ok(issue_shape(call.world.links, call.repository, find_issue(call)))


@routes.patch("/repos/{owner}/{repo}/issues/{issue_number}")
def patch_issue(call: Call) -> Response:
    """Change title, body, state or labels."""
    body, issue = call.json(), find_issue(call)
    title, text = body.text("title", None), body.get("body", (str, type(None)), None)
    state, labels = body.choice("state", ("open", "closed"), None), body.texts("labels", None)
    if isinstance(issue, PullRequest):
        _patch_pull(call, issue, title, text, state)
    else:
        _patch_issue(call, issue, title, text, state)
    if labels is not None:
        set_labels(call.world, call.repository, issue, labels, call.actor)
    return ok(issue_shape(call.world.links, call.repository, issue))


@routes.get("/repos/{owner}/{repo}/issues/{issue_number}/labels")
def list_labels_of_issue(call: Call) -> Response:
    """The labels of an issue."""
    return call.page(find_issue(call).labels, lambda one: label_shape(call.world.links, call.repository, one))


@routes.post("/repos/{owner}/{repo}/issues/{issue_number}/labels")
def add_labels(call: Call) -> Response:
    """Give an issue more labels; unknown ones are made."""
    issue = find_issue(call)
    names = [label.name for label in issue.labels] + call.json().texts("labels")
    set_labels(call.world, call.repository, issue, names, call.actor)
    return ok([label_shape(call.world.links, call.repository, one) for one in issue.labels])


@routes.delete("/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}")
def remove_label(call: Call) -> Response:
    """Take one label from an issue."""
    issue, name = find_issue(call), call.params["name"].lower()
    rest = [label.name for label in issue.labels if label.name.lower() != name]
    if len(rest) == len(issue.labels):
        raise NotFoundError("Label does not exist")
    set_labels(call.world, call.repository, issue, rest, call.actor)
    return ok([label_shape(call.world.links, call.repository, one) for one in issue.labels])


@routes.get("/repos/{owner}/{repo}/labels")
def list_labels(call: Call) -> Response:
    """The labels of the repository."""
    found = list(call.repository.labels.values())
    return call.page(found, lambda one: label_shape(call.world.links, call.repository, one))


@routes.post("/repos/{owner}/{repo}/labels")
def create_label(call: Call) -> Response:
    """Make a label. 422 when there is one of that name."""
    body, labels = call.json(), call.repository.labels
    name = body.text("name")
    if name.lower() in labels:
        raise invalid("Label", "name", "already_exists")
    label = ensure_label(call.world, call.repository, name)
    label.color, label.description = body.text("color", "ededed"), body.text("description", None)
    return created(label_shape(call.world.links, call.repository, label))


@routes.get("/repos/{owner}/{repo}/labels/{name}")
def get_label(call: Call) -> Response:
    """One label."""
    return ok(label_shape(call.world.links, call.repository, _label(call)))


@routes.put("/repos/{owner}/{repo}/issues/{issue_number}/lock")
def put_lock(call: Call) -> Response:
    """Lock a conversation."""
    reason = call.json().choice("lock_reason", ("off-topic", "too heated", "resolved", "spam"), None)
    lock(call.world, call.repository, find_issue(call), call.actor, reason)
    return no_content()


@routes.delete("/repos/{owner}/{repo}/issues/{issue_number}/lock")
def remove_lock(call: Call) -> Response:
    """Unlock a conversation."""
    unlock(call.world, call.repository, find_issue(call), call.actor)
    return no_content()


def find_issue(call: Call) -> Issue:
    """The issue or pull request the path names.

    Raises:
        NotFoundError: 404, there is none.
        ForbiddenError: 403, it is a plain issue, and the token may touch pull requests only.
    """
    issue = call.repository.issues.get(call.number("issue_number"))
    if issue is None:
        raise NotFoundError
    check_kind(call, issue)
    return issue


def check_kind(call: Call, issue: Issue) -> None:
    """Hold a token without any right on issues to pull requests. Raises 403."""
    access = "read" if call.request.method == "GET" else "write"
    if not isinstance(issue, PullRequest) and not call.token.allows("issues", access):
        raise ForbiddenError


def _label(call: Call) -> Label:
    label = call.repository.labels.get(call.params["name"].lower())
    if label is None:
        raise NotFoundError
    return label


def _patch_pull(call: Call, pull: PullRequest, title: str | None, text: str | None, state: str | None) -> None:
    edit_pull(call.world, call.repository, pull, call.actor, title=title, body=text)
    if state == "closed":
        close_pull(call.world, call.repository, pull, call.actor)
    if state == "open":
        reopen_pull(call.world, call.repository, pull, call.actor)


def _patch_issue(call: Call, issue: Issue, title: str | None, text: str | None, state: str | None) -> None:
    changes: dict[str, Any] = {}
    for name, new in (("title", title), ("body", text)):
        if new is not None and new != getattr(issue, name):
            changes[name] = {"from": getattr(issue, name) or ""}
            setattr(issue, name, new)
    now = issue.updated_at = call.world.now()
    if changes:
        tell_thread(call.world, call.repository, issue, "edited", call.actor, changes=changes)
    if state is not None and state != issue.state:
        issue.state = "closed" if state == "closed" else "open"
        issue.closed_at = now if state == "closed" else None
        action = "closed" if state == "closed" else "reopened"
        tell_thread(call.world, call.repository, issue, action, call.actor)
