"""Releases and their assets."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import User


@dataclass(slots=True, eq=False)
class Asset:
    """A file attached to a release."""

    id: int
    name: str
    label: str | None
    content_type: str
    content: bytes
    uploader: User
    created_at: datetime
    updated_at: datetime
    state: str = "uploaded"
    download_count: int = 0

    @property
    def node_id(self) -> str:
        """The asset's GraphQL id."""
        return node_id("ReleaseAsset", self.id)


@dataclass(slots=True, eq=False)
class Release:
    """A GitHub Release. Several drafts may name one tag, a published one has it for itself."""

    id: int
    tag_name: str
    target_commitish: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: User
    created_at: datetime
    """For a published release the date of the tagged commit: GitHub sorts by it."""
    published_at: datetime | None
    updated_at: datetime
    immutable: bool = False
    assets: list[Asset] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The release's GraphQL id."""
        return node_id("Release", self.id)
