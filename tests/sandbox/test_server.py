"""The sandbox on a port: an unmodified gidgethub and an unmodified git."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import gidgethub
import gidgethub.apps
import pytest
from gidgethub.aiohttp import GitHubAPI

from bot.sandbox.clock import SystemClock
from bot.sandbox.faults import Lost, When
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.server import SandboxServer
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
async def server(desk: Desk) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(desk.sandbox) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def log_in(desk: Desk, session: aiohttp.ClientSession, base: str) -> GitHubAPI:
    # The sandbox's clock stands still; gidgethub signs with the machine's.
    desk.world.clock = SystemClock()
    answer = await gidgethub.apps.get_installation_access_token(
        GitHubAPI(session, "tests", base_url=base),
        installation_id=str(desk.acme.installation.id),
        app_id=desk.acme.app.client_id,
        private_key=desk.acme.private_key,
    )
    return GitHubAPI(session, "tests", base_url=base, oauth_token=answer["token"])


async def git(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        "git",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode().strip()


async def test_gidgethub_alone_can_open_and_merge_a_pull_request(
    desk: Desk, server: SandboxServer, session: aiohttp.ClientSession
) -> None:
    api = await log_in(desk, session, server.base)
    head = (await api.getitem(f"{REPO}/git/ref/heads/main"))["object"]["sha"]
    entry = {"path": "a.txt", "mode": "100644", "type": "blob", "content": "a"}
    tree = await api.post(f"{REPO}/git/trees", data={"base_tree": head, "tree": [entry]})
    commit = await api.post(f"{REPO}/git/commits", data={"message": "m", "tree": tree["sha"], "parents": [head]})
    await api.post(f"{REPO}/git/refs", data={"ref": "refs/heads/work", "sha": commit["sha"]})
    with pytest.raises(gidgethub.InvalidField, match="Reference already exists"):
        await api.post(f"{REPO}/git/refs", data={"ref": "refs/heads/work", "sha": commit["sha"]})
    pull = await api.post(f"{REPO}/pulls", data={"title": "t", "head": "work", "base": "main"})
    merged = await api.put(f"{REPO}/pulls/{pull['number']}/merge", data={"sha": commit["sha"]})
    assert merged["merged"] is True
    assert merged["sha"] == desk.head
    assert [one["number"] async for one in api.getiter(f"{REPO}/pulls?per_page=1&state=all")] == [2, 1]
    answer = await api.graphql("{ viewer { login } }", endpoint=f"{server.base}/graphql")
    assert answer == {"viewer": {"login": "aweigh[bot]"}}
    assert api.rate_limit is not None


async def test_an_enterprise_host_answers_below_api(desk: Desk, session: aiohttp.ClientSession) -> None:
    desk.sandbox = GitHubSandbox(desk.world, style="enterprise")
    async with SandboxServer(desk.sandbox) as server:
        api = await log_in(desk, session, f"{server.base}/api/v3")
        repository = await api.getitem(REPO)
        assert repository["url"] == f"{server.base}/api/v3{REPO}"
        assert repository["html_url"] == f"{server.base}/acme/widget"
        answer = await api.graphql("{ viewer { login } }", endpoint=f"{server.base}/api/graphql")
        assert answer["viewer"]["login"] == "aweigh[bot]"
        with pytest.raises(gidgethub.BadRequest):
            await GitHubAPI(session, "tests", base_url=server.base, oauth_token=api.oauth_token).getitem(REPO)


async def test_the_web_base_is_a_setting(desk: Desk) -> None:
    async with SandboxServer(desk.sandbox, web_base="http://127.0.0.1:1") as server:
        pull = await desk.api.get(f"{REPO}/pulls/1")
        assert pull["html_url"] == "http://127.0.0.1:1/acme/widget/pull/1"
        assert pull["url"] == f"{server.base}{REPO}/pulls/1"


async def test_a_lost_answer_breaks_the_connection(
    desk: Desk, server: SandboxServer, session: aiohttp.ClientSession
) -> None:
    desk.sandbox.faults.add(When(), Lost(applied=True))
    with pytest.raises(aiohttp.ClientError):  # aiohttp itself repeats what is idempotent, so this is a POST.
        await session.post(f"{server.base}{REPO}/labels")


@needs_git
async def test_git_clones_and_fetches_what_the_api_made(desk: Desk, server: SandboxServer, tmp_path: Path) -> None:
    url, clone = f"{server.base}/acme/widget.git", str(tmp_path / "widget")
    assert await git("clone", "--quiet", url, clone) == (0, "")
    assert (await git("-C", clone, "rev-parse", "HEAD"))[1] == desk.head
    assert (await git("-C", clone, "cat-file", "-t", "v1.1.0"))[1] == "tag"
    assert (await git("-C", clone, "fsck", "--strict"))[0] == 0
    tag = await desk.api.post(
        f"{REPO}/git/tags", {"tag": "v1.2.0", "message": "m", "object": desk.head, "type": "commit"}
    )
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": tag["sha"]})
    sha = await desk.branch("work", {"a": "a"})
    assert (await git("-C", clone, "fetch", "--quiet", "--tags"))[0] == 0
    assert (await git("-C", clone, "rev-parse", "v1.2.0^{commit}"))[1] == desk.head
    assert (await git("-C", clone, "rev-parse", "origin/work"))[1] == sha
    shallow = str(tmp_path / "shallow")
    assert (await git("clone", "--quiet", "--depth", "1", url, shallow))[0] == 0


@needs_git
async def test_pushing_is_refused_and_private_repositories_are_hidden(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    url, clone = f"{server.base}/acme/widget.git", str(tmp_path / "widget")
    await git("clone", "--quiet", url, clone)
    status, said = await git("-C", clone, "push", "origin", "HEAD:refs/heads/evil")
    assert status != 0
    assert "403" in said
    assert desk.repository.store.find_ref("refs/heads/evil") is None
    desk.repository.private = True
    assert (await git("ls-remote", url))[0] != 0
