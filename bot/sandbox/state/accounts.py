"""People, organisations, Apps, their installations and their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sandbox.ids import node_id

UserType = Literal["User", "Bot", "Organization"]

#: The levels an App can hold a permission at, weakest first.
ACCESS_LEVELS = ("none", "read", "write", "admin")


@dataclass(slots=True, eq=False)
class User:
    """An account: a person, an App's bot or an organisation."""

    id: int
    login: str
    type: UserType = "User"
    name: str | None = None
    email: str | None = None
    site_admin: bool = False
    members: set[int] = field(default_factory=set)
    """Organisations only: the ids of their members."""
    owners: set[int] = field(default_factory=set)
    """Organisations only: the ids of those who own them, and so administer every repository."""
    teams: dict[str, "Team"] = field(default_factory=dict)
    """Organisations only: their teams by slug."""

    @property
    def node_id(self) -> str:
        """The account's GraphQL id."""
        return node_id(self.type, self.id)

    @property
    def git_email(self) -> str:
        """The address under which GitHub writes the account's commits."""
        return self.email or f"{self.id}+{self.login}@users.noreply.sandbox.invalid"


@dataclass(slots=True, eq=False)
class Team:
    """A team of an organisation."""

    id: int
    slug: str
    name: str
    organization: User
    members: set[int] = field(default_factory=set)
    """Account ids."""
    invited: set[int] = field(default_factory=set)
    """Ids of accounts that have not accepted yet."""

    @property
    def node_id(self) -> str:
        """The team's GraphQL id."""
        return node_id("Team", self.id)


@dataclass(slots=True, eq=False)
class App:
    """A GitHub App. The sandbox keeps public keys only: whoever made the App holds the private half."""

    id: int
    slug: str
    name: str
    client_id: str
    owner: User
    bot: User
    public_keys: list[str]
    permissions: dict[str, str]
    events: list[str]
    webhook_secret: str
    hook_id: int
    created_at: datetime
    webhook_url: str | None = None
    """Where deliveries are posted; None while the App has no address yet (they are kept and can be redelivered)."""

    @property
    def node_id(self) -> str:
        """The App's GraphQL id."""
        return node_id("App", self.id)


@dataclass(slots=True, eq=False)
class Installation:
    """An App on an account, with what it was granted there."""

    id: int
    app: App
    account: User
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    updated_at: datetime
    repository_ids: set[int] | None = None
    """The selected repositories, or None for all of the account's."""
    suspended_at: datetime | None = None
    suspended_by: User | None = None

    @property
    def node_id(self) -> str:
        """The installation's GraphQL id."""
        return node_id("Installation", self.id)

    def covers(self, repository_id: int, owner_id: int) -> bool:
        """Whether the App may act in this repository at all."""
        return owner_id == self.account.id and (self.repository_ids is None or repository_id in self.repository_ids)


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """An installation access token: who acts, where, with which permissions, until when."""

    value: str
    installation: Installation
    permissions: Mapping[str, str]
    repository_ids: frozenset[int] | None
    expires_at: datetime

    def allows(self, permission: str, access: str) -> bool:
        """Whether the token holds ``permission`` at ``access`` or stronger."""
        held = self.permissions.get(permission, "none")
        return ACCESS_LEVELS.index(held) >= ACCESS_LEVELS.index(access)

    def reaches(self, repository_id: int, owner_id: int) -> bool:
        """Whether the token was made for this repository."""
        inside = self.repository_ids is None or repository_id in self.repository_ids
        return inside and self.installation.covers(repository_id, owner_id)
