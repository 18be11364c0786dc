"""Watches a sandbox while something is played in it, and holds all that was said against GitHub's descriptions."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.http import Request, Response
from tests.contract.contract import Contract
from tests.contract.documents import check_document
from tests.contract.excuses import find_excuse
from tests.contract.findings import Finding
from tests.contract.graph_answers import check_graph_answer
from tests.contract.sketches import draw_sketch

MOST_SOFT: Final = 2
"""Kinds of soft findings that one story may show, excuses not counted."""
DESCRIBED_VERSION: Final = "2022-11-28"

SOFT_SEEN: Final[Counter[str]] = Counter()
"""How many worlds of this test run showed a kind of soft finding, or one with a certain excuse; printed at its end."""


@cache
def load_contract() -> Contract:
    """The contract, read once for each process."""
    return Contract()


class Judged:
    """What was found in what was said before: most of what is said in one world was said in another."""

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[Finding, ...]] = {}

    def find(self, said: Sequence[str | bytes], judge: Callable[[], list[Finding]]) -> tuple[Finding, ...]:
        """What ``judge`` finds in what was ``said``; asked once of what differs in names, numbers and times alone."""
        text = b"\0".join(part.encode() if isinstance(part, str) else part for part in said)
        for pattern, left in _TELLS_NOTHING:
            text = pattern.sub(left, text)
        key = blake2b(text, digest_size=16).digest()
        if key not in self._found:
            self._found[key] = tuple(judge())
        return self._found[key]


_TELLS_NOTHING: Final = (
    (re.compile(rb"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b"), lambda match: b"\1" if len(match[0]) == 40 else b"\2"),
    (
        re.compile(rb'"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z"'),
        b"\3",
    ),
    (re.compile(rb"127\.0\.0\.1:\d{1,5}\b"), b"\4"),
    # What begins with a letter or figure of its own is found many times faster than what begins at any word.
    (re.compile(rb"1(?<=\b1)\d{3}\b"), b"\5"),
    (re.compile(rb'(id": ?"[A-Z]+_)[\w=-]+(?=")'), rb"\1"),
)
"""What is well formed wherever it stands, and as good as another to every description, and what is left of it.

A commit, whole and abbreviated, a moment, a port, and the numbers that things have in the sandbox, where they begin with a
thousand, also as they stand in the ids of nodes.
"""

_JUDGED: Final = Judged()
_JUDGED_GRAPHS: Final[dict[Hashable, list[Finding]]] = {}
"""What was found in GraphQL by document and sketches: its answers differ in texts more than others, and take longer to judge."""


@dataclass
class Watch:
    """What went over the wire of one sandbox, until it is checked."""

    github: GitHubSandbox
    requests: bool = True
    """Whether requests are looked at too; tests of the sandbox send wrong ones on purpose."""
    exchanges: list[tuple[Request, Response]] = field(default_factory=list)

    def note(self, request: Request, answer: Response) -> None:
        """Keep an exchange; nothing is checked while a story is under way."""
        self.exchanges.append((request, answer))

    def list_findings(self) -> list[Finding]:
        """Everything that departs from the descriptions, each kind once."""
        found: dict[str, Finding] = {}
        for request, answer in self.exchanges:
            for finding in self._judge(request, answer):
                found.setdefault(finding.kind, finding)
        for delivery in self.github.world.deliveries:
            event, body = delivery.event, delivery.body
            for finding in _JUDGED.find((event, body), lambda: load_contract().check_delivery(event, body)):  # noqa: B023
                found.setdefault(finding.kind, finding)
        return list(found.values())

    def _judge(self, request: Request, answer: Response) -> tuple[Finding, ...]:
        said = (
            str(self.requests),
            self.github.world.links.graphql,
            self.github.world.links.api,
            self.github.world.links.uploads,
            request.method,
            request.path,
            repr(sorted(request.query.items())),
            request.headers.get("x-github-api-version", ""),
            request.body,
            str(answer.status),
            answer.headers.get("content-type", ""),
            answer.body,
        )
        return _JUDGED.find(said, lambda: self._check(request, answer))

    def _check(self, request: Request, answer: Response) -> list[Finding]:
        links = self.github.world.links
        if request.path == urlsplit(links.graphql).path and request.method == "POST":
            return self._check_graph(request, answer)
        if request.headers.get("x-github-api-version", DESCRIBED_VERSION) != DESCRIBED_VERSION:
            return []
        api, uploads = urlsplit(links.api).path, urlsplit(links.uploads).path or "/_uploads"
        prefix = uploads if request.path.startswith(f"{uploads}/") else api
        found = load_contract().check_exchange(request, answer, prefix)
        return [one for one in found if self.requests or not one.place.startswith(("request", "query"))]

    def _check_graph(self, request: Request, answer: Response) -> list[Finding]:
        if answer.status != 200:
            return []
        asked, said = json.loads(request.body), json.loads(answer.body)
        key = asked["query"], draw_sketch(asked.get("variables")), draw_sketch(said), self.requests
        if key not in _JUDGED_GRAPHS:
            found = check_document(request.body)
            # A document that is wrong has no answer that could be right.
            wrong = found or check_graph_answer(request.body, answer.body)
            _JUDGED_GRAPHS[key] = wrong if self.requests or not found else []
        return _JUDGED_GRAPHS[key]


@contextmanager
def held_to_contract(github: GitHubSandbox, *, requests: bool = True) -> Iterator[Watch]:
    """Fail when anything that is said until the end departs from GitHub's descriptions.

    Without ``requests`` only answers and webhooks are held against them.

    Raises:
        AssertionError: There was a hard finding, or more kinds of soft ones than `MOST_SOFT`.
    """
    watch = Watch(github, requests)
    github.watchers.append(watch.note)
    yield watch
    findings = watch.list_findings()
    unexcused = [finding for finding in findings if find_excuse(finding) is None]
    hard = [str(finding) for finding in unexcused if not finding.soft]
    assert not hard, "\n".join(hard)
    SOFT_SEEN.update({f"excused: {reason}" if (reason := find_excuse(one)) else one.kind for one in findings})
    assert len(unexcused) <= MOST_SOFT, "\n".join(map(str, unexcused))
