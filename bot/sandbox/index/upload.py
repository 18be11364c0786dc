"""The legacy upload: `POST /legacy/` with the rules a file must meet to be stored for ever."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    canonicalize_version,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from bot.sandbox.http import Request, Response
from bot.sandbox.index.faults import IndexFaults
from bot.sandbox.index.multipart import Part, parse_form
from bot.sandbox.index.state import File, IndexState, Project, UploadToken
from bot.sandbox.index.supplied import AttestationRefusedError, read_attestations

_HELP = "See the help page for more information."
_CLOSED_AFTER = timedelta(days=14)
_NAME_REUSE = "This filename was previously used by a file that has since been deleted. Use a different version."


class UploadRefusedError(Exception):
    """The upload is not stored; `status` and the message are the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class _Upload:
    """The form of one upload, taken apart."""

    name: str
    version: Version
    filename: str
    content: bytes
    fields: Mapping[str, str]


def upload(state: IndexState, request: Request, faults: IndexFaults, now: datetime) -> Response:
    """Store one file, or say why not. The very same file again is 200 and changes nothing."""
    if faults.uploads_disabled:
        return _answer(403, f"New uploads are temporarily disabled. {_HELP}")
    try:
        token = _authenticate(state, request, now)
        received = _read(request)
        project = _find_project(state, received, token)
        stored = project.files.get(received.filename)
        if stored is None or stored.content != received.content:
            _check(state, project, received, now)
            file = _file(received, token, now)
            file.hidden_reads = faults.hidden_reads
            project.files[file.filename] = file
            state.touch(project)
    except UploadRefusedError as error:
        return _answer(error.status, str(error))
    if faults.lost_upload_answers > 0:
        faults.lost_upload_answers -= 1
        return _answer(502, "Bad Gateway")
    return Response(200, {"content-type": "text/html; charset=UTF-8"})


def _answer(status: int, message: str) -> Response:
    """An error as the index words it: the message stands in the middle of a small page."""
    reason = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"}[status]
    page = f"<html>\n <head>\n  <title>{status} {reason}</title>\n </head>\n <body>\n  <h1>{status} {reason}</h1>\n"
    page += f"  {_PREAMBLE.get(status, '')}<br/><br/>\n{message}\n\n\n </body>\n</html>"
    return Response(status, {"content-type": "text/html; charset=UTF-8"}, page.encode())


_PREAMBLE = {
    400: "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    403: "Access was denied to this resource.",
}


def _authenticate(state: IndexState, request: Request, now: datetime) -> UploadToken:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = password = ""
    token = state.tokens.get(password)
    if scheme.lower() != "basic" or not user:
        raise UploadRefusedError(403, f"Invalid or non-existent authentication information. {_HELP}")
    if user != "__token__":
        raise UploadRefusedError(403, f"Username/Password authentication is no longer supported. {_HELP}")
    if token is None:
        raise UploadRefusedError(403, f"Invalid or non-existent authentication information. {_HELP}")
    if token.expires_at is not None and token.expires_at < now:
        raise UploadRefusedError(403, "Invalid API Token: token is expired")
    return token


def _read(request: Request) -> _Upload:
    try:
        parts = parse_form(request.headers.get("content-type", ""), request.body)
    except ValueError:
        raise UploadRefusedError(400, "Include at least one message digest.") from None
    fields = {part.name: part.text for part in parts if part.filename is None}
    if fields.get(":action") != "file_upload":
        raise UploadRefusedError(400, "Invalid value for :action. Error: Use one of the known values.")
    sent = next((part for part in parts if part.name == "content" and part.filename), None)
    if sent is None or sent.filename is None:
        raise UploadRefusedError(400, "Upload payload does not have a file.")
    return _Upload(fields.get("name", ""), _version(fields), sent.filename, _checked_content(sent, fields), fields)


def _version(fields: Mapping[str, str]) -> Version:
    text = fields.get("version", "")
    try:
        version = Version(text)
    except InvalidVersion:
        raise UploadRefusedError(400, f"'{text}' is invalid for 'version'") from None
    if version.local:
        raise UploadRefusedError(400, f"The use of local versions in '{version}' is not allowed. {_HELP}")
    return version


