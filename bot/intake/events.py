"""What a webhook payload means to us: a command, a reason to look at a repository again, or nothing.

Pure translation. Payload members are those of GitHub's webhook reference ("Webhook events and payloads"); whatever is
missing, null or of another type makes a value that says so, never an exception. Only a *command* carries content on:
everything else is observed from GitHub when the repository's turn comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.github.checks import PREVIEW_NAME, SETTINGS_NAME
from bot.github.facts import RepositoryRef
from bot.intake.command import CommandDelivery, may_hold_command
from bot.intake.groups import GroupDelivery
from bot.intake.heads import HeadDelivery
from bot.intake.payload import Malformed, Payload
from bot.line_names import find_line_numbers
from bot.release.record import find_record
from bot.release.when_merged import LABEL

RELEASE_BRANCHES: Final = "aweigh/"
BUTTONS: Final = {"hold": "hold", "unhold": "unhold", "recreate": "recreate", "recheck": "status"}
"""The buttons of our check run, with the word of the command that each one is; who looks again asks where it stands."""
ACTIONS_OF_CHECKS: Final = frozenset({"rerequested", "requested_action"})
"""What people do with a check run; all else is done to it by its App."""
ACTIONS_OF_JOBS: Final = frozenset({"waiting", "completed"})
"""When a job of a workflow stands before a gate, or has brought something about."""
_ON_RELEASE_PULLS: Final = frozenset(
    {"closed", "reopened", "synchronize", "edited", "labeled", "unlabeled", "enqueued", "dequeued"}
)
_NEW_HEADS: Final = frozenset({"opened", "reopened", "synchronize", "edited"})
"""When a pull request shows another change than before; ``edited`` may have given it another base."""
_NEW_WORDS: Final = frozenset({"edited", "labeled", "unlabeled"})
"""When an ordinary pull request says something else about its change than before."""
_UNRELATED_RUNS: Final = frozenset({"merge_group", "pull_request", "pull_request_target", "schedule"})


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """Who we are in a payload: the App's id, and the login of its bot account once we have asked GitHub for it."""

    app_id: int
    bot_login: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """The delivery means nothing to us, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Something about this repository changed: look at it again. ``hint`` says what, for the log only."""

    repository: RepositoryRef
    hint: str
    merged: int | None = None
    """The number of a release pull request that was merged, or of another one on which a command waits for that."""
    waited_for: bool = False
    """Whether it is another one."""
    pushed: tuple[str, str] | None = None
    """The branch that releases are made from and somebody pushed to, and the commit that it is at since."""
    labelled: tuple[int, tuple[str, ...]] | None = None
    """The number of a merged pull request, and the labels that it has by now."""


@dataclass(frozen=True, slots=True)
class InstallationGone:
    """The App was uninstalled: whatever is stored about the installation must go."""

    installation_id: int


