"""What stands in ``deploy/`` is true: the manifest asks for what the code uses, the images install what is pinned."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from bot.github.access import list_permissions
from bot.intake.events import list_events
from bot.sandbox.acme import EVENTS, PERMISSIONS
from bot.sandbox.permissions import Needs, alternatives
from bot.sandbox.subscriptions import EVENT_PERMISSIONS
from bot.settings.operator import OperatorSettings
from tests.contract.watching import load_contract
from tests.requests_used import list_mutations, list_requests
from tests.sandbox.graph.test_mutations import NEEDS

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
MANIFEST: dict[str, Any] = json.loads((DEPLOY / "app-manifest.json").read_text())
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
COMPOSE: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
SETTINGS = {
    str(field.validation_alias or f"AWEIGH_{name.upper()}") for name, field in OperatorSettings.model_fields.items()
}


def list_needs() -> dict[str, tuple[Needs, ...]]:
    """What each request in the code needs, by GitHub's own table: the sets of permissions that are enough together."""
    needs: dict[str, tuple[Needs, ...]] = {name: (((NEEDS[name][0], "write"),),) for name in list_mutations()}
    for method, path in list_requests():
        operation = load_contract().find_operation(method, path)
        assert operation is not None, f"GitHub has no {method} {path}"
        needs[operation] = alternatives(method, operation.partition(" ")[2])
    return needs


def lacking(granted: dict[str, str]) -> list[str]:
    """The requests that an App with these permissions cannot make."""
    rank = {"": 0, "read": 1, "write": 2}
    return [
        request
        for request, needed in list_needs().items()
        if not any(all(rank[granted.get(name, "")] >= rank[level] for name, level in needs) for needs in needed)
    ]


def test_the_manifest_asks_for_the_permissions_that_the_code_uses() -> None:
    asked = MANIFEST["default_permissions"]
    assert asked == list_permissions()
    assert len(list_needs()) > 40
    assert lacking(asked) == []


@pytest.mark.rule(22)
@pytest.mark.parametrize("name", MANIFEST["default_permissions"])
def test_the_manifest_asks_for_no_permission_that_the_code_does_not_use(name: str) -> None:
    asked = MANIFEST["default_permissions"]
    for less in [{}, {name: "read"}] if asked[name] == "write" else [{}]:
        left = {one: level for one, level in asked.items() if one != name} | less
        assert lacking(left) or any(EVENT_PERMISSIONS[event] not in left for event in MANIFEST["default_events"])


def test_the_manifest_asks_for_the_events_that_the_code_reads() -> None:
    # GitHub sends these to every App, and refuses a manifest that lists them.
    unasked = {"installation", "installation_repositories", "github_app_authorization"}
    assert MANIFEST["default_events"] == sorted(set(list_events()) - unasked)


@pytest.mark.parametrize("event", MANIFEST["default_events"])
def test_every_event_comes_with_its_permission(event: str) -> None:
    """GitHub takes no manifest with an event whose permission is not asked for."""
    assert EVENT_PERMISSIONS[event] in MANIFEST["default_permissions"]


def test_the_sandbox_grants_no_more_than_the_manifest_asks_for() -> None:
    assert MANIFEST["default_permissions"] == PERMISSIONS
    assert set(MANIFEST["default_events"]) <= set(EVENTS)


