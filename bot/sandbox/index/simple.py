"""The Simple API: PEP 503 (HTML), 691 (JSON), 700 (versions, size, upload-time), 740 (provenance), 792 (status)."""

import hashlib
import html
import json
import re
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.http import Request, Response
from bot.sandbox.index.faults import IndexFaults
from bot.sandbox.index.state import File, IndexState, Project

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
_HTML_TYPE = "application/vnd.pypi.simple.v1+html"
_LEGACY_TYPE = "text/html"
_API_VERSION = "1.4"
_CACHE_CONTROL = "max-age=600, public"


def negotiate(accept: str) -> str:
    """The media type an Accept header asks for. As on PyPI an absent or unknown one gets HTML, never a 406."""
    wanted: list[tuple[float, str]] = []
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if re.fullmatch(r"q=[01](\.\d+)?", p)), "1")
        wanted.append((float(quality), media.replace("simple.latest", "simple.v1")))
    offered = [(quality, media) for quality, media in wanted if media in (JSON_TYPE, _HTML_TYPE, _LEGACY_TYPE)]
    # Of several with the same quality the first one listed wins: max() keeps the earlier.
    return max(offered, key=lambda pair: pair[0])[1] if offered else _LEGACY_TYPE


def project_page(base: str, project: Project, request: Request, faults: IndexFaults) -> Response:
    """`/simple/<name>/`: the project's visible files; each reading brings hidden ones closer to being seen."""
    files = [] if project.status == "quarantined" else _visible(project)
    media = _LEGACY_TYPE if faults.html_only else negotiate(request.headers.get("accept", ""))
    if media == JSON_TYPE:
        body = json.dumps(_project_json(base, project, files, faults)).encode()
    else:
        body = _project_html(base, project, files).encode()
    return _cacheable(request, media, body, project.serial)


def index_page(state: IndexState, request: Request) -> Response:
    """`/simple/`: the names of all projects."""
    media = negotiate(request.headers.get("accept", ""))
    names = sorted(state.projects)
    if media == JSON_TYPE:
        meta = {"api-version": _API_VERSION, "_last-serial": state.serial}
        body = json.dumps({"meta": meta, "projects": [{"name": name} for name in names]}).encode()
    else:
        body = "".join(f'<a href="/simple/{name}/">{name}</a><br/>\n' for name in names).encode()
    return _cacheable(request, media, body, state.serial)


def _visible(project: Project) -> list[File]:
    shown = [file for file in project.files.values() if file.hidden_reads <= 0]
    for file in project.files.values():
        file.hidden_reads = max(file.hidden_reads - 1, 0)
    return shown


def _project_json(base: str, project: Project, files: list[File], faults: IndexFaults) -> dict[str, Any]:
    versions = sorted({file.version for file in files})
    return {
        "meta": {"api-version": _API_VERSION, "_last-serial": project.serial},
        "name": project.name,
        "project-status": {"status": project.status},
        "versions": [str(version) for version in versions],
        "alternate-locations": [],
        "files": [_file_json(base, project, file, faults) for file in files],
    }


def _file_json(base: str, project: Project, file: File, faults: IndexFaults) -> dict[str, Any]:
    metadata = file.find_metadata()
    digest: Any = {"sha256": hashlib.sha256(metadata).hexdigest()} if metadata is not None else False
    return {
        "filename": file.filename,
        "url": base + file.path,
        "hashes": {"sha256": file.sha256},
        "size": len(file.content),
        "upload-time": iso(file.uploaded_at).replace("Z", ".000000Z"),
        "requires-python": file.requires_python,
        "yanked": file.yanked,
        "core-metadata": digest,
        "data-dist-info-metadata": digest,
        "provenance": provenance_url(base, project, file, faults),
    }


def provenance_url(base: str, project: Project, file: File, faults: IndexFaults) -> str | None:
    """Where a file's provenance is found; None when it has none."""
    if not file.attestations or not faults.provenance_of(file.filename).listed:
        return None
    return f"{base}/integrity/{project.name}/{quote(str(file.version))}/{quote(file.filename)}/provenance"


def _project_html(base: str, project: Project, files: list[File]) -> str:
    anchors = "\n".join(_anchor(base, file) for file in files)
    return (
        f'<!DOCTYPE html>\n<html>\n<head><meta name="pypi:repository-version" content="{_API_VERSION}">'
        f"<title>Links for {project.name}</title></head>\n"
        f"<body>\n<h1>Links for {project.name}</h1>\n{anchors}\n</body>\n</html>\n"
    )


def _anchor(base: str, file: File) -> str:
    attributes = {"href": f"{base}{file.path}#sha256={file.sha256}"}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not False:
        attributes["data-yanked"] = file.yanked if isinstance(file.yanked, str) else ""
    rendered = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {rendered}>{html.escape(file.filename)}</a><br />"


def _cacheable(request: Request, media: str, body: bytes, serial: int) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    charset = "; charset=UTF-8" if media == _LEGACY_TYPE else ""
    headers = {
        "content-type": media + charset,
        "etag": tag,
        "cache-control": _CACHE_CONTROL,
        "vary": "Accept, Accept-Encoding",
        "x-pypi-last-serial": str(serial),
    }
    known = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    return Response(304, headers) if tag in known else Response(200, headers, body)
