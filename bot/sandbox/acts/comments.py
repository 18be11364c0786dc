"""Comments, reactions, labels and locks."""

from typing import Any

from bot.sandbox.http import ForbiddenError, UnprocessableError, invalid, refused
from bot.sandbox.shapes.conversation import comment as comment_shape
from bot.sandbox.shapes.conversation import issue as issue_shape
from bot.sandbox.shapes.conversation import label as label_shape
from bot.sandbox.shapes.pulls import full_pull
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import (
    REACTIONS,
    Comment,
    Issue,
    Label,
    Labelling,
    PullRequest,
    Reaction,
    Review,
    ReviewComment,
)
from bot.sandbox.state.repository import ROLES, Repository
from bot.sandbox.world import World

MAX_BODY = 65536

Reactable = Issue | Comment | Review | ReviewComment


def create_comment(world: World, repository: Repository, thread: Issue, actor: User, body: str) -> Comment:
    """Add to a conversation.

    Raises:
        ForbiddenError: 403 when the thread is locked, for all below write, and for Apps, to be on the strict side.
        UnprocessableError: 422 for an empty or too long text.
    """
    grant = repository.grant_of(actor)
    if thread.locked and (grant is None or ROLES.index(grant.role) < ROLES.index("write")):
        raise ForbiddenError("Unable to create comment because issue is locked.")
    check_body(body)
    now = world.now()
    comment = Comment(world.ids.next(), actor, body, now, now, app=world.bot_app(actor))
    thread.comments.append(comment)
    thread.updated_at = now
    _tell(world, repository, thread, comment, actor, action="created")
    return comment


def edit_comment(
    world: World, repository: Repository, thread: Issue, comment: Comment, actor: User, *, body: str
) -> None:
    """Change the text of a comment; anybody with write access can change anybody's. Raises 422 as on creation."""
    check_body(body)
    before, comment.body = comment.body, body
    comment.updated_at = comment.last_edited_at = world.now()
    comment.edited_by = actor
    _tell(world, repository, thread, comment, actor, action="edited", changes={"body": {"from": before}})


def delete_comment(world: World, repository: Repository, thread: Issue, comment: Comment, actor: User) -> None:
    """Take a comment away."""
    thread.comments.remove(comment)
    thread.updated_at = world.now()
    _tell(world, repository, thread, comment, actor, action="deleted")


def add_reaction(world: World, on: Reactable, actor: User, content: str) -> tuple[Reaction, bool]:
    """React; the flag says whether the reaction is new. No webhook tells of it. Raises 422 for an unknown one."""
    if content not in REACTIONS:
        raise UnprocessableError(errors=[{"resource": "Reaction", "code": "invalid", "field": "content"}])
    for reaction in on.reactions:
        if reaction.user is actor and reaction.content == content:
            return reaction, False
    reaction = Reaction(world.ids.next(), actor, content, world.now())
    on.reactions.append(reaction)
    return reaction, True


def minimize_comment(comment: Comment, classifier: str) -> None:
    """Hide a comment behind a reason. No webhook tells of it."""
    comment.minimized_reason = classifier.lower().replace("_", "-")


def ensure_label(world: World, repository: Repository, name: str) -> Label:
    """The repository's label of this name; setting an unknown one on an issue makes it."""
    if not 1 <= len(name) <= 50:
        raise invalid("Label", "name")
    found = repository.labels.get(name.lower())
    if found is None:
        found = repository.labels[name.lower()] = Label(world.ids.next(), name)
    return found


def set_labels(world: World, repository: Repository, thread: Issue, names: list[str], actor: User) -> None:
    """Let an issue have exactly these labels; one webhook for each that comes or goes."""
    wanted = [ensure_label(world, repository, name) for name in names]
    added = [label for label in wanted if label not in thread.labels]
    removed = [label for label in thread.labels if label not in wanted]
    for action, labels in (("unlabeled", removed), ("labeled", added)):
        for label in labels:
            (thread.labels.append if action == "labeled" else thread.labels.remove)(label)
            thread.updated_at = world.now()
            if action == "labeled":
                thread.labellings.append(Labelling(world.ids.next(), label, actor, world.now()))
            tell_thread(world, repository, thread, action, actor, label=label_shape(world.links, repository, label))


def lock(world: World, repository: Repository, thread: Issue, actor: User, reason: str | None = None) -> None:
    """Let only those with write access comment from now on."""
    thread.locked, thread.lock_reason = True, reason
    tell_thread(world, repository, thread, "locked", actor)


def unlock(world: World, repository: Repository, thread: Issue, actor: User) -> None:
    """Let everybody comment again."""
    thread.locked, thread.lock_reason = False, None
    tell_thread(world, repository, thread, "unlocked", actor)


def tell_thread(world: World, repository: Repository, thread: Issue, action: str, actor: User, **extra: Any) -> None:
    """Send the ``issues`` or ``pull_request`` webhook, whichever the thread is."""
    if isinstance(thread, PullRequest):
        shape = full_pull(world.links, repository, thread, None, mergeable=None)
        payload = {"action": action, "number": thread.number, "pull_request": shape, **extra}
        world.emit(repository, "pull_request", payload, actor)
    else:
        payload = {"action": action, "issue": issue_shape(world.links, repository, thread), **extra}
        world.emit(repository, "issues", payload, actor)


def check_body(body: str) -> None:
    """Refuse an empty or too long text. Raises 422."""
    if not body.strip():
        raise refused("IssueComment", "body can't be blank")
    if len(body) > MAX_BODY:
        raise refused("IssueComment", f"body is too long (maximum is {MAX_BODY} characters)")


def _tell(
    world: World, repository: Repository, thread: Issue, comment: Comment, actor: User, *, action: str, **extra: Any
) -> None:
    payload = {
        "action": action,
        "issue": issue_shape(world.links, repository, thread),
        "comment": comment_shape(world.links, repository, thread, comment),
        **extra,
    }
    world.emit(repository, "issue_comment", payload, actor)
