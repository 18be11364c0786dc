"""The Simple API's JSON (PEP 691, 700, 740, 792) read into facts.

Everything here comes from outside. A file list that is malformed in any place is refused as a whole: half a list would
make a taken version look free, or an unattested file disappear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from bot.index.facts import IndexFile, ProjectFiles

MEDIA_TYPE = "application/vnd.pypi.simple.v1+json"
"""What is asked for; the answer must say it is of this type, for an index that knows no JSON answers HTML instead."""

MAX_FILES = 100_000
"""Files a project may have (the largest on PyPI has about a quarter of that)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_TEXT = 2_000


class MalformedAnswerError(Exception):
    """The answer is not what the specification says; the message is one plain clause."""


def parse_filename(filename: str) -> tuple[str, Version] | None:
    """Canonical project name and version of a distribution file; ``None`` for what is neither a wheel nor an sdist.

    Old eggs and installers still lie on the index, and names from before the rules.
    """
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return str(name), version


def parse_project(body: bytes, *, project: str, url: str) -> ProjectFiles:
    """The file list that the index gave for ``project``; ``url`` is where it was found, for relative addresses.

    Raises:
        MalformedAnswerError: it is no such list.
    """
    document = _json_object(body)
    _check_version(document)
    wanted = canonicalize_name(project)
    if canonicalize_name(_text(document, "name")) != wanted:
        raise MalformedAnswerError("it answered about another project")
    listed = document.get("files")
    if not isinstance(listed, list) or len(listed) > MAX_FILES:
        raise MalformedAnswerError("its answer has no list of files")
    files: list[IndexFile] = []
    unparsed: list[str] = []
    for entry in listed:
        filename = _text(entry, "filename")
        parsed = parse_filename(filename)
        if parsed is None or parsed[0] != wanted:
            unparsed.append(filename)
        else:
            files.append(_file(entry, filename, parsed[1], url))
    return ProjectFiles(wanted, tuple(files), tuple(unparsed), _status(document))


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswerError("its answer is not JSON") from error
    if not isinstance(document, dict):
        raise MalformedAnswerError("its answer is not a JSON object")
    return document


def _check_version(document: Mapping[str, Any]) -> None:
    """Clients must refuse a greater major version (PEP 629)."""
    meta = document.get("meta")
    version = meta.get("api-version") if isinstance(meta, dict) else None
    if not isinstance(version, str) or version.split(".", 1)[0] != "1":
        raise MalformedAnswerError("its answer is of an API version that is not known here")


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, str) or not value or len(value) > _MAX_TEXT:
        raise MalformedAnswerError(f"its answer lacks a proper `{key}`")
    return value


def _file(entry: Mapping[str, Any], filename: str, version: Version, url: str) -> IndexFile:
    provenance = entry.get("provenance")
    if provenance is not None and not isinstance(provenance, str):
        raise MalformedAnswerError("its answer has a `provenance` that is no address")
    size = entry.get("size")
    return IndexFile(
        filename=filename,
        version=version,
        url=_join(url, _text(entry, "url")),
        sha256=_sha256(entry.get("hashes")),
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        uploaded_at=_moment(entry.get("upload-time")),
        provenance_url=_join(url, provenance) if provenance else None,
        provenance_listed="provenance" in entry,
        yanked=_yanked(entry.get("yanked", False)),
    )


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError as error:
        raise MalformedAnswerError("its answer has a malformed address") from error


def _sha256(hashes: object) -> str | None:
    value = hashes.get("sha256") if isinstance(hashes, dict) else None
    if value is None:
        return None
    if not isinstance(value, str) or not _SHA256.fullmatch(value.lower()):
        raise MalformedAnswerError("its answer has a malformed sha256")
    return value.lower()


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _yanked(value: object) -> str | None:
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    return "" if value else None


def _status(document: Mapping[str, Any]) -> str:
    status = document.get("project-status")
    word = status.get("status") if isinstance(status, dict) else status
    return word[:40] if isinstance(word, str) else "active"
