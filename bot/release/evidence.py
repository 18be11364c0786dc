"""What the package index shows of a release, and what its attestations prove."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion

from bot.github.actions import find_log
from bot.github.client import Session
from bot.github.facts import RunFacts, TagRef
from bot.index.addresses import Index
from bot.index.client import IndexClient, IndexUnreachableError
from bot.index.facts import IndexFile, ProjectFiles, Provenance, ProvenanceAnswer, Unavailable
from bot.publishing.attestations import DsseVerifier, verify_file
from bot.publishing.route import Route
from bot.publishing.verdicts import Expected, FileVerdict
from bot.release.on_index import is_given_up
from bot.release.snapshot import Published, Snapshot, Unreachable
from bot.versions import Project

_UPLOADING = re.compile(r"Uploading (?P<name>[\w.+!-]{1,200}\.(?:whl|tar\.gz))\b")
"""What twine says of each file before it sends it; uv says the same with the file's size behind."""

_MOST_FILES = 500


GetVerifier: TypeAlias = Callable[[], Awaitable[DsseVerifier | None]]
"""Gives the verifier, loading it when it is first needed; None when there is no trust root."""


class Evidence:
    """One package index and the judge of its attestations."""

    def __init__(self, client: IndexClient, get_verifier: GetVerifier, *, web_base: str, issuer: str) -> None:
        self._client, self._get_verifier = client, get_verifier
        self._web_base, self._issuer = web_base.rstrip("/"), issuer

    @property
    def index(self) -> Index:
        """The index that is published to."""
        return self._client.index

    @property
    def publisher_trusted(self) -> bool:
        """Whether the index can trust workflows of this GitHub at all."""
        return self._client.index.trusts_workflows_on(self._web_base)

    async def find_project(self, name: str) -> ProjectFiles | Unreachable:
        """The project's files, or why the index cannot tell: never taken for "nothing there"."""
        try:
            return await self._client.get_project(name)
        except IndexUnreachableError as error:
            return Unreachable(str(error))

    async def gather(
        self, session: Session, snapshot: Snapshot, route: Route, tag: TagRef, project: Project, ours: RunFacts
    ) -> Published:
        """What is on the index once the run has succeeded; files are judged when all that were uploaded show."""
        files = snapshot.index
        if not isinstance(files, ProjectFiles):
            return Published(files if files is not None else Unreachable("it was not asked"))
        there = files.files_of(project.version)[:_MOST_FILES]
        uploaded = await self._uploaded(session, route, project, ours)
        missing = uploaded - {file.filename for file in there}
        if not there or (missing and not is_given_up(snapshot.at, ours)):
            return Published(files, uploaded)
        expected = self._expected(snapshot, route, tag, ours)
        verdicts: list[FileVerdict] = []
        provenance: list[tuple[str, bytes]] = []
        unanswered: list[str] = []
        for file in there:
            answer = await self._client.find_provenance(project.normalised_name, file)
            verdicts.append(await self._judge_file(file, answer, expected))
            if isinstance(answer, Provenance):
                provenance.append((file.filename, answer.body))
            elif isinstance(answer, Unavailable) and answer.passing:
                unanswered.append(file.filename)
        return Published(files, uploaded, tuple(verdicts), tuple(provenance), tuple(unanswered))

    async def _judge_file(self, file: IndexFile, answer: ProvenanceAnswer, expected: Expected) -> FileVerdict:
        verifier = await self._get_verifier()
        # Milliseconds of computing for each attestation, and half a second to load the library the first time.
        return await asyncio.to_thread(verify_file, file.filename, file.sha256, answer, expected, verifier)

    async def _uploaded(self, session: Session, route: Route, project: Project, ours: RunFacts) -> frozenset[str]:
        """The names the publishing jobs said they upload: only with them is "the files are there" all of the files."""
        names: set[str] = set()
        for job in ours.jobs:
            if route.publishes_in(job.name):
                log = await find_log(session, job.id) or ""
                names.update(match["name"] for match in _UPLOADING.finditer(log))
        return frozenset(name for name in names if _is_of(name, project))

    def _expected(self, snapshot: Snapshot, route: Route, tag: TagRef, ours: RunFacts) -> Expected:
        repository = snapshot.repository
        return Expected(
            web_base=self._web_base,
            issuer=self._issuer,
            repository=repository.full_name,
            repository_id=repository.id,
            owner_id=repository.owner_id,
            ref=f"refs/tags/{tag.name}",
            sha=tag.commit,
            workflow=route.workflow,
            run_id=ours.run.id,
            signer_workflow=route.signer_workflow,
        )


def _is_of(filename: str, project: Project) -> bool:
    """Whether a file is of this project and version: a job may upload files of its siblings as well."""
    try:
        if filename.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return False
    return (name, version) == (project.normalised_name, project.version)
