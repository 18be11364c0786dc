"""What is asked of a package index: the files of a project, and the provenance of a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from cachetools import LRUCache
from packaging.utils import canonicalize_name

from bot.index.addresses import Index
from bot.index.facts import Absent, IndexFile, ProjectFiles, Provenance, ProvenanceAnswer, Unavailable
from bot.index.simple import MEDIA_TYPE, MalformedAnswerError, parse_project
from bot.index.transport import Answer, NoAnswerError, Transport

PROVENANCE_MEDIA_TYPE = "application/vnd.pypi.integrity.v1+json"
MOST_PROVENANCE_BYTES = 2 * 1024 * 1024
"""Largest provenance that is looked at; a usual one has 10 kB."""

_LARGE = 256 * 1024


class IndexUnreachableError(Exception):
    """The index did not give a usable answer; the message is one plain clause that continues "the index ...".

    It is no statement about any project: whoever catches it knows nothing.
    """


class IndexClient:
    """One package index, read only.

    ``user_agent`` must name the program, its version and a way to reach its operator: that is what PyPI asks for
    (https://docs.pypi.org/api/). File lists are asked for again with their ETag; only the index decides whether the
    one we remember still holds.
    """

    def __init__(self, index: Index, transport: Transport, *, user_agent: str) -> None:
        self.index = index
        self._transport = transport
        self._user_agent = user_agent
        self._remembered: LRUCache[str, tuple[str, ProjectFiles]] = LRUCache(maxsize=64)

    async def get_project(self, name: str) -> ProjectFiles:
        """All files of a project; one without files and with ``exists`` false when the index does not have it.

        Raises:
            IndexUnreachableError: the index did not answer, or not with the Simple API's JSON.
        """
        project = canonicalize_name(name)
        url = self.index.project_url(project)
        remembered = self._remembered.get(url)
        try:
            answer = await self._ask(url, MEDIA_TYPE, {"if-none-match": remembered[0]} if remembered else {})
        except NoAnswerError as error:
            raise IndexUnreachableError(str(error)) from error
        if answer.status == 304 and remembered:
            return remembered[1]
        if answer.status == 404:
            return ProjectFiles(project, exists=False)
        files = await self._read_project(answer, project, url)
        if etag := answer.headers.get("etag"):
            self._remembered[url] = (etag, files)
        return files

    async def _read_project(self, answer: Answer, project: str, url: str) -> ProjectFiles:
        if answer.status != 200:
            raise IndexUnreachableError(f"it answered {answer.status}")
        kind = _media_type(answer)
        if kind != MEDIA_TYPE:
            raise IndexUnreachableError(f"it answered {_describe(kind)} instead of the Simple API's JSON")
        try:
            if len(answer.body) > _LARGE:  # parsing a long list takes long enough to hold up everybody else
                return await asyncio.to_thread(parse_project, answer.body, project=project, url=url)
            return parse_project(answer.body, project=project, url=url)
        except MalformedAnswerError as error:
            raise IndexUnreachableError(str(error)) from error

    async def find_provenance(self, project: str, file: IndexFile) -> ProvenanceAnswer:
        """The provenance of a file, or whether it is known to have none.

        A 404 alone proves nothing, for a mirror that does not pass the integrity API on gives the same: that a file has
        no attestations is taken from the file list, in which ``provenance`` is null then. An address that the list
        gives is only followed on the index's own origin, whatever it says.
        """
        if file.provenance_listed and file.provenance_url is None:
            return Absent()
        url = file.provenance_url or self.index.provenance_url(project, str(file.version), file.filename)
        if url is None:
            return Absent("this index keeps no attestations")
        if not self._is_own(url):
            return Unavailable("the index names an address of somebody else for its provenance")
        try:
            answer = await self._ask(url, PROVENANCE_MEDIA_TYPE, {})
        except NoAnswerError as error:
            return Unavailable(f"the index was asked for its provenance, but {error}", passing=True)
        return _read_provenance(answer, file)

    async def _ask(self, url: str, accept: str, more: Mapping[str, str]) -> Answer:
        headers = {"accept": accept, "user-agent": self._user_agent, **more}
        return await self._transport("GET", url, headers, b"")

    def _is_own(self, url: str) -> bool:
        own = {_origin(self.index.simple_url)}
        if self.index.integrity_url:
            own.add(_origin(self.index.integrity_url))
        origin = _origin(url)
        return origin is not None and origin in own


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; ``None`` for an address with a user name in it, or none at all."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def _read_provenance(answer: Answer, file: IndexFile) -> ProvenanceAnswer:
    if answer.status == 200:
        return _accept_provenance(answer)
    message = _message(answer)
    if answer.status == 404 and not file.provenance_listed and message.startswith("No provenance available"):
        return Absent()
    if answer.status == 404:
        # The list names a provenance that its own address does not know: one of the two is out of date.
        return Unavailable("the index does not serve its provenance", passing=file.provenance_url is not None)
    if answer.status == 403 and message == "Attestations temporarily disabled":
        return Unavailable("the index has switched attestations off for now")
    passing = answer.status == 429 or answer.status >= 500
    return Unavailable(f"the index answered {answer.status} when asked for its provenance", passing=passing)


def _accept_provenance(answer: Answer) -> ProvenanceAnswer:
    kind = _media_type(answer)
    if kind not in {PROVENANCE_MEDIA_TYPE, "application/json"}:
        return Unavailable(f"the index answered {_describe(kind)} instead of its provenance")
    if len(answer.body) > MOST_PROVENANCE_BYTES:
        return Unavailable("the provenance the index gave is too large")
    return Provenance(answer.body)


def _media_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _describe(kind: str) -> str:
    if kind == "text/html":
        return "HTML"
    return "another type of content" if kind else "content of no stated type"


def _message(answer: Answer) -> str:
    try:
        document = json.loads(answer.body[:10_000])
    except (ValueError, RecursionError):
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    return message if isinstance(message, str) else ""
