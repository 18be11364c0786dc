"""What the contract has to say: where something departs from GitHub's description, and how much that matters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from jsonschema_rs import ValidationError

_FORGIVEN: Final = frozenset({"additionalProperties", "format", "oneOf", "unevaluatedProperties"})
"""Keywords on which GitHub's own answers and descriptions are known to disagree."""
_MOST_SHOWN: Final = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure from the description.

    A *hard* one is a breach: a wrong type, a missing member, an unknown route. A *soft* one is a matter on which the
    description is known to be loose: formats, members it does not list, error statuses it leaves out.
    """

    subject: str
    """What was checked: an operation with its status, or a webhook with its action."""
    place: str
    """``request``, ``query``, ``answer``, ``payload`` or ``document``, and the way to the value in it."""
    problem: str
    soft: bool = False

    @property
    def kind(self) -> str:
        """The same for the same departure at another item of a list, and for another value."""
        place = re.sub(r"/\d+(?=/|$)", "/*", self.place)
        return f"{self.subject} | {place} | {re.sub(r'^.*?(?=is not |has )', '', self.problem)[:90]}"

    def __str__(self) -> str:
        """One line for people."""
        return f"{'soft' if self.soft else 'HARD'}: {self.subject}: {self.place}: {self.problem}"


def of_error(subject: str, part: str, error: ValidationError) -> Finding:
    """What the validator found."""
    steps = "".join(f"/{step}" for step in error.instance_path)
    said = error.message if len(error.message) <= _MOST_SHOWN else f"{error.message[:60]} ... {error.message[-90:]}"
    return Finding(subject, part + steps, said, soft=error.kind.name in _FORGIVEN)