def _checked_content(sent: Part, fields: Mapping[str, str]) -> bytes:
    digests = {
        "sha256_digest": hashlib.sha256(sent.content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(sent.content, digest_size=32).hexdigest(),
    }
    supplied = {name: fields[name].lower() for name in digests if fields.get(name)}
    if not supplied and not fields.get("md5_digest"):
        raise UploadRefusedError(400, "Include at least one message digest.")
    if any(digests[name] != value for name, value in supplied.items()):
        raise UploadRefusedError(400, "The digest supplied does not match a digest calculated from the uploaded file.")
    return sent.content


def _find_project(state: IndexState, received: _Upload, token: UploadToken) -> Project:
    name = canonicalize_name(received.name)
    project = state.projects.get(name)
    if project is None and token.publisher is not None:
        raise UploadRefusedError(400, f"Non-user identities cannot create new projects. {_HELP}")
    if project is not None and project.status != "active":
        raise UploadRefusedError(403, f"The given token isn't allowed to upload to project '{name}'. {_HELP}")
    if name not in token.projects:
        kind = "OIDC scoped token" if token.publisher is not None else "project-scoped token"
        raise UploadRefusedError(403, f"Invalid API Token: {kind} is not valid for project: '{name}'")
    return project or state.ensure_project(name)


def _check(state: IndexState, project: Project, received: _Upload, now: datetime) -> None:
    """The rules a new file must meet, in the order the index asks them."""
    _check_filename(project.name, received)
    if received.filename in state.burnt_filenames:
        raise UploadRefusedError(400, _NAME_REUSE)
    blake2 = hashlib.blake2b(received.content, digest_size=32).hexdigest()
    for other in state.projects.values():
        for file in other.files.values():
            if file.filename == received.filename or file.content == received.content:
                detail = f"'{received.filename}', with blake2_256 hash '{blake2}'"
                raise UploadRefusedError(400, f"File already exists ({detail}). {_HELP}")
    release = project.release(received.version)
    if received.filename.endswith(".tar.gz") and any(file.is_sdist for file in release):
        raise UploadRefusedError(400, "Only one sdist may be uploaded per release.")
    if release and now - min(file.uploaded_at for file in release) > _CLOSED_AFTER:
        message = f"Uploading new files to releases older than {_CLOSED_AFTER.days} days is not allowed."
        raise UploadRefusedError(400, message)


def _check_filename(project: str, received: _Upload) -> None:
    """PEP 625 for sdists, the wheel's own rules for wheels; name and version must be those of the metadata."""
    filename, prefix = received.filename, project.replace("-", "_")
    try:
        name, version = _parse_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename):
        raise UploadRefusedError(400, f"Invalid file extension or name: '{filename}'. {_HELP}") from None
    if name != project:
        raise UploadRefusedError(400, f"Start filename for '{project}' with '{prefix}'.")
    if canonicalize_version(version) != canonicalize_version(received.version):
        raise UploadRefusedError(400, f"Version in filename should be '{received.version}' not '{version}'.")
    if filename.endswith(".tar.gz") and filename != f"{prefix}-{version}.tar.gz":
        raise UploadRefusedError(400, f"Filename '{filename}' is invalid, should be '{prefix}-{version}.tar.gz'.")
    if filename.endswith(".whl") and not filename.startswith(f"{prefix}-"):
        raise UploadRefusedError(400, f"Filename '{filename}' should contain the normalized project name '{prefix}'.")


def _parse_filename(filename: str) -> tuple[str, Version]:
    if filename.endswith(".whl"):
        name, version, _, _ = parse_wheel_filename(filename)
        return name, version
    if not filename.endswith(".tar.gz"):
        raise InvalidSdistFilename(filename)
    return parse_sdist_filename(filename)


def _file(received: _Upload, token: UploadToken, now: datetime) -> File:
    file = File(
        received.filename,
        received.version,
        received.content,
        now,
        requires_python=received.fields.get("requires_python") or None,
        publisher=token.publisher,
        claims=token.claims,
    )
    if text := received.fields.get("attestations"):
        try:
            file.attestations = read_attestations(text, token.publisher, file.filename, file.sha256)
        except AttestationRefusedError as error:
            raise UploadRefusedError(400, str(error)) from error
    return file