@dataclass(frozen=True, slots=True)
class WakeKnown:
    """Something changed for these repositories that matters where a release is under way, and nowhere else."""

    repositories: tuple[RepositoryRef, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class InstallationBack:
    """The App may act again for this installation, or may do more: what is under way there goes on."""

    installation_id: int


Meaning: TypeAlias = (
    Ignored
    | Malformed
    | Wake
    | CommandDelivery
    | HeadDelivery
    | GroupDelivery
    | WakeKnown
    | InstallationBack
    | InstallationGone
)


def translate(event: str, payload: Mapping[str, Any], identity: AppIdentity) -> Meaning:
    """What the payload of an ``X-GitHub-Event`` means to the App of this identity."""
    read = _READERS.get(event)
    if read is None:
        return Ignored("event not used")
    try:
        return read(Payload(payload), identity)
    except Malformed as malformed:
        return malformed


def list_events() -> tuple[str, ...]:
    """Every event that can mean something to us."""
    return tuple(sorted(_READERS))


def is_used(event: str) -> bool:
    """Whether any payload of this event can mean something to us, so that others are dropped unread."""
    return event in _READERS


def _read_comment(payload: Payload, identity: AppIdentity) -> Meaning:
    issue = payload.child("issue")
    action = payload.text("action")
    if action == "created":
        return _read_command(payload, payload.child("comment"), issue, is_pull=issue.has("pull_request"))
    if not issue.has("pull_request") or not _is_own(issue.find_child("user"), identity):
        return Ignored("a comment elsewhere than on a release pull request was changed")
    if _is_own(payload.find_child("sender"), identity):
        return Ignored("our own doing")
    return _wake(payload, f"comment {action}")


def _read_review(payload: Payload, _: AppIdentity) -> Meaning:
    if payload.text("action") != "submitted":
        return Ignored("only a submitted review is read")
    return _read_command(payload, payload.child("review"), payload.child("pull_request"), is_pull=True)


def _read_command(payload: Payload, said: Payload, subject: Payload, *, is_pull: bool) -> Meaning:
    # The body is looked at first: nearly every comment on GitHub ends here.
    if not may_hold_command(said.find_text("body") or ""):
        return Ignored("no command")
    author = said.find_child("user")
    if author is None:
        return Ignored("the author's account is gone")
    if author.find_text("type") != "User" or said.has("performed_via_github_app"):
        return Ignored("only people give commands")
    if payload.child("sender").integer("id") != author.integer("id"):
        return Ignored("sent by somebody else than the author")
    return CommandDelivery.read(payload.repository(), said, subject.integer("number"), is_pull=is_pull)


def _read_pull_request(payload: Payload, identity: AppIdentity) -> Meaning:
    action = payload.text("action")
    pull = payload.child("pull_request")
    if _is_own(payload.find_child("sender"), identity):
        return Ignored("our own doing")
    if action == "closed" and pull.flag("merged"):
        # When we look, nothing may show it yet.
        waits, ours = LABEL in pull.names("labels"), _is_release_branch(pull.child("head").text("ref"))
        number = pull.integer("number") if waits or ours else None
        return Wake(payload.repository(), "pull request merged", number, waits and not ours)
    if action in _ON_RELEASE_PULLS and _is_release_branch(pull.child("head").text("ref")):
        return _wake(payload, f"release pull request {action}")
    if action in {"labeled", "unlabeled"} and pull.flag("merged"):
        # Its labels count for the next release; what its author edits after the merge does not.
        if _is_release_line(pull.child("base").text("ref"), payload):
            # When we look, nothing may show it yet.
            labelled = pull.integer("number"), tuple(pull.names("labels"))
            return Wake(payload.repository(), f"merged pull request {action}", labelled=labelled)
        return Ignored("a pull request into a branch no release is made from")
    if action in _NEW_HEADS | _NEW_WORDS and not _is_release_branch(pull.child("head").text("ref")):
        return _read_head(payload, pull, action)
    return Ignored("no release pull request")


def _read_head(payload: Payload, pull: Payload, action: str) -> Meaning:
    """What an ordinary pull request would change is looked at where it would count: on the default branch."""
    if pull.child("base").text("ref") != payload.child("repository").text("default_branch"):
        return Ignored("a pull request into a branch whose settings count for nothing")
    if pull.find_text("state") == "closed":
        return Ignored("a pull request that nobody is about to merge")
    changes = payload.find_child("changes")
    moved = changes is not None and changes.has("base")
    return HeadDelivery(
        payload.repository(),
        pull.integer("number"),
        pull.child("head").text("sha"),
        # While it was closed, or pointed elsewhere, it may have come to say something else, which nobody looked at.
        again=action == "reopened" or moved,
        words=action in _NEW_WORDS and not moved,
        changed_at=pull.find_text("updated_at") or "",
        labels=tuple(pull.names("labels")) if action in {"labeled", "unlabeled"} else None,
        fewer=action == "unlabeled",
    )


def _read_push(payload: Payload, identity: AppIdentity) -> Meaning:
    ref = payload.text("ref")
    if _is_own(payload.find_child("sender"), identity):
        return Ignored("our own doing")
    if ref.startswith("refs/tags/"):
        return _wake(payload, "tag pushed")
    branch = ref.removeprefix("refs/heads/")
    if _is_release_branch(branch):
        return _wake(payload, "branch pushed")
    if _is_release_line(branch, payload):
        # When we look, nothing may show it yet.
        return Wake(payload.repository(), "branch pushed", pushed=(branch, payload.text("after")))
    return Ignored("a branch no release is made from")


def _read_ref(payload: Payload, identity: AppIdentity) -> Meaning:
    if _is_own(payload.find_child("sender"), identity):
        return Ignored("our own doing")
    kind = payload.text("ref_type")
    if kind == "tag" or (kind == "branch" and _is_release_branch(payload.text("ref"))):
        return _wake(payload, f"{kind} created or deleted")
    return Ignored("a branch that is not ours")


def _read_release(payload: Payload, identity: AppIdentity) -> Meaning:
    if _is_own(payload.find_child("sender"), identity):
        return Ignored("our own doing")
    return _wake(payload, f"release {payload.text('action')}")


def _read_workflow_run(payload: Payload, _: AppIdentity) -> Meaning:
    # The sender of a run that our tag or release started is our own bot: these must wake us all the same.
    run = payload.child("workflow_run")
    event = run.text("event")
    if event in _UNRELATED_RUNS or (event == "push" and _is_on_default_branch(run, payload)):
        return Ignored("a run that cannot publish a release of ours")
    return _wake(payload, f"run {payload.text('action')}")


def _read_workflow_job(payload: Payload, _: AppIdentity) -> Meaning:
    action = payload.text("action")
    if action not in ACTIONS_OF_JOBS or _is_on_default_branch(payload.child("workflow_job"), payload):
        return Ignored("a job that cannot publish a release of ours")
    return _wake(payload, f"job {action}")


def _read_protection_rule(payload: Payload, _: AppIdentity) -> Meaning:
    if payload.text("action") != "requested":
        return Ignored("no request")
    return _wake(payload, "gate asked for")


def _read_deployment_review(payload: Payload, _: AppIdentity) -> Meaning:
    return _wake(payload, f"deployment review {payload.text('action')}")


def _read_check_run(payload: Payload, identity: AppIdentity) -> Meaning:
    action = payload.text("action")
    if action not in ACTIONS_OF_CHECKS:
        return Ignored("nobody asks anything of a check")
    app = payload.child("check_run").find_child("app")
    if app is None or app.integer("id") != identity.app_id:
        return Ignored("a check of another App")
    run = payload.child("check_run")
    if run.find_text("name") in (SETTINGS_NAME, PREVIEW_NAME):
        number = run.find_number_of_pull()
        # GitHub names no pull request where the head is that of a fork.
        return (
            Ignored("a check of no pull request")
            if number is None
            else HeadDelivery(payload.repository(), number, run.text("head_sha"), again=True)
        )
    if action == "rerequested":
        return _wake(payload, f"check {action}")
    return _read_button(payload, payload.child("requested_action").text("identifier"))


def _read_button(payload: Payload, pressed: str) -> Meaning:
    """A button is a command by whoever pressed it, for the release as its check run showed it."""
    if pressed not in BUTTONS:
        return Ignored("no button of ours")
    run, sender = payload.child("check_run"), payload.child("sender")
    if sender.find_text("type") != "User":
        return Ignored("only people give commands")
    record = find_record(run.find_text("external_id") or "")
    # Without a pull request the record tells the thread, which nobody but our App can write into it.
    origin = record.origin if record is not None else None
    number = origin.thread if origin is not None else run.find_number_of_pull()
    if number is None:
        return Ignored("a check of no pull request")
    return CommandDelivery.pressed(
        payload.repository(), pressed, BUTTONS[pressed], run, sender, number, is_pull=origin is None
    )


def _read_merge_group(payload: Payload, _: AppIdentity) -> Meaning:
    if payload.text("action") != "checks_requested":
        return Ignored("a merge group that is over")
    group = payload.child("merge_group")
    base = group.text("base_ref").removeprefix("refs/heads/")
    return GroupDelivery(payload.repository(), base, group.text("head_sha"))


def _read_installation(payload: Payload, _: AppIdentity) -> Meaning:
    action, number = payload.text("action"), payload.child("installation").integer("id")
    if action == "deleted":
        return InstallationGone(number)
    if action in ("unsuspend", "new_permissions_accepted"):
        return InstallationBack(number)
    # A new installation costs nothing before something happens in one of its repositories.
    return Ignored("nothing of the installation is under way")


def _read_installation_repositories(payload: Payload, _: AppIdentity) -> Meaning:
    if payload.text("action") != "added":
        # What is noted of them holds nothing that people wrote, and serves when they come back.
        return Ignored("repositories that we may not see any more")
    return WakeKnown(payload.listed_repositories("repositories_added"), "repositories added")


def _read_repository(payload: Payload, _: AppIdentity) -> Meaning:
    action = payload.text("action")
    if action not in ("renamed", "transferred", "unarchived"):
        return Ignored("nothing that a release depends on")
    return WakeKnown((payload.repository(),), f"repository {action}")


def _wake(payload: Payload, hint: str) -> Wake:
    return Wake(payload.repository(), hint)


def _is_own(account: Payload | None, identity: AppIdentity) -> bool:
    # An account can be null (a ghost); what we cannot tell to be ours is somebody else's.
    return account is not None and identity.bot_login is not None and account.find_text("login") == identity.bot_login


def _is_release_branch(branch: str) -> bool:
    return branch.startswith(RELEASE_BRANCHES)


def _is_release_line(branch: str, payload: Payload) -> bool:
    # Which branches releases are made from only the settings say; what their names can look like is known.
    is_default = branch == payload.child("repository").find_text("default_branch")
    return is_default or find_line_numbers(branch) is not None


def _is_on_default_branch(run: Payload, payload: Payload) -> bool:
    # A run that a tag or a release started has the tag's name here.
    branch = run.find_text("head_branch")
    return branch is not None and branch == payload.child("repository").find_text("default_branch")


_READERS: Final[Mapping[str, Callable[[Payload, AppIdentity], Meaning]]] = {
    "check_run": _read_check_run,
    "create": _read_ref,
    "delete": _read_ref,
    "deployment_protection_rule": _read_protection_rule,
    "deployment_review": _read_deployment_review,
    "installation": _read_installation,
    "installation_repositories": _read_installation_repositories,
    "issue_comment": _read_comment,
    "merge_group": _read_merge_group,
    "pull_request": _read_pull_request,
    "pull_request_review": _read_review,
    "push": _read_push,
    "release": _read_release,
    "repository": _read_repository,
    "workflow_job": _read_workflow_job,
    "workflow_run": _read_workflow_run,
}
