"""The index as one function from request to answer."""

import html
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bot.sandbox.clock import Clock, SystemClock
from bot.sandbox.http import Request, Response, reply
from bot.sandbox.index import integrity, simple, trusted_publishing
from bot.sandbox.index.faults import IndexFaults
from bot.sandbox.index.state import File, IndexState, Project
from bot.sandbox.index.trusted_publishing import TokenVerifier
from bot.sandbox.index.upload import upload
from bot.sandbox.sigstore import LocalSigstore

_NOT_FOUND = Response(404, {"content-type": "text/html; charset=UTF-8"}, b"<h1>404 Not Found</h1>")
_PART = "([^/]+)"
_Handler = Callable[..., Response]
_FILE_TYPES = {".whl": "application/octet-stream", ".gz": "application/x-tar", ".metadata": "text/plain"}


class ConnectionLostError(ConnectionError):
    """The index is unreachable: whoever carries the request must break the connection instead of answering."""


class PackageIndex:
    """One package index.

    Attributes:
        base: Its own address without a trailing slash; set it before the first request when the port is known late.
        audience: What OIDC tokens must be made out to.
        state: What it stores; tests read and seed it.
        faults: The switches.
    """

    def __init__(
        self,
        sigstore: LocalSigstore,
        verifier: TokenVerifier,
        *,
        base: str = "http://index.sandbox.invalid",
        audience: str = "sandbox-index",
        clock: Clock | None = None,
    ) -> None:
        self.base = base
        self.audience = audience
        self.state = IndexState()
        self.faults = IndexFaults()
        self._sigstore = sigstore
        self._verifier = verifier
        self._clock: Clock = clock or SystemClock()
        self._routes: list[tuple[str, str, _Handler]] = [
            ("GET", "/simple/", self._simple_index),
            ("GET", f"/simple/{_PART}/?", self._simple_project),
            ("GET", f"/integrity/{_PART}/{_PART}/{_PART}/provenance", self._integrity),
            ("GET", "/_/oidc/audience", self._audience),
            ("POST", "/_/oidc/mint-token", self._mint_token),
            ("POST", "/legacy/", self._upload),
            ("POST", "/legacy", self._upload_without_slash),
            ("GET", f"/packages/[^/]+/[^/]+/[^/]+/{_PART}", self._download),
            ("GET", f"/pypi/{_PART}/{_PART}/json", self._release_json),
            ("GET", f"/project/{_PART}/{_PART}/", self._project_page),
            ("GET", f"/project/{_PART}/", self._project_page),
        ]

    def handle(self, request: Request) -> Response:
        """Answer one request. Raises ConnectionLostError when the index is switched off."""
        if self.faults.unreachable == "connection":
            raise ConnectionLostError("the index is unreachable")
        if self.faults.unreachable is not None:
            return Response(self.faults.unreachable, {"content-type": "text/html"}, b"<h1>Service Unavailable</h1>")
        asked = "GET" if request.method == "HEAD" else request.method
        for method, pattern, handler in self._routes:
            match = re.fullmatch(pattern, request.path) if method == asked else None
            if match is not None:
                response = handler(request, *(unquote(part) for part in match.groups()))
                return response if request.method != "HEAD" else Response(response.status, response.headers)
        return _NOT_FOUND

    def _simple_index(self, request: Request) -> Response:
        return simple.index_page(self.state, request)

    def _simple_project(self, request: Request, name: str) -> Response:
        canonical = canonicalize_name(name)
        if canonical != name or not request.path.endswith("/"):
            return Response(301, {"location": f"{self.base}/simple/{quote(canonical)}/"})
        project = self.state.projects.get(canonical)
        if project is None:
            return _NOT_FOUND
        return simple.project_page(self.base, project, request, self.faults)

    def _integrity(self, request: Request, name: str, version: str, filename: str) -> Response:
        file = self._find_file(name, version, filename)
        return integrity.provenance(file, request, self.faults, self._sigstore, self._clock.now)

    def _audience(self, request: Request) -> Response:
        return trusted_publishing.audience(self.audience, disabled=self.faults.trusted_publishing_disabled)

    def _mint_token(self, request: Request) -> Response:
        return trusted_publishing.mint_token(
            self.state,
            request,
            self._verifier,
            audience_name=self.audience,
            now=self._clock.now(),
            disabled=self.faults.trusted_publishing_disabled,
        )

    def _upload(self, request: Request) -> Response:
        return upload(self.state, request, self.faults, self._clock.now())

    def _upload_without_slash(self, request: Request) -> Response:
        message = b"An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing slash)"
        return Response(308, {"location": f"{self.base}/legacy/", "content-type": "text/plain"}, message)

    def _download(self, request: Request, filename: str) -> Response:
        wanted = filename.removesuffix(".metadata")
        file = next((p.files[wanted] for p in self.state.projects.values() if wanted in p.files), None)
        if file is None or not request.path.startswith(quote(file.path)):
            return _NOT_FOUND
        content = file.content if wanted == filename else file.find_metadata()
        if content is None:
            return _NOT_FOUND
        media = _FILE_TYPES.get(f".{filename.rpartition('.')[2]}", "application/octet-stream")
        return Response(200, {"content-type": media, "content-length": str(len(content))}, content)

    def _project_page(self, request: Request, name: str, version: str | None = None) -> Response:
        project = self.state.find_project(name)
        files = self._release_files(project, version) if project else []
        if project is None or (version is not None and not files):
            return _NOT_FOUND
        return Response(200, {"content-type": "text/html; charset=UTF-8"}, _page(self.base, project, files).encode())

    def _release_json(self, request: Request, name: str, version: str) -> Response:
        project = self.state.find_project(name)
        files = self._release_files(project, version) if project else []
        if project is None or not files:
            return reply(404, {"message": "Not Found"})
        info = {"name": project.name, "version": str(files[0].version), "yanked": files[0].yanked is not False}
        urls = [
            {
                "filename": f.filename,
                "digests": {"sha256": f.sha256, "blake2b_256": f.blake2_256},
                "url": self.base + f.path,
            }
            for f in files
        ]
        return reply(200, {"info": info, "urls": urls, "last_serial": project.serial, "vulnerabilities": []})

    def _find_file(self, name: str, version: str, filename: str) -> File | None:
        project = self.state.find_project(name)
        file = project.files.get(filename) if project else None
        try:
            visible = file is not None and file.version == Version(version) and file.hidden_reads <= 0
        except InvalidVersion:
            return None
        return file if visible else None

    def _release_files(self, project: Project, version: str | None) -> list[File]:
        visible = [file for file in project.files.values() if file.hidden_reads <= 0]
        if version is None:
            return visible
        try:
            return [file for file in visible if file.version == Version(version)]
        except InvalidVersion:
            return []


def _page(base: str, project: Project, files: list[File]) -> str:
    rows = "\n".join(
        f'<li><a href="{base}{file.path}">{html.escape(file.filename)}</a> <code>{file.sha256}</code></li>'
        for file in files
    )
    title = f"{project.name} {files[-1].version}" if files else project.name
    return (
        f"<!doctype html>\n<title>{html.escape(title)} · sandbox index</title>\n<h1>{html.escape(title)}</h1>\n"
        f"<p>A sandbox: nothing here was published to the world.</p>\n"
        f"<pre>pip install --index-url {base}/simple/ {project.name}</pre>\n<ul>\n{rows}\n</ul>\n"
    )
