"""The integrity API: what attests to a file (PEP 740)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.sandbox.http import Request, Response, reply
from bot.sandbox.index.faults import IndexFaults, Provenance
from bot.sandbox.index.state import File
from bot.sandbox.sigstore import LocalSigstore

MEDIA_TYPE = "application/vnd.pypi.integrity.v1+json"
_OFFERED = frozenset({"", "*/*", "application/*", "application/json", MEDIA_TYPE})


def provenance(
    file: File | None, request: Request, faults: IndexFaults, sigstore: LocalSigstore, now: Callable[[], datetime]
) -> Response:
    """The answer to `/integrity/<project>/<version>/<filename>/provenance`.

    200 with the provenance object; 404 with a message when the file has none, with another when there is no such file;
    403 when attestations are switched off; 406 for a media type that is not offered.
    """
    if faults.html_only or file is None:
        return reply(404, {"message": "Not Found"})
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}
    if not accepted & _OFFERED:
        return reply(406, {"message": "Request not acceptable"})
    switch = faults.provenance_of(file.filename)
    if switch.status is not None:
        return reply(switch.status, {"message": _MESSAGES.get(switch.status, "Service Unavailable")})
    if switch.body is not None:
        return Response(200, {"content-type": switch.content_type}, switch.body)
    if not file.attestations or not switch.listed:
        return reply(404, {"message": f"No provenance available for {file.filename}"})
    return reply(200, _provenance_object(file, switch, sigstore, now()), {"content-type": MEDIA_TYPE})


_MESSAGES = {403: "Attestations temporarily disabled", 404: "Not Found"}


def _provenance_object(file: File, switch: Provenance, sigstore: LocalSigstore, now: datetime) -> dict[str, Any]:
    attestations = file.attestations
    if switch.is_reminted and file.claims is not None:
        identity = sigstore.identity(file.claims)
        disguised = switch.disguise(identity) if switch.disguise else identity
        attestations = [sigstore.attest(file.filename, file.sha256, disguised, at=now, flaw=switch.flaw)]
    publisher = file.publisher.as_provenance() if file.publisher else None
    return {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": attestations}]}
