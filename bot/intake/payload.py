"""Reading a payload that anybody may have shaped: each member is checked when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.github.facts import RepositoryRef

_LARGEST_ID: Final = 2**63 - 1
# A repository may be called ".github", but a name of dots alone would climb in a path.
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


class Malformed(ValueError):  # noqa: N818 (it is also the answer to the sender)
    """A member that GitHub documents is missing or of another type; ``member`` is its dotted path."""

    def __init__(self, member: str, expected: str) -> None:
        super().__init__(f"{member} is not {expected}")
        self.member = member


class Payload:
    """A JSON object with accessors that check: ``find_`` gives None where null or nothing is allowed, others raise."""

    __slots__ = ("_members", "_path")

    def __init__(self, members: Mapping[str, Any], path: str = "") -> None:
        self._members = members
        self._path = path

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self._members.get(name) is not None

    def find_child(self, name: str) -> Payload | None:
        """The object of this name, None when it is null or missing. Raises Malformed when it is no object."""
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Malformed(self._path + name, "an object")
        return Payload(value, f"{self._path}{name}.")

    def child(self, name: str) -> Payload:
        """The object of this name. Raises Malformed."""
        found = self.find_child(name)
        if found is None:
            raise Malformed(self._path + name, "an object")
        return found

    def find_text(self, name: str) -> str | None:
        """The string of this name, None when it is null or missing; half characters become U+FFFD. Raises Malformed."""
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise Malformed(self._path + name, "a string")
        # JSON can spell a lone surrogate, which neither a database nor GitHub can be given back.
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def text(self, name: str) -> str:
        """The string of this name. Raises Malformed."""
        found = self.find_text(name)
        if found is None:
            raise Malformed(self._path + name, "a string")
        return found

    def integer(self, name: str) -> int:
        """The positive 64-bit integer of this name: an id or a number. Raises Malformed."""
        value = self._members.get(name)
        # JSON's true is an int to Python, and an id beyond 64 bits fits no database.
        if type(value) is not int or not 0 < value <= _LARGEST_ID:
            raise Malformed(self._path + name, "a positive integer")
        return value

    def find_number_of_pull(self) -> int | None:
        """The number of the first of the ``pull_requests`` of a check run, None when it belongs to none. Raises Malformed."""
        value = self._members.get("pull_requests")
        if not isinstance(value, list) or not value or not isinstance(value[0], dict):
            return None
        return Payload(value[0], f"{self._path}pull_requests[0].").integer("number")

    def names(self, name: str) -> list[str]:
        """The names of the objects in a list, such as ``labels``; whatever is none of it is passed over."""
        value = self._members.get(name)
        found = [one.get("name") for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        return [one for one in found if isinstance(one, str)]

    def flag(self, name: str) -> bool:
        """Whether the member is true; null and missing are false."""
        return self._members.get(name) is True

    def repository(self) -> RepositoryRef:
        """The repository and installation a delivery of an App is about. Raises Malformed."""
        return self._reference(self.child("repository"))

    def listed_repositories(self, name: str) -> tuple[RepositoryRef, ...]:
        """The repositories in a list of a delivery about an installation. Raises Malformed."""
        value = self._members.get(name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Malformed(self._path + name, "a list of objects")
        return tuple(self._reference(Payload(one, f"{self._path}{name}.")) for one in value)

    def _reference(self, repository: Payload) -> RepositoryRef:
        installation = self.child("installation").integer("id")
        full_name = repository.text("full_name")
        # The name goes into paths of requests; one that GitHub could not have given out is refused here, once for all.
        if not _FULL_NAME.fullmatch(full_name):
            raise Malformed("repository.full_name", "owner/name")
        return RepositoryRef(installation, repository.integer("id"), full_name)
