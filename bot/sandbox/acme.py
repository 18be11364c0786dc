"""The organisation of the demo: acme, its project widget, its people, and the App installed for it.

Everything is made with the same acts a real day on GitHub consists of, but before anybody listens.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.acme_files import Trigger, feature_files, project_files, second_commit_files
from bot.sandbox.acme_workspace import (
    WIDGET,
    WORKSPACE,
    Package,
    workspace_feature_files,
    workspace_files,
    workspace_second_commit_files,
)
from bot.sandbox.acts.commits import commit_files, signature_of
from bot.sandbox.clock import Clock
from bot.sandbox.people import Person
from bot.sandbox.state.accounts import App, Installation, User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.releases import Release
from bot.sandbox.state.repository import Grant, Repository
from bot.sandbox.state.runs import Environment, ProtectionRule
from bot.sandbox.world import World

GateKind = Literal["rule", "reviewers", "both", "none"]

#: What the App asks for, and hears of, once installed: the least a whole release needs.
PERMISSIONS = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
EVENTS = (
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_protection_rule",
    "deployment_review",
    "deployment_status",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "repository",
    "workflow_job",
    "workflow_run",
)
WEBHOOK_SECRET = "a secret only the sandbox and the bot know"  # noqa: S105  # it guards nothing but this sandbox


@dataclass(slots=True)
class Acme:
    """Everything a story needs to hold in its hands."""

    world: World
    organization: User
    repository: Repository
    app: App
    installation: Installation
    private_key: str
    """PEM, as GitHub lets one download it (PKCS #1)."""
    feature: PullRequest
    """An open pull request with one commit, by the writer: commands are typed there."""
    mona: Person
    """Maintains the project (role maintain)."""
    hugo: Person
    """Maintains the project as well (role admin)."""
    wanda: Person
    """May write."""
    tariq: Person
    """May triage."""
    rosa: Person
    """May read."""
    stan: Person
    """Nobody here knows him."""
    packages: tuple[Package, ...] = WIDGET
    """What the repository publishes."""


def build_acme(
    *,
    trigger: Trigger = "release-published",
    gate: GateKind = "rule",
    clock: Clock | None = None,
    permissions: dict[str, str] | None = None,
    webhook_url: str | None = None,
    private_key: str | None = None,
    files: dict[str, str | None] | None = None,
    private: bool = False,
    workspace: bool = False,
) -> Acme:
    """Make the world of the demo.

    Args:
        trigger: What starts the publish workflow.
        gate: What protects the environment ``pypi``: our custom rule, required reviewers, both, or nothing.
        clock: The world's time; the machine's own by default.
        permissions: What the App was granted, instead of all it asks for.
        webhook_url: Where deliveries go.
        private_key: The App's key (PEM), instead of a fresh one; making one takes a moment.
        files: Further files of the project (None removes one), for settings and for odd projects.
        private: Whether the repository is private.
        workspace: Whether it holds two packages instead of one; tags of its own start the workflow of each.
    """
    world = World(clock=clock)
    people = {login: world.add_user(login, name=name) for login, name in _PEOPLE.items()}
    acme = world.add_user(
        "acme", type="Organization", members={user.id for user in people.values()} - {people["stan"].id}
    )
    key = private_key or new_private_key()
    app = world.add_app(
        "aweigh",
        name="Aweigh",
        owner=acme,
        public_key=public_half(key),
        permissions=PERMISSIONS if permissions is None else permissions,
        events=EVENTS,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url=webhook_url,
    )
    repository = world.add_repository(acme, "widget", description="A widget.", private=private)
    for login, grant in _ROLES.items():
        world.add_collaborator(repository, people[login], grant)
    installation = world.install(app, acme)
    history = _workspace_history() if workspace else _history(trigger)
    _write_history(world, repository, people["mona"], history, files or {})
    _protect(world, repository, app, people, gate)
    as_person = {login: Person(world, repository, user) for login, user in people.items()}
    feature = _open_feature(as_person["wanda"], history)
    world.take_deliveries()
    world.deliveries.clear()
    return Acme(world, acme, repository, app, installation, key, feature, packages=history.packages, **as_person)


_PEOPLE = {
    "mona": "Mona Lisa",
    "hugo": "Hugo Boot",
    "wanda": "Wanda Writer",
    "tariq": "Tariq Triage",
    "rosa": "Rosa Reader",
    "stan": "Stan Stranger",
}
_ROLES = {
    "mona": Grant("maintain"),
    "hugo": Grant("admin"),
    "wanda": Grant("write"),
    "tariq": Grant("triage"),
    "rosa": Grant("read"),
}


def new_private_key() -> str:
    """A fresh RSA key in the form GitHub hands out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return encoded.decode()


@cache  # Reading a private key checks its primes, which takes longer than making the whole world.
def public_half(private_key: str) -> str:
    """The public key that belongs to a private one, both in PEM."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@dataclass(frozen=True, slots=True)
class _History:
    """What a project published, and its files: as they were then, those changed since, and those of the open pull request."""

    packages: tuple[Package, ...]
    released: dict[str, str]
    later: dict[str, str]
    feature: dict[str, str]


def _history(trigger: Trigger) -> _History:
    return _History(WIDGET, project_files(trigger), second_commit_files(), feature_files())


def _workspace_history() -> _History:
    return _History(WORKSPACE, workspace_files(), workspace_second_commit_files(), workspace_feature_files())


def _write_history(
    world: World, repository: Repository, author: User, history: _History, more: dict[str, str | None]
) -> None:
    """Release every package on an earlier commit, then one more commit on the default branch."""
    store = repository.store
    first = history.released | {path: text for path, text in more.items() if text is not None}
    for path in (path for path, text in more.items() if text is None):
        first.pop(path, None)
    versions = " and ".join(package.version for package in history.packages)
    released = commit_files(
        world, repository, parent=None, files=first, message=f"Release {versions}", author=author, signed=True
    )  # fmt: skip
    for package in history.packages:
        tag = store.add_tag(package.tag, released, f"{package.name} {package.version}\n", signature_of(world, author))
        store.set_ref(f"refs/tags/{package.tag}", tag)
        release = _past_release(world, repository, author, package)
        repository.releases[release.id] = release
    later = {path: text for path, text in history.later.items() if path not in more}
    head = commit_files(
        world, repository, parent=released, files=later, message="Widgets can be spun", author=author, signed=True
    )  # fmt: skip
    store.set_ref(f"refs/heads/{repository.default_branch}", head)


def _past_release(world: World, repository: Repository, author: User, package: Package) -> Release:
    now = world.now()
    return Release(
        world.ids.next(),
        package.tag,
        repository.default_branch,
        package.version,
        "The first release anybody used.",
        draft=False,
        prerelease=False,
        author=author,
        created_at=now,
        published_at=now,
        updated_at=now,
    )


def _protect(world: World, repository: Repository, app: App, people: dict[str, User], gate: GateKind) -> None:
    now = world.now()
    environment = Environment(world.ids.next(), "pypi", now, now)
    if gate in ("rule", "both"):
        environment.rules.append(ProtectionRule(world.ids.next(), app))
    if gate in ("reviewers", "both"):
        environment.reviewers = [people["mona"], people["hugo"]]
    repository.environments[environment.name] = environment


def _open_feature(writer: Person, history: _History) -> PullRequest:
    writer.push_commit("turn-widgets", history.feature, "Widgets can be turned")
    return writer.open_pull("turn-widgets", "Widgets can be turned", "They could only be spun before.")
