"""Cut GitHub's official descriptions down to what the sandbox serves and tells, and write them to ``data/``.

Run it by hand, with npm at hand, whenever the sandbox gains a route or GitHub's descriptions have moved on::

    python -m tests.contract.trim

Everything is converted to JSON Schema 2020-12 on the way, without descriptions and examples. What GitHub's own examples
violate is written down in ``data/baseline.json``: nobody can be blamed for doing as they do.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from graphql import Node, Visitor, parse, print_ast, strip_ignored_characters, visit

from bot.sandbox import rest
from bot.sandbox.acme import EVENTS
from bot.sandbox.actions.rest import PARTS as ACTIONS
from tests.contract.contract import DATA, HOOKS_HOME, REST_HOME, Contract
from tests.contract.json_schema import close_over, find_references, to_json_schema

PACKAGES: Final = {
    "rest": "@octokit/openapi@23.0.2",
    "webhooks": "@octokit/openapi-webhooks@12.1.0",
    "graphql": "@octokit/graphql-schema@15.26.1",
    "examples": "@octokit/webhooks-examples@7.6.1",
}
_DESCRIPTION: Final = "package/generated/api.github.com.json"
_TOLD: Final = (*EVENTS, "installation", "installation_repositories", "issues", "pull_request_review_comment")
"""The events that the sandbox may tell, whether or not our App hears of them."""


def fetch_packages(folder: Path) -> dict[str, Path]:
    """The unpacked packages, by their short names, taken from npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch GitHub's descriptions")
    found = {}
    for name, package in PACKAGES.items():
        subprocess.run([npm, "pack", "--silent", package, "--pack-destination", str(folder)], check=True)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder / name, filter="data")
        archive.unlink()
        found[name] = folder / name
    return found


def cut_rest(document: Mapping[str, Any], wanted: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The wanted operations (method and path template) with the schemas they lead to."""
    operations = {}
    for method, template in sorted(set(wanted)):
        item = document["paths"].get(template, {})
        if method.lower() in item:
            operations[f"{method} {template}"] = _cut_operation(document, item, item[method.lower()])
    schemas = close_over({"basic-error", *find_references(operations)}, document["components"]["schemas"], REST_HOME)
    return {"operations": operations, "schemas": schemas}


def _cut_operation(document: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]) -> Any:
    parameters = [_resolve(document, one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
    query = {one["name"]: to_json_schema(one["schema"], REST_HOME) for one in parameters if one["in"] == "query"}
    answers = {status: _resolve(document, answer) for status, answer in operation["responses"].items()}
    cut: dict[str, Any] = {
        "query": query,
        "answers": {status: _json_schema_of(answer) for status, answer in answers.items()},
    }
    if "requestBody" in operation:
        body = _resolve(document, operation["requestBody"])
        cut["body"] = {"required": body.get("required", False), "schema": _json_schema_of(body)}
    return cut


def _json_schema_of(described: Mapping[str, Any]) -> Any:
    """The schema of a JSON body, or None where there is none."""
    contents = described.get("content", {})
    schema = next((content.get("schema") for kind, content in contents.items() if "json" in kind), None)
    return None if schema is None else to_json_schema(schema, REST_HOME)


def _resolve(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def cut_webhooks(document: Mapping[str, Any], events: Iterable[str]) -> dict[str, Any]:
    """The wanted events, each action by its own name, with the schemas they lead to."""
    wanted = set(events)
    payloads = {}
    for name, item in sorted(document["webhooks"].items()):
        event = item["post"]["operationId"].partition("/")[0].replace("-", "_")
        if event in wanted:
            content = item["post"]["requestBody"]["content"]["application/json"]
            payloads[name] = to_json_schema(content["schema"], HOOKS_HOME)
    schemas = close_over(find_references(payloads), document["components"]["schemas"], HOOKS_HOME)
    return {"payloads": payloads, "schemas": schemas}


def cut_graphql(text: str) -> str:
    """The whole schema without its descriptions, one definition to a line."""
    document = visit(parse(text, no_location=True), _Silencer())
    return "".join(strip_ignored_characters(print_ast(one)) + "\n" for one in document.definitions)


class _Silencer(Visitor):
    """Takes the descriptions out of a document."""

    def leave(self, node: Node, *_: object) -> Any:
        """Answers the node without its description."""
        # The visitor takes None for "leave it as it is".
        return replace(node, description=None) if getattr(node, "description", None) else None  # type: ignore[call-arg]


def list_routes() -> Iterator[tuple[str, str]]:
    """Every route of the sandbox, and the one that ``deploy/register.py`` asks: its method and its template."""
    yield "POST", "/app-manifests/{code}/conversions"
    for route in chain.from_iterable(part.all for part in [*rest.PARTS, *ACTIONS, rest.UPLOADS]):
        yield route.method, route.template


def list_baseline(contract: Contract, document: Mapping[str, Any], hooks: Iterable[Mapping[str, Any]]) -> list[str]:
    """What GitHub's own published examples violate, each kind of finding once."""
    found = set()
    for operation, status, example in _list_examples(document):
        found |= {one.kind for one in contract.check_answer(operation, status, example)}
    for hook in hooks:
        for example in hook["examples"]:
            if hook["name"] in _TOLD:
                found |= {one.kind for one in contract.check_delivery(hook["name"], json.dumps(example).encode())}
    return sorted(found)


def _list_examples(document: Mapping[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """The examples of the operations that the sandbox serves: operation, status and body."""
    for method, template in sorted(set(list_routes())):
        operation = document["paths"].get(template, {}).get(method.lower(), {"responses": {}})
        for status, answer in operation["responses"].items():
            for content in _resolve(document, answer).get("content", {}).values():
                for example in content.get("examples", {}).values():
                    yield f"{method} {template}", int(status), _resolve(document, example)["value"]


def main() -> None:
    """Fetch, cut and write everything."""
    DATA.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary:
        found = fetch_packages(Path(temporary))
        described = json.loads((found["rest"] / _DESCRIPTION).read_bytes())
        _write("rest.json", cut_rest(described, list_routes()))
        _write("webhooks.json", cut_webhooks(json.loads((found["webhooks"] / _DESCRIPTION).read_bytes()), _TOLD))
        (DATA / "schema.graphql").write_text(cut_graphql((found["graphql"] / "package/schema.graphql").read_text()))
        hooks = json.loads((found["examples"] / "package/api.github.com/index.json").read_bytes())
        baseline = list_baseline(Contract(calibrated=False), described, hooks)
        (DATA / "baseline.json").write_text(json.dumps(baseline, indent=1) + "\n")
    (DATA / "README.md").write_text(_README.format(**PACKAGES))


def _write(name: str, content: Any) -> None:
    (DATA / name).write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")


_README: Final = """\
# GitHub's descriptions, cut down

Written by `python -m tests.contract.trim`; not edited by hand.

| file | cut from | licence |
| --- | --- | --- |
| `rest.json` | npm `{rest}`, `generated/api.github.com.json` | MIT, Copyright (c) 2020 Octokit contributors |
| `webhooks.json` | npm `{webhooks}`, `generated/api.github.com.json` | MIT, Copyright (c) 2020 Octokit contributors |
| `schema.graphql` | npm `{graphql}`, `schema.graphql` | MIT, Copyright (c) GitHub 2025 |
| `baseline.json` | what the examples in the first package and in npm `{examples}` violate | MIT |

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice (including the next paragraph) shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


if __name__ == "__main__":
    main()
