"""pypa/gh-action-pypi-publish: exchange an OIDC token, sign every file, upload.

The words in the log are the action's own where somebody might search for them; links to the real index are left out.
"""

import base64
import hashlib
import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Any

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from bot.sandbox.actions.steps.execution import Execution, StepFailedError
from bot.sandbox.actions.steps.metadata import read_metadata
from bot.sandbox.http import Response

_UNSET = "the ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset"
_CLAIMS = (
    "sub", "repository", "repository_owner", "repository_owner_id", "workflow_ref", "job_workflow_ref", "ref", "environment",
)  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """What the inputs ask for."""

    folder: str
    password: str
    attestations: bool
    skip_existing: bool
    print_hash: bool
    verify_metadata: bool


async def publish(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Publish the distributions of a folder. Raises StepFailedError at the first thing that goes wrong."""
    plan = _read_plan(execution, inputs)
    distributions = _distributions(execution, plan)
    token = plan.password or await _exchange(execution)
    if plan.verify_metadata:
        for name in distributions:
            execution.log.write(f"Checking {plan.folder}/{name}: PASSED")
    attested = plan.attestations and not plan.password
    signed = _sign(execution, distributions) if attested else {}
    if plan.print_hash:
        _print_hashes(execution, distributions)
    await _upload_all(execution, plan, token, distributions, signed)


def _read_plan(execution: Execution, inputs: Mapping[str, Any]) -> _Plan:
    """Inputs in kebab-case, or in the older snake_case."""
    named = {name.replace("_", "-"): value for name, value in inputs.items()}
    if execution.text(named, "user", "__token__") != "__token__":
        raise StepFailedError("Password-based uploads disabled")
    wanted = execution.text(named, "repository-url").strip()
    base = execution.services.index.base
    if wanted and wanted.rstrip("/") != f"{base}/legacy":
        raise StepFailedError(f"The sandbox uploads to its own index only ({base}/legacy/), not to {wanted}")
    if wanted and not wanted.endswith("/"):
        raise StepFailedError("Your repository URL is missing a trailing slash. Please add it and try again.")
    password = execution.text(named, "password").strip()
    if password and execution.flag(named, "attestations", default=True):
        execution.log.mark_warning(
            "The workflow was run with the 'attestations: true' input, but an explicit password was also set, "
            "disabling Trusted Publishing. As a result, the attestations input is ignored."
        )
    return _Plan(
        execution.text(named, "packages-dir", "dist").removeprefix("./").rstrip("/"),
        password,
        execution.flag(named, "attestations", default=True),
        execution.flag(named, "skip-existing", default=False),
        execution.flag(named, "print-hash", default=True),
        execution.flag(named, "verify-metadata", default=True),
    )


def _distributions(execution: Execution, plan: _Plan) -> dict[str, bytes]:
    """The files to upload, wheels before sdists as twine sorts them."""
    prefix = f"{plan.folder}/"
    found = {path.removeprefix(prefix): content for path, content in execution.files.items() if path.startswith(prefix)}
    if not found:
        execution.log.mark_warning(
            "It looks like there are no Python distribution packages to publish in the directory "
            f"'{plan.folder}'. Please verify that they are in place should you face this problem."
        )
        raise StepFailedError(f"InvalidDistribution: Cannot find file (or expand pattern): '{plan.folder}/*'")
    for name in found:
        if not name.endswith((".whl", ".tar.gz")) or "/" in name:
            raise StepFailedError(f"InvalidDistribution: Unknown distribution format: '{name.rpartition('/')[2]}'")
    return dict(sorted(found.items(), key=lambda item: (not item[0].endswith(".whl"), item[0])))


async def _exchange(execution: Execution) -> str:
    """Trusted Publishing: an upload token for the identity of this run."""
    index = execution.services.index
    execution.log.write(
        "##[notice]Attempting to perform trusted publishing exchange to retrieve a temporary short-lived API token for "
        f"authentication against {index.base}/legacy/ due to __token__ username with no supplied password field"
    )
    audience = await _send(execution, "GET", "/_/oidc/audience")
    if audience.status != 200:
        reason = _AUDIENCE_FAILURES.get(audience.status, f"responded with unexpected {audience.status}")
        raise _exchange_failure(f"audience retrieval failed: repository at {_host(index.base)} {reason}")
    token = _identity_token(execution, audience.json()["audience"])
    minted = await _send(execution, "POST", "/_/oidc/mint-token", body=json.dumps({"token": token}).encode())
    if minted.status == 422:
        raise _exchange_failure(_refused(execution, minted.json()["errors"]))
    if minted.status != 200:
        unexpected = f"Token request failed: the index produced an unexpected {minted.status} response."
        raise _exchange_failure(
            f"{unexpected}\n\nThis strongly suggests a server configuration or downtime issue; wait a few minutes and try again."
        )
    return str(minted.json()["token"])


_AUDIENCE_FAILURES = {
    404: "does not indicate trusted publishing support",
    403: "has trusted publishing disabled",
}


def _identity_token(execution: Execution, audience: str) -> str:
    """What the runner's token endpoint gives; it exists only with `id-token: write`."""
    if execution.definition.permissions.get("id-token") != "write":
        raise _exchange_failure(
            f"OpenID Connect token retrieval failed: GitHub: missing or insufficient OIDC token permissions, {_UNSET}\n\n"
            "This generally indicates a workflow configuration error, such as insufficient\n"
            "permissions. Make sure that your workflow has `id-token: write` configured\n"
            "at the job level, e.g.:\n\n```yaml\npermissions:\n  id-token: write\n```"
        )
    if execution.switches.oidc_unavailable:
        raise _exchange_failure("OpenID Connect token retrieval failed: GitHub: OIDC token request failed (code=503)")
    return execution.services.issuer.issue(execution.claims(), audience)


def _exchange_failure(message: str) -> StepFailedError:
    return StepFailedError(
        f"Trusted publishing exchange failure: \n{message}\n\n"
        "You're seeing this because the action wasn't given the inputs needed to\n"
        "perform password-based or token-based authentication. If you intended to\n"
        "perform one of those authentication methods instead of trusted\n"
        "publishing, then you should double-check your secret configuration and variable\nnames."
    )


def _refused(execution: Execution, errors: list[dict[str, str]]) -> str:
    reasons = "\n".join(f"* `{error['code']}`: {error['description']}" for error in errors)
    claims = execution.claims()
    rendered = "\n".join(f"* `{name}`: `{claims.get(name, 'MISSING')}`" for name in _CLAIMS)
    return (
        f"Token request failed: the server refused the request for the following reasons:\n\n{reasons}\n\n"
        "This generally indicates a trusted publisher configuration error, but could\n"
        "also indicate an internal error on GitHub or PyPI's part.\n\n"
        "The claims rendered below are **for debugging purposes only**. You should **not**\n"
        "use them to configure a trusted publisher unless they already match your expectations.\n\n"
        f"If a claim is not present in the claim set, then it is rendered as `MISSING`.\n\n{rendered}"
    )


def _sign(execution: Execution, distributions: Mapping[str, bytes]) -> dict[str, str]:
    """A publish attestation for each file, signed with this run's own identity."""
    identity = execution.services.sigstore.identity({**execution.claims(), "iss": execution.services.issuer.url})
    signed = {}
    for name, content in distributions.items():
        digest = hashlib.sha256(content).hexdigest()
        attestation = execution.services.sigstore.attest(name, digest, identity, at=execution.live.now())
        signed[name] = json.dumps([attestation])
        execution.log.write(f"Generating and signing a PEP 740 attestation for {name}")
    return signed


def _print_hashes(execution: Execution, distributions: Mapping[str, bytes]) -> None:
    execution.log.write("Showing hash values of files to be uploaded:")
    for name, content in distributions.items():
        blake2 = hashlib.blake2b(content, digest_size=32).hexdigest()
        lines = (name, "", f"SHA256: {hashlib.sha256(content).hexdigest()}", f"BLAKE2-256: {blake2}", "")
        execution.log.write("\n".join(lines))


async def _upload_all(
    execution: Execution, plan: _Plan, token: str, distributions: Mapping[str, bytes], signed: Mapping[str, str]
) -> None:
    """Upload file after file and stop at the first refusal: what went before it is published."""
    url = f"{execution.services.index.base}/legacy/"
    execution.log.write(f"Uploading distributions to {url}")
    published: set[str] = set()
    for name, content in distributions.items():
        execution.log.write(f"Uploading {name}")
        headers, body = _upload_form(name, content, token, signed.get(name))
        answer = await _send(execution, "POST", "/legacy/", headers, body)
        message = _message(answer)
        if plan.skip_existing and (answer.status == 409 or "already exist" in message):
            execution.log.write(f"WARNING  Skipping {name} because it appears to already exist")
        elif answer.status != 200:
            reason = {400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway"}.get(answer.status, "Error")
            execution.log.write(f"ERROR    HTTPError: {answer.status} {reason} from {url}\n         {message}")
            raise StepFailedError("Process completed with exit code 1.")
        published.add(_page(execution.services.index.base, name))
    execution.log.write("\nView at:\n" + "\n".join(sorted(published)))


def _page(base: str, filename: str) -> str:
    try:
        name, version = (
            parse_wheel_filename(filename)[:2] if filename.endswith(".whl") else parse_sdist_filename(filename)
        )
    except (InvalidSdistFilename, InvalidWheelFilename):
        return base
    return f"{base}/project/{name}/{version}/"


def _upload_form(name: str, content: bytes, token: str, attestations: str | None) -> tuple[dict[str, str], bytes]:
    """Headers and body of the legacy upload, as twine sends it."""
    metadata = HeaderParser().parsestr(read_metadata(name, content))
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": metadata.get("Metadata-Version", ""),
        "name": metadata.get("Name", ""),
        "version": metadata.get("Version", ""),
        "filetype": "bdist_wheel" if name.endswith(".whl") else "sdist",
        "pyversion": "py3" if name.endswith(".whl") else "source",
        "requires_python": metadata.get("Requires-Python", ""),
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    if attestations is not None:
        fields["attestations"] = attestations
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    file_head = f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="{name}"\r\n'
    parts.append(file_head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    credentials = base64.b64encode(f"__token__:{token}".encode()).decode()
    headers = {"authorization": f"Basic {credentials}", "content-type": f"multipart/form-data; boundary={boundary}"}
    return headers, b"".join(parts) + f"--{boundary}--\r\n".encode()


def _message(answer: Response) -> str:
    """The sentence in an error page of the index."""
    text = re.sub(
        r"<title>.*?</title>|<h1>.*?</h1>|<[^>]+>", " ", answer.body.decode(errors="replace"), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


async def _send(
    execution: Execution, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Response:
    try:
        return await execution.services.index.send(method, path, headers, body)
    except ConnectionError as error:
        execution.log.write(f"requests.exceptions.ConnectionError: ('Connection aborted.', {error})")
        raise StepFailedError("Process completed with exit code 1.") from error


def _host(base: str) -> str:
    return base.partition("://")[2]
