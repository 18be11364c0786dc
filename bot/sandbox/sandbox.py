"""The whole sandbox: GitHub, Actions, the package index and Sigstore around one world.

In tests `Sandbox.create` is enough: everything is a function call, and runs move when `sandbox.actions` is told to. The
demo uses `serve`, which puts GitHub and the index on ports of their own and lets time pass.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from packaging.version import Version

from bot.sandbox.acme import Acme
from bot.sandbox.acme_workspace import Package
from bot.sandbox.actions.engine import Actions
from bot.sandbox.actions.oidc import OidcIssuer, new_issuer_key
from bot.sandbox.actions.rest import PARTS
from bot.sandbox.actions.steps.building import Builder
from bot.sandbox.actions.steps.execution import Services
from bot.sandbox.actions.steps.transport import DirectTransport, HttpTransport, IndexTransport
from bot.sandbox.deliverer import Deliverer
from bot.sandbox.github import GitHubSandbox, Style
from bot.sandbox.index import PackageIndex, Publisher
from bot.sandbox.index.server import IndexServer
from bot.sandbox.server import SandboxServer
from bot.sandbox.sigstore import LocalSigstore
from bot.sandbox.world import World

# What stands inside answers while nothing is served: addresses that can lead nowhere.
_UNSERVED_API, _UNSERVED_WEB = "http://api.sandbox.invalid", "http://sandbox.invalid"
_ISSUER_PATH = "/_services/token"
# Equal trees build equal, so all sandboxes of a process share what was built, and one signing key for its cost.
_BUILDER = Builder()
_ISSUER_KEY = cache(new_issuer_key)


@dataclass
class Sandbox:
    """One world and all that lives in it.

    `trusted_root` is what a verifier must be given; `issuer.url` and `index.base` are what the bot must be told.
    """

    acme: Acme
    github: GitHubSandbox
    actions: Actions
    index: PackageIndex
    sigstore: LocalSigstore
    issuer: OidcIssuer
    deliverer: Deliverer = field(init=False)

    def __post_init__(self) -> None:
        self.deliverer = Deliverer(self.world)

    @classmethod
    def create(
        cls, acme: Acme, *, style: Style = "dotcom", over_http: bool = False, sigstore: LocalSigstore | None = None
    ) -> "Sandbox":
        """Put a sandbox around acme's world; its index trusts acme's publish workflow.

        With `over_http` the publish job really sends its uploads to the index's port, which must be served then. Worlds
        may share one `sigstore`, so that one verifier serves them all.
        """
        world = acme.world
        github = GitHubSandbox(world, PARTS, style=style)
        github.place(_UNSERVED_API, web=_UNSERVED_WEB)
        sigstore = sigstore or LocalSigstore(world.links.web)
        issuer = OidcIssuer(world.links.web + _ISSUER_PATH, clock=world.clock, key=_ISSUER_KEY())
        index = PackageIndex(sigstore, issuer, clock=world.clock)
        transport: IndexTransport = HttpTransport(index) if over_http else DirectTransport(index)
        actions = Actions(world, Services(issuer, sigstore, _BUILDER, transport))
        for package in acme.packages:
            index.state.ensure_project(package.name)
            index.state.add_publisher(package.name, acme_publisher(acme, package))
        return cls(acme, github, actions, index, sigstore, issuer)

    @property
    def world(self) -> World:
        """GitHub's memory."""
        return self.acme.world

    @property
    def trusted_root(self) -> Mapping[str, Any]:
        """The trust root of this sandbox's Sigstore, as a JSON document."""
        return self.sigstore.trusted_root()

    async def publish_history(self) -> None:
        """Put the releases that the project already has onto the index, built from their tags and attested."""
        for package in self.acme.packages:
            await self._publish_past(package)

    async def _publish_past(self, package: Package) -> None:
        store, ref = self.acme.repository.store, f"refs/tags/{package.tag}"
        sha = store.peel(store.refs(ref)[ref])
        before = "" if package.folder == "." else f"{package.folder}/"
        blobs = {
            path.removeprefix(before): store.blob(entry.sha)
            for path, entry in store.files(sha).items()
            if entry.kind == "blob" and path.startswith(before)
        }
        built = await self.actions.services.builder.build(blobs)
        claims = self._past_claims(package, ref, sha)
        identity, now = self.sigstore.identity(claims), self.world.now()
        for name, content in built.files.items():
            version = str(Version(package.version))
            file = self.index.state.add_file(package.name, version, name, content, now)
            file.publisher, file.claims = acme_publisher(self.acme, package), claims
            file.attestations = [self.sigstore.attest(name, file.sha256, identity, at=now)]

    def _past_claims(self, package: Package, ref: str, sha: str) -> dict[str, Any]:
        """The claims of a run that nobody remembers any more."""
        repository = self.acme.repository
        workflow_ref = f"{repository.full_name}/.github/workflows/{package.workflow}@{ref}"
        return {
            "iss": self.issuer.url,
            "repository": repository.full_name,
            "repository_id": str(repository.id),
            "repository_owner_id": str(repository.owner.id),
            "repository_visibility": "private" if repository.private else "public",
            "workflow": "Publish",
            "workflow_ref": workflow_ref,
            "job_workflow_ref": workflow_ref,
            "ref": ref,
            "sha": sha,
            "event_name": "push",
            "run_id": "1",
            "run_attempt": "1",
            "runner_environment": "github-hosted",
        }

    @contextlib.asynccontextmanager
    async def serve(
        self,
        *,
        port: int = 0,
        index_port: int = 0,
        web_base: str | None = None,
        pause: float | None = 0.2,
        index_mounts: Iterable[Callable[[web.Application], None]] = (),
    ) -> AsyncIterator["Sandbox"]:
        """Listen on loopback ports, post webhooks, and let runs move every `pause` seconds (None: only when told to).

        `web_base` is where people look at it, and `index_mounts` are further routes of the index: both for the demo.
        """
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(
                SandboxServer(self.github, port=port, mounts=[self._mount_issuer], web_base=web_base)
            )
            await stack.enter_async_context(IndexServer(self.index, port=index_port, mounts=index_mounts))
            self.place()
            await stack.enter_async_context(self.deliverer)
            if pause is not None:
                moving = asyncio.create_task(self.actions.run(pause), name="sandbox-actions")
                stack.push_async_callback(_stop, moving)
            yield self

    def place(self) -> None:
        """Let identities and tokens name the address at which the sandbox is served now."""
        self.sigstore.web_base = self.world.links.web
        self.issuer.url = self.world.links.web + _ISSUER_PATH

    def _mount_issuer(self, app: web.Application) -> None:
        async def configuration(_request: web.Request) -> web.Response:
            return web.json_response(self.issuer.configuration())

        async def keys(_request: web.Request) -> web.Response:
            return web.json_response(self.issuer.keys())

        app.router.add_get(f"{_ISSUER_PATH}/.well-known/openid-configuration", configuration)
        app.router.add_get(f"{_ISSUER_PATH}/.well-known/jwks", keys)


def acme_publisher(acme: Acme, package: Package) -> Publisher:
    """The trusted publisher that acme registered for one of its projects."""
    return Publisher(acme.repository.full_name, acme.organization.id, package.workflow, "pypi")


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
