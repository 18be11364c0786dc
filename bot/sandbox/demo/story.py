"""The story of the demo: one release of acme/widget, from a comment to a package that installs.

Every stage acts as a person would, then waits until the world shows what the bot must have done by itself.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bot.sandbox.acme import GateKind, build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.demo.bot_process import BotFailedError, run_bot
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.install import InstallFailedError, install
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.runs import Gate

VERSION = "1.2.0"
_STAGE_SECONDS = 60.0
_BOT = "aweigh[bot]"
_ATTESTED = "✅ verified"
_FILES = 2
_T = TypeVar("_T")


class StageFailedError(Exception):
    """What had to happen did not."""


class Story:
    """One telling of the story against one sandbox."""

    def __init__(self, sandbox: Sandbox, display: Display, method: MergeMethod, gate: GateKind) -> None:
        self.sandbox, self.display, self.method, self.gate = sandbox, display, method, gate
        self.acme = sandbox.acme

    async def play(self) -> None:
        """Play every stage. Raises StageFailedError at the first that fails."""
        feature = self.acme.feature
        self.display.begin(f"mona asks for {VERSION}")
        self.acme.mona.comment(feature.number, f"/release {VERSION}")
        self.display.conversation(feature)
        pull = await self._release_pull()
        self._merge(pull)
        await self._tag(pull)
        if self.gate in ("rule", "both"):
            await self._approve(pull)
        if self.gate in ("reviewers", "both"):
            await self._review(pull)
        await self._published(pull)
        await self._install()

    async def _release_pull(self) -> PullRequest:
        title = "The bot opens the release pull request"
        pull = await self._until(title, self._find_pull)
        await self._until(title, lambda: self.acme.feature.comments[-1].user.login == _BOT)
        await self._until(title, lambda: bool(pull.comments))
        self.display.pull(pull)
        self.display.conversation(self.acme.feature)
        self.display.conversation(pull)
        self.display.done(title, f"#{pull.number}, check run “Release” on {pull.head_sha[:7]}")
        return pull

    def _merge(self, pull: PullRequest) -> None:
        title = f"main moves on, and hugo merges #{pull.number} ({self.method})"
        self.display.begin(title)
        self.acme.wanda.push_commit("main", {"NOTES.md": "Somebody was faster.\n"}, "Add notes")
        sha = self.acme.hugo.merge_pull(pull.number, self.method)
        self.display.done(title, f"{sha[:7]} is on main")

    async def _tag(self, pull: PullRequest) -> None:
        title = f"The annotated tag v{VERSION} is on exactly that commit"
        store = self.acme.repository.store
        await self._until(title, lambda: store.find_ref(f"refs/tags/v{VERSION}"))
        tagged = store.peel(store.refs("refs/tags/")[f"refs/tags/v{VERSION}"])
        if tagged != pull.merge_commit_sha:
            raise StageFailedError(f"{title}: it is on {tagged}")
        self.display.done(title, tagged[:7])

    async def _approve(self, pull: PullRequest) -> None:
        title = "The publish run waits at its gate, and hugo approves"
        self.display.begin(title)
        await self._until(title, lambda: any("wants to publish" in comment.body for comment in pull.comments))
        self.display.conversation(pull)
        self.acme.hugo.comment(pull.number, f"/release approve {VERSION}")
        await self._until(title, lambda: not any(gate.waiting_for_apps for gate in self._gates()))
        self.display.conversation(pull)
        self.display.done(title, "the gate is open for exactly that run and commit")

    async def _review(self, pull: PullRequest) -> None:
        title = "A required reviewer of the environment reviews on the run's page"
        self.display.begin(title)
        await self._until(title, lambda: any("required reviewers" in comment.body for comment in pull.comments))
        self.display.conversation(pull)
        run = max(self.acme.repository.runs.values(), key=lambda run: run.id)
        self.acme.hugo.review_deployment(run, "pypi", "approved", "Ready.")
        self.display.done(title, "hugo approved the deployment")

    async def _published(self, pull: PullRequest) -> None:
        title = "The files are on the index, and their attestations are verified"
        self.display.begin(title)
        final = await self._until(title, lambda: next((one for one in pull.comments if "🎉" in one.body), None))
        await self._until(title, lambda: "Released" in pull.comments[0].body)
        self.display.conversation(pull)
        if final.body.count(_ATTESTED) != _FILES:
            raise StageFailedError(f"{title}: not every file is verified")
        self.display.done(title, "checked against the run, the commit and the tag, from the digests alone")

    async def _install(self) -> None:
        title = f"pip installs widget {VERSION} from the index into a fresh environment"
        self.display.begin(title)
        check = "import widget; print(widget.__version__)"
        try:
            shown = await install(self.sandbox.index.base, f"widget=={VERSION}", check)
        except InstallFailedError as error:
            raise StageFailedError(f"{title}: {error}") from error
        if shown != VERSION:
            raise StageFailedError(f"{title}: {shown}")
        self.display.done(title, f"widget.__version__ is {shown}")

    def _find_pull(self) -> PullRequest | None:
        for issue in self.acme.repository.issues.values():
            if isinstance(issue, PullRequest) and issue.user.login == _BOT:
                return issue
        return None

    def _gates(self) -> Iterator[Gate]:
        for run in self.acme.repository.runs.values():
            yield from run.gates

    async def _until(self, title: str, find: Callable[[], _T | None]) -> _T:
        """Wait for the first true thing that ``find`` finds."""
        self.display.begin(title)
        try:
            async with asyncio.timeout(_STAGE_SECONDS):
                while True:
                    found = find()
                    if found:
                        return found
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StageFailedError(f"{title}: not within {_STAGE_SECONDS:.0f} s") from None


async def play(*, trigger: Trigger, gate: GateKind, method: MergeMethod, stay: bool) -> bool:
    """Play the story in a fresh world; True when every stage went well. With ``stay`` world and bot go on until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="aweigh-demo-") as name:
        folder = Path(name)
        sandbox = Sandbox.create(build_acme(trigger=trigger, gate=gate), over_http=True)
        async with sandbox.serve():
            await sandbox.publish_history()
            display = Display(_count_stages(gate))
            display.announce(*_banner(sandbox, trigger, gate))
            try:
                async with run_bot(sandbox, folder) as address:
                    sandbox.acme.app.webhook_url = f"{address}/webhook"
                    display.note(f"aweigh serve listens at {address}; its log is {folder / 'bot.log'}")
                    with display:
                        await Story(sandbox, display, method, gate).play()
                    if stay:
                        display.announce(*_farewell(sandbox))
                        await asyncio.Event().wait()
            except BotFailedError as error:
                display.failed("The bot did not start", str(error))
            except StageFailedError as error:
                display.failed("The story broke off", str(error))
                display.note((folder / "bot.log").read_text(errors="replace")[-4000:])
            else:
                return True
            return False


def _count_stages(gate: GateKind) -> int:
    return 5 + {"rule": 1, "reviewers": 1, "both": 2, "none": 0}[gate]


def _banner(sandbox: Sandbox, trigger: Trigger, gate: GateKind) -> list[str]:
    return [
        "[bold]This is a sandbox.[/bold] GitHub, the package index and Sigstore are stand-ins on this machine;",
        "the bot is the real one, in a process of its own, and knows nothing of it.",
        f"GitHub: {sandbox.world.links.web}   index: {sandbox.index.base}/simple/",
        f"acme/widget publishes by {trigger}; the environment pypi is guarded by: {gate}",
    ]


def _farewell(sandbox: Sandbox) -> list[str]:
    return [
        "The sandbox stays until Ctrl-C. Try, in another terminal:",
        f"  pip download --no-deps --index-url {sandbox.index.base}/simple/ widget=={VERSION}",
        f"  git clone {sandbox.world.links.web}/acme/widget.git && git -C widget cat-file -p v{VERSION}",
    ]
