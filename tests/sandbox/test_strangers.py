"""The sandbox judged by clients that are none of ours: each makes a tour of it and parses every answer.

gidgethub and PyGithub are unmodified and know nothing but an address; git, pip and twine have tests of their own
(``test_server``, ``test_sandbox``, ``index/test_server``).
"""

import asyncio
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import gidgethub.apps
import github
import pytest
import pytest_asyncio
from gidgethub.aiohttp import GitHubAPI
from github.GithubObject import GithubObject

from bot.sandbox.acme import build_acme
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.checks import CheckRun
from tests.contract.watching import held_to_contract
from tests.sandbox.client import REPO, app_key, as_installation

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Sandbox]:
    """A world in which something of everything has happened."""
    acme = build_acme(trigger="tag-push", gate="reviewers", private_key=app_key())
    sandbox = Sandbox.create(acme, over_http=True)
    with held_to_contract(sandbox.github, requests=False):
        async with sandbox.serve(pause=None):
            await sandbox.publish_history()
            await live_a_day(sandbox)
            yield sandbox


async def live_a_day(sandbox: Sandbox) -> None:
    acme = sandbox.acme
    acme.mona.comment(acme.feature.number, "Looks **good**.")
    acme.mona.label(acme.feature.number, "feature")
    acme.hugo.submit_review(acme.feature.number, "Fine.", "APPROVE")
    acme.mona.merge_pull(acme.feature.number, "squash")
    acme.mona.push_commit("main", {"pyproject.toml": _bumped(sandbox)}, "Release 1.2.0")
    acme.mona.push_tag("v1.2.0", "main")
    await sandbox.actions.settle()
    acme.hugo.review_deployment(next(iter(acme.repository.runs.values())), "pypi", "approved", "Go.")
    await sandbox.actions.settle()
    acme.mona.publish_release("v1.2.0", name="1.2.0", body="Notes")
    acme.mona.push_commit("next", {"next.txt": "next"}, "Something else")
    acme.mona.open_pull("next", "Something else", "Because.")
    api = as_installation(sandbox.github, acme)
    head = acme.repository.store.find_ref("refs/heads/main")
    check = {"name": "Release", "head_sha": head, "status": "completed", "conclusion": "success"}
    await api.post(f"{REPO}/check-runs", check | {"output": {"title": "All is well", "summary": "It is."}})


def _bumped(sandbox: Sandbox) -> str:
    text = sandbox.acme.repository.store.read("main", "pyproject.toml")
    assert text is not None
    return text.decode().replace('version = "1.1.0"', 'version = "1.2.0"')


def own_check(sandbox: Sandbox) -> CheckRun:
    return next(run for run in sandbox.acme.repository.check_runs.values() if run.app is sandbox.acme.app)


# gidgethub


async def test_gidgethub_reads_everything_there_is(town: Sandbox) -> None:
    acme, base = town.acme, town.world.links.api
    run = next(iter(acme.repository.runs.values()))
    async with aiohttp.ClientSession() as session:
        made = await gidgethub.apps.get_installation_access_token(
            GitHubAPI(session, "tests", base_url=base),
            installation_id=str(acme.installation.id),
            app_id=acme.app.client_id,
            private_key=acme.private_key,
        )
        api = GitHubAPI(session, "tests", base_url=base, oauth_token=made["token"])
        for path in ONE:
            found = await api.getitem(path.format(run=run.id, head=run.head_sha, check=own_check(town).id))
            assert isinstance(found, dict), path
        for path, member in MANY.items():
            filled = path.format(run=run.id, head=run.head_sha)
            separator = "&" if "?" in filled else "?"
            one_by_one = [item async for item in api.getiter(f"{filled}{separator}per_page=1", iterable_key=member)]
            at_once = [item async for item in api.getiter(f"{filled}{separator}per_page=100", iterable_key=member)]
            assert one_by_one, path
            assert len(one_by_one) == len(at_once), path


ONE = (
    REPO,
    f"{REPO}/branches/main",
    f"{REPO}/collaborators/mona/permission",
    f"{REPO}/commits/main",
    f"{REPO}/compare/v1.1.0...main",
    f"{REPO}/contents/pyproject.toml",
    f"{REPO}/environments/pypi",
    f"{REPO}/environments/pypi/deployment_protection_rules",
    f"{REPO}/git/ref/tags/v1.1.0",
    f"{REPO}/git/trees/main?recursive=1",
    f"{REPO}/issues/1",
    f"{REPO}/pulls/1",
    f"{REPO}/releases/latest",
    f"{REPO}/releases/tags/v1.2.0",
    f"{REPO}/actions/runs/{{run}}",
    f"{REPO}/actions/workflows/publish.yml",
    f"{REPO}/check-runs/{{check}}",
    f"{REPO}/commits/{{head}}/check-runs",
    "/rate_limit",
)
MANY = {
    f"{REPO}/activity": "items",
    f"{REPO}/branches": "items",
    f"{REPO}/commits": "items",
    f"{REPO}/deployments": "items",
    f"{REPO}/git/matching-refs/tags/": "items",
    f"{REPO}/issues/1/comments": "items",
    f"{REPO}/issues/1/labels": "items",
    f"{REPO}/pulls?state=all": "items",
    f"{REPO}/pulls/1/commits": "items",
    f"{REPO}/pulls/1/files": "items",
    f"{REPO}/pulls/1/reviews": "items",
    f"{REPO}/releases": "items",
    f"{REPO}/tags": "items",
    f"{REPO}/actions/runs": "workflow_runs",
    f"{REPO}/actions/runs/{{run}}/jobs": "jobs",
    f"{REPO}/actions/workflows": "workflows",
    f"{REPO}/environments": "environments",
    "/installation/repositories": "repositories",
}