def test_the_manifest_has_what_github_requires() -> None:
    assert MANIFEST["url"].startswith("https://")
    assert MANIFEST["hook_attributes"]["url"].endswith("/webhook")
    assert set(MANIFEST) <= {
        "name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public",
        "default_events", "default_permissions", "request_oauth_on_install", "setup_on_update",
    }  # fmt: skip


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    base = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", CONTAINERFILE.partition("\nFROM ")[0], re.MULTILINE)
    assert base is not None, "an argument of the first FROM stands before it"
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-\w+", base[1])
    assert set(re.findall(r"^FROM (\S+)", CONTAINERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert COMPOSE["services"]["aweigh"]["build"]["args"] == {"PYTHON_IMAGE": f"${{PYTHON_IMAGE:-{base[1]}}}"}
    final = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert final.index("USER 10001") < final.index("ENTRYPOINT")
    assert "/readyz" in final.partition("HEALTHCHECK")[2]
    for line in re.findall(r"pip install .*", CONTAINERFILE):
        assert "--require-hashes" in line or "--no-index" in line, line


def test_the_image_copies_what_is_there_and_let_in() -> None:
    allowed = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()
    for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE):
        for source in shlex.split(line)[:-1]:
            assert (ROOT / source).exists(), source
            assert source.split("/")[0] in allowed, source


def test_every_requirement_of_the_image_has_a_hash() -> None:
    for name in ("run.txt", "build.txt"):
        blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text().strip())
        pinned = [block for block in blocks if not block.startswith("#")]
        assert pinned
        assert all("==" in block and "--hash=sha256:" in block for block in pinned)
    assert "hatchling==" in (ROOT / "requirements/build.txt").read_text()
    assert "psycopg" in (ROOT / "requirements/run.txt").read_text(), "the compose file brings PostgreSQL"


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_whatever_extra_is_asked_for_is_pinned_with_it(name: str) -> None:
    """Older pips, Debian 12's among them, take an extra that has no pin of its own for a package without one."""
    pinned = [Requirement(line) for line in re.findall(r"^(\S+==[^\\\n]+)", _read_requirements(name), re.MULTILINE)]
    extras = {canonicalize_name(one.name): one.extras for one in pinned}
    asked = [
        (needed, wanted.name)
        for wanted in pinned
        if wanted.marker is None or wanted.marker.evaluate()
        for line in distribution(wanted.name).requires or ()
        if (needed := Requirement(line)).extras and _is_asked_for(needed, wanted.extras)
    ]
    assert asked, "some package asks for an extra of another one"
    for needed, by in asked:
        assert needed.extras <= extras[canonicalize_name(needed.name)], f"{by} asks for {needed}"


def _read_requirements(name: str) -> str:
    return (ROOT / "requirements" / name).read_text()


def _is_asked_for(needed: Requirement, extras: set[str]) -> bool:
    return needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras or {""})


def test_the_compose_file_waits_for_a_healthy_database_and_stays_on_loopback() -> None:
    bot, database = COMPOSE["services"]["aweigh"], COMPOSE["services"]["database"]
    assert bot["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"]
    assert re.fullmatch(r"\$\{POSTGRES_IMAGE:-docker\.io/library/postgres:\d+\.\d+-\w+\}", database["image"])
    assert all(port.startswith("127.0.0.1:") for port in bot["ports"])
    assert (DEPLOY / bot["build"]["context"] / bot["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert bot["environment"]["DATABASE_URL"].startswith("postgresql://")


def test_every_variable_that_is_set_somewhere_is_a_setting() -> None:
    named = set(COMPOSE["services"]["aweigh"]["environment"])
    named |= set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "aweigh.env.example").read_text(), re.MULTILINE))
    named |= set(re.findall(r"\b(AWEIGH_[A-Z_]+|DATABASE_URL|PORT)=", CONTAINERFILE))
    named |= set(re.findall(r"^Environment=(\w+)=", (DEPLOY / "aweigh.service").read_text(), re.MULTILINE))
    assert named <= SETTINGS
    assert {"AWEIGH_APP_ID", "AWEIGH_WEBHOOK_SECRET", "AWEIGH_PRIVATE_KEY", "AWEIGH_HOST"} <= named


def test_the_unit_can_be_read() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / "aweigh.service").read_text())
    assert unit["Service"]["ExecStart"] == "/opt/aweigh/bin/aweigh serve"
    assert unit["Service"]["DynamicUser"] == "yes"


def test_the_procfile_serves_to_the_outside_at_the_platforms_port() -> None:
    kind, _, command = (ROOT / "Procfile").read_text().strip().partition(": ")
    assert (kind, command) == ("web", "AWEIGH_HOST=0.0.0.0 aweigh serve")
    assert "PORT" in SETTINGS, "the platform sets it"
