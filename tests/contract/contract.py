"""Holds requests, answers and webhooks against GitHub's official descriptions.

The descriptions lie in ``data/``, cut down and converted by ``trim.py``. They are those of API version 2022-11-28.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from bot.sandbox.http import Request, Response
from tests.contract.findings import Finding, of_error
from tests.contract.members import Members

DATA: Final = Path(__file__).parent / "data"
REST_HOME: Final = "urn:github:rest"
HOOKS_HOME: Final = "urn:github:webhooks"

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_LONG: Final = frozenset({"basehead", "path", "ref"})
"""Variable parts of a path that may hold slashes."""
_ANYWHERE: Final = frozenset({301, 304, 307, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504})
"""Statuses with which GitHub answers any operation, whatever its description lists."""


class Contract:
    """GitHub's word, to be asked about single exchanges and deliveries.

    Args:
        folder: Where the cut descriptions lie.
        calibrated: Whether what GitHub's own examples violate counts as soft.
    """

    def __init__(self, folder: Path = DATA, *, calibrated: bool = True) -> None:
        self._rest: Mapping[str, Any] = json.loads((folder / "rest.json").read_bytes())
        self._hooks: Mapping[str, Any] = json.loads((folder / "webhooks.json").read_bytes())
        self._excused: frozenset[str] = (
            frozenset(json.loads((folder / "baseline.json").read_bytes())) if calibrated else frozenset()
        )
        self._registry = Registry(
            [
                (REST_HOME, {"$schema": _DIALECT, "schemas": self._rest["schemas"]}),
                (HOOKS_HOME, {"$schema": _DIALECT, "schemas": self._hooks["schemas"]}),
            ],
            draft=Draft202012,
        )
        self._members = Members({REST_HOME: self._rest["schemas"], HOOKS_HOME: self._hooks["schemas"]})
        self._validators: dict[str, Draft202012Validator] = {}

    # Exchanges

    def check_exchange(self, request: Request, answer: Response, prefix: str = "") -> list[Finding]:
        """What is wrong with a request and its answer; ``prefix`` is what stands before the API's own paths."""
        operation = self.find_operation(request.method, request.path.removeprefix(prefix))
        if operation is None:
            subject = f"{request.method} {request.path}"
            return [Finding(subject, "request", "is not in the description of the API")]
        subject, described = f"{operation} {answer.status}", self._rest["operations"][operation]
        findings = [*self._check_query(subject, described, request)]
        if answer.status < 400:  # A request that was refused may have been wrong on purpose.
            findings += self._check_request(subject, described, request)
        findings += self._check_answer(subject, described, answer)
        return self._excuse(findings)

    def check_answer(self, operation: str, status: int, body: Any) -> list[Finding]:
        """What is wrong with the JSON body of an answer to an operation, named like ``GET /app``."""
        schema = self._rest["operations"][operation]["answers"].get(str(status))
        return self._excuse(self._check_value(f"{operation} {status}", "answer", schema, body)) if schema else []

    def find_operation(self, method: str, path: str) -> str | None:
        """The operation that a percent-encoded path belongs to: of several, the one with the most fixed parts."""
        # To the address by number GitHub redirects after a rename; it is the same operation.
        path = re.sub(r"^/repositories/\d+(?=/|$)", "/repos/-/-", path)
        if path.endswith("/contents"):
            path += "/."  # The root of a repository: GitHub serves it, its description names a path only.
        return next((name for name, verb, shape in self._shapes if verb == method and shape.fullmatch(path)), None)

    @cached_property
    def _shapes(self) -> list[tuple[str, str, re.Pattern[str]]]:
        def count_fixed(operation: str) -> int:
            return sum(not part.startswith("{") for part in operation.split("/"))

        names = sorted(self._rest["operations"], key=count_fixed, reverse=True)
        return [(name, name.partition(" ")[0], _shape_of(name.partition(" ")[2])) for name in names]

    def _check_query(self, subject: str, described: Mapping[str, Any], request: Request) -> Iterator[Finding]:
        for name, value in request.query.items():
            schema = described["query"].get(name)
            if schema is None:
                yield Finding(subject, f"query/{name}", "is not documented")
            else:
                yield from self._check_value(subject, f"query/{name}", schema, _read_parameter(schema, value))

    def _check_request(self, subject: str, described: Mapping[str, Any], request: Request) -> Iterator[Finding]:
        body = described.get("body")
        if body is None:
            if request.body not in (b"", b"{}"):
                yield Finding(subject, "request", "has a body, and none is documented")
        elif body["schema"] is not None:
            content = _read_json(request.body)
            if request.body and content is None:
                yield Finding(subject, "request", "has a body that is not JSON")
            elif request.body:
                yield from self._check_value(subject, "request", body["schema"], content)
                for place in self._members.find_unlisted(body["schema"], content):
                    yield Finding(subject, f"request{place}", "is not documented")
            elif body["required"]:
                yield Finding(subject, "request", "has no body, and one is required")

    def _check_answer(self, subject: str, described: Mapping[str, Any], answer: Response) -> Iterator[Finding]:
        schema = described["answers"].get(str(answer.status), described["answers"].get("default"))
        if str(answer.status) not in described["answers"]:
            if answer.status not in _ANYWHERE:
                known = ", ".join(described["answers"])
                yield Finding(subject, "answer", f"is a status that is not documented ({known} are)")
            schema = {"$ref": f"{REST_HOME}#/schemas/basic-error"} if answer.status >= 400 else None
        if schema is None:
            if answer.body and answer.status not in _ANYWHERE:
                yield Finding(subject, "answer", "has a body, and none is documented")
        elif not answer.body:
            yield Finding(subject, "answer", "has no body, and one is documented")
        elif _is_json(answer):
            yield from self._check_value(subject, "answer", schema, answer.json())
        if answer.status >= 400 and answer.body:
            yield from _check_error(subject, answer)

    # Deliveries

    def check_delivery(self, event: str, body: bytes) -> list[Finding]:
        """What is wrong with the payload of a webhook."""
        payload = json.loads(body)
        name = event.replace("_", "-")
        if action := payload.get("action"):
            name += f"-{action.replace('_', '-')}"
        schema = self._hooks["payloads"].get(name)
        if schema is None:
            return [Finding(f"webhook {name}", "payload", "is not in the description of webhooks")]
        return self._excuse(self._check_value(f"webhook {name}", "payload", schema, payload))

    # Both

    def _check_value(self, subject: str, part: str, schema: Any, value: Any) -> Iterator[Finding]:
        validator = self._find_validator(subject, part, schema)
        yield from (of_error(subject, part, error) for error in validator.iter_errors(value))
        if part in {"answer", "payload"}:
            for place in self._members.find_unlisted(schema, value):
                yield Finding(subject, part + place, "is not documented", soft=True)

    def _find_validator(self, subject: str, part: str, schema: Any) -> Draft202012Validator:
        key = f"{subject} {part}"
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(schema, registry=self._registry, validate_formats=True)
        return self._validators[key]

    def _excuse(self, findings: Iterator[Finding] | list[Finding]) -> list[Finding]:
        return [replace(one, soft=True) if one.kind in self._excused else one for one in findings]


def _shape_of(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            re.escape(piece) if index % 2 == 0 else (".+" if piece in _LONG else "[^/]+")
            for index, piece in enumerate(pieces)
        )
    )


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _read_parameter(schema: Mapping[str, Any], value: str) -> Any:
    """A query's value as the description means it: numbers and truth values are spelled as in JSON."""
    is_plain = schema.get("type") == "string" or not re.fullmatch(r"\d{1,15}|true|false", value)
    return value if is_plain else json.loads(value)


def _is_json(answer: Response) -> bool:
    # A file asked for raw has the type application/vnd.github.raw+json, and is whatever it is.
    return answer.headers.get("content-type", "").startswith("application/json")


def _check_error(subject: str, answer: Response) -> Iterator[Finding]:
    """An error has a message, and says its status again in words ("Troubleshooting the REST API")."""
    content = answer.json() if _is_json(answer) else None
    if not isinstance(content, dict) or not isinstance(content.get("message"), str):
        yield Finding(subject, "answer", "is an error without a message")
