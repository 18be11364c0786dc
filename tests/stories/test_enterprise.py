"""A GitHub that is not github.com: other addresses throughout, and PyPI trusts none of its workflows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.index.addresses import PYPI
from bot.sandbox.acme_files import Trigger
from tests.stories.theatre import open_theatre


@pytest.mark.parametrize("trigger", ["release-published", "tag-push"])
async def test_a_release_on_an_enterprise_server_goes_to_an_index_of_its_own(tmp_path: Path, trigger: Trigger) -> None:
    async with open_theatre(tmp_path, style="enterprise", trigger=trigger) as theatre:
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert "verified" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == ["widget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz"]
        requests = theatre.sandbox.world.requests
        assert {request.status for request in requests} <= {200, 201, 204, 304, 302, 404}
        paths = {request.path for request in requests}
        assert all(path.startswith(("/api/v3/", "/api/graphql", "/api/uploads/", "/_storage/")) for path in paths)
        assert "/api/graphql" in paths
        if trigger == "tag-push":
            # The release is a draft until the bundles of its attestations hang on it.
            assert any(path.startswith("/api/uploads/repos/acme/widget/releases/") for path in paths)
            assert theatre.release("v1.2.0").assets
        (delivery,) = [one for one in theatre.sandbox.world.deliveries if one.event == "deployment_protection_rule"]
        assert "X-GitHub-Enterprise-Host" in delivery.request_headers


async def test_pypi_trusts_no_workflow_outside_github_com(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, style="enterprise", upload_hosts=PYPI.upload_hosts) as theatre:
        store = theatre.acme.repository.store
        before = store.refs("refs/heads/") | store.refs("refs/tags/")
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        reply = theatre.reply(theatre.feature)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "trusts workflows on github.com alone" in reply
        assert "AWEIGH_INDEXES" in reply
        assert theatre.find_release_pull() is None
        assert store.refs("refs/heads/") | store.refs("refs/tags/") == before
