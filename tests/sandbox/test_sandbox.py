"""The whole sandbox on real ports: a tag is pushed, and pip installs what came of it."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pypi_attestations import Attestation
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify import policy as rules

from bot.sandbox.acme import build_acme
from bot.sandbox.sandbox import Sandbox

ISOLATED = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "GIT_"))} | {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


async def run(*command: str | Path) -> str:
    done = await asyncio.to_thread(
        subprocess.run, list(command), env=ISOLATED, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def get_json(url: str, accept: str = "application/json") -> Any:
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Accept": accept}) as answer:
        assert answer.status == 200
        return await answer.json(content_type=None)


async def test_a_release_from_tag_to_pip(tmp_path: Path) -> None:
    acme = build_acme(trigger="tag-push", gate="none")
    sandbox = Sandbox.create(acme, over_http=True)
    async with sandbox.serve(pause=None):
        pyproject = (acme.repository.store.read("main", "pyproject.toml") or b"").decode()
        acme.hugo.push_commit("main", {"pyproject.toml": pyproject.replace('"1.1.0"', '"1.2.0"', 1)}, "Release 1.2.0")
        acme.hugo.push_tag("v1.2.0", "main")
        await sandbox.actions.settle()
        released = next(iter(acme.repository.runs.values()))
        assert released.conclusion == "success", [job.log for job in released.jobs]

        await run(sys.executable, "-m", "venv", tmp_path / "fresh")
        python = tmp_path / "fresh" / "bin" / "python"
        await run(python, "-m", "pip", "install", "-q", "--index-url", f"{sandbox.index.base}/simple/", "widget==1.2.0")
        assert await run(python, "-c", "import widget; print(widget.name())") == "widget\n"

        await run("git", "clone", "-q", f"{sandbox.world.links.web}/acme/widget.git", tmp_path / "clone")
        tagged = await run("git", "-C", tmp_path / "clone", "rev-parse", "v1.2.0^{commit}")
        assert tagged.strip() == released.head_sha

        await verify_every_file(sandbox, released.head_sha, tmp_path)


async def verify_every_file(sandbox: Sandbox, sha: str, tmp_path: Path) -> None:
    """As a stranger would: from the page of the index, with nothing but the trust root and one's own expectations."""
    root = tmp_path / "root.json"
    root.write_text(json.dumps(sandbox.trusted_root), encoding="utf-8")
    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
    web = sandbox.world.links.web
    expected = rules.AllOf(
        [
            rules.OIDCIssuerV2(f"{web}/_services/token"),
            rules.OIDCSourceRepositoryURI(f"{web}/acme/widget"),
            rules.OIDCSourceRepositoryRef("refs/tags/v1.2.0"),
            rules.OIDCSourceRepositoryDigest(sha),
            rules.OIDCBuildConfigURI(f"{web}/acme/widget/.github/workflows/publish.yml@refs/tags/v1.2.0"),
        ]
    )
    page = await get_json(f"{sandbox.index.base}/simple/widget/", "application/vnd.pypi.simple.v1+json")
    assert len(page["files"]) == 2
    for file in page["files"]:
        provenance = await get_json(file["provenance"])
        attestation = Attestation.model_validate(provenance["attestation_bundles"][0]["attestations"][0])
        _, payload = verifier.verify_dsse(attestation.to_bundle(), expected)
        assert json.loads(payload)["subject"] == [
            {"name": file["filename"], "digest": {"sha256": file["hashes"]["sha256"]}}
        ]


async def test_the_issuer_publishes_its_keys() -> None:
    sandbox = Sandbox.create(build_acme())
    async with sandbox.serve(pause=None):
        configuration = await get_json(f"{sandbox.issuer.url}/.well-known/openid-configuration")
        assert configuration["issuer"] == sandbox.issuer.url
        assert (await get_json(configuration["jwks_uri"]))["keys"][0]["kty"] == "RSA"


async def test_runs_move_by_themselves_when_served() -> None:
    acme = build_acme(trigger="tag-push", gate="rule")
    sandbox = Sandbox.create(acme)
    async with sandbox.serve(pause=0.001):
        acme.hugo.push_tag("v1.1.1", "v1.1.0")
        for _ in range(2000):
            runs = list(acme.repository.runs.values())
            if runs and runs[0].status == "waiting":
                break
            await asyncio.sleep(0.01)
        assert runs[0].status == "waiting"


async def test_what_was_released_before_is_on_the_index() -> None:
    sandbox = Sandbox.create(build_acme())
    await sandbox.publish_history()
    project = sandbox.index.state.projects["widget"]
    assert project.versions == ["1.1.0"]
    assert all(file.attestations for file in project.files.values())


async def test_each_package_of_a_workspace_was_released_from_its_own_workflow() -> None:
    sandbox = Sandbox.create(build_acme(workspace=True))
    await sandbox.publish_history()
    projects = sandbox.index.state.projects
    assert {name: project.versions for name, project in projects.items()} == {
        "acme-core": ["1.1.0"],
        "acme-cli": ["0.3.0"],
    }
    publishers = {name: [one.workflow for one in project.publishers] for name, project in projects.items()}
    assert publishers == {"acme-core": ["core.yml"], "acme-cli": ["cli.yml"]}


async def test_a_tag_of_a_package_publishes_that_package_alone() -> None:
    acme = build_acme(workspace=True, gate="none")
    sandbox = Sandbox.create(acme)
    acme.hugo.push_tag("acme-cli-v0.3.1", "main")
    await sandbox.actions.settle()
    (run,) = acme.repository.runs.values()
    assert (run.workflow.path, run.conclusion) == (".github/workflows/cli.yml", "success")
    # The files of the head still say what was released last.
    assert sorted(sandbox.index.state.projects["acme-cli"].files) == [
        "acme_cli-0.3.0-py3-none-any.whl",
        "acme_cli-0.3.0.tar.gz",
    ]


@pytest.mark.parametrize("address", [r"github\.com", "githubusercontent", r"pypi\.org"])
async def test_no_address_of_the_real_world_is_served(address: str) -> None:
    acme = build_acme(trigger="tag-push")
    sandbox = Sandbox.create(acme)
    await sandbox.publish_history()
    acme.hugo.push_tag("v1.1.1", "v1.1.0")
    await sandbox.actions.settle()
    served = [delivery.body.decode() for delivery in acme.world.deliveries]
    served += [job.log for one in acme.repository.runs.values() for job in one.jobs]
    assert not [text for text in served if re.search(address, text)]