# PyGithub


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Some properties are there for those who know no better ones.
async def test_pygithub_reads_and_understands_everything_there_is(town: Sandbox) -> None:
    acme, base = town.acme, town.world.links.api
    read = await asyncio.to_thread(tour, base, acme.app.id, acme.private_key, own_check(town).id)
    assert {"Repository", "PullRequest", "WorkflowRun", "WorkflowJob", "GitRelease", "CheckRun", "Environment"} <= read


async def test_pygithub_makes_a_release(town: Sandbox) -> None:
    acme, base = town.acme, town.world.links.api
    await asyncio.to_thread(release_by_hand, base, acme.app.id, acme.private_key)
    (made,) = [one for one in acme.repository.releases.values() if one.tag_name == "v7.0.0"]
    assert [asset.name for asset in made.assets] == ["widget.txt"]


@contextmanager
def log_in(base: str, app_id: int, private_key: str) -> Iterator[github.Github]:
    auth = github.Auth.AppAuth(app_id, private_key)
    with github.GithubIntegration(base_url=base, auth=auth, seconds_between_requests=None) as found:
        (installation,) = found.get_installations()
        with installation.get_github_for_installation() as client:
            assert client.requester.hostname == "127.0.0.1"
            yield client


def tour(base: str, app_id: int, private_key: str, check_run: int) -> set[str]:
    """Look at every property of everything; the names of the classes that were met."""
    seen: set[str] = set()
    with log_in(base, app_id, private_key) as client:
        for thing in list_things(client.get_repo("acme/widget"), check_run):
            look(thing, seen)
    return seen


def list_things(repository: Any, check_run: int) -> Iterable[Any]:
    """Whatever PyGithub knows of and the sandbox serves."""
    yield repository
    pull = repository.get_pull(1)
    yield from (pull, *pull.get_commits(), *pull.get_files(), *pull.get_reviews(), *pull.get_issue_comments())
    yield from repository.get_pulls(state="all")
    issue = repository.get_issue(1)
    yield from (issue, *issue.get_comments(), *issue.get_labels())
    yield from (*repository.get_branches(), *repository.get_tags(), *repository.get_releases())
    yield from repository.get_latest_release().get_assets()
    yield from repository.get_commits()
    comparison = repository.compare("v1.1.0", "main")
    yield from (comparison, *comparison.commits, *comparison.files)
    yield repository.get_git_ref("tags/v1.1.0")
    yield repository.get_git_tag(repository.get_git_ref("tags/v1.1.0").object.sha)
    yield repository.get_git_tree("main", recursive=True)
    yield repository.get_git_commit(comparison.commits[-1].sha)
    yield repository.get_contents("pyproject.toml")
    yield repository.get_check_run(check_run)
    workflow = repository.get_workflow("publish.yml")
    yield from (workflow, *repository.get_workflows())
    for run in workflow.get_runs():
        yield from (run, *run.jobs())
    environment = repository.get_environment("pypi")
    yield from (environment, *repository.get_environments())
    for deployment in repository.get_deployments():
        yield from (deployment, *deployment.get_statuses())


def look(thing: Any, seen: set[str]) -> None:
    """Read every property, so that PyGithub has to make sense of each: it raises for a value of another type."""
    seen.add(type(thing).__name__)
    for name in dir(type(thing)):
        if isinstance(getattr(type(thing), name), property) and name not in NOT_SERVED:
            value = getattr(thing, name)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, GithubObject):
                    seen.add(type(part).__name__)


NOT_SERVED = frozenset({"protection"})
"""Properties for which PyGithub asks with a permission that the App has not: reading protection is administration."""


def release_by_hand(base: str, app_id: int, private_key: str) -> None:
    with log_in(base, app_id, private_key) as client:
        release_in(client.get_repo("acme/widget"))


def release_in(repository: Any) -> None:
    head = repository.get_branch("main").commit
    tag = repository.create_git_tag("v7.0.0", "widget 7.0.0", head.sha, "commit")
    repository.create_git_ref("refs/tags/v7.0.0", tag.sha)
    with pytest.raises(github.GithubException, match="Reference already exists"):
        repository.create_git_ref("refs/tags/v7.0.0", tag.sha)
    release = repository.create_git_release("v7.0.0", "7.0.0", "Notes", draft=True, make_latest="false")
    release.upload_asset_from_memory(io.BytesIO(b"hello"), 5, "widget.txt", "text/plain")
    assert release.update_release("7.0.0", "Other notes", draft=False).draft is False
    with pytest.raises(github.UnknownObjectException):
        repository.get_git_ref("tags/v8.0.0")
