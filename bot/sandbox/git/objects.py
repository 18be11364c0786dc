"""What the sandbox reads out of a git object."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["blob", "tree", "commit", "tag"]

#: The modes GitHub takes in a tree, and the kind of object each one stands for.
MODES: dict[str, Kind] = {"100644": "blob", "100755": "blob", "120000": "blob", "040000": "tree", "160000": "commit"}

ZERO = "0" * 40


class UnknownObjectError(LookupError):
    """There is no object with this name in the repository."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The name, address and time at the head of a commit or tag."""

    name: str
    email: str
    at: datetime

    def encode(self) -> bytes:
        """As git writes it, without the time. Characters that would break the line are left out, as git does."""
        strip = str.maketrans("", "", "<>\n\0")
        return f"{self.name.translate(strip)} <{self.email.translate(strip)}>".encode()

    @classmethod
    def decode(cls, raw: bytes, seconds: int) -> "Signature":
        """Read the line of a commit or tag."""
        name, _, rest = raw.decode(errors="replace").partition(" <")
        return cls(name, rest.removesuffix(">"), datetime.fromtimestamp(seconds, UTC))


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str

    @property
    def headline(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Tag:
    """An annotated tag object."""

    sha: str
    name: str
    target: str
    target_kind: Kind
    tagger: Signature
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree; ``path`` is relative to the tree that was listed."""

    path: str
    mode: str
    kind: Kind
    sha: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """How one file differs between two trees."""

    path: str
    status: Literal["added", "removed", "modified", "renamed"]
    old: Entry | None
    new: Entry | None

    @property
    def previous_path(self) -> str | None:
        """Where the file was before a rename."""
        return self.old.path if self.old and self.status == "renamed" else None
