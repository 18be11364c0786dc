"""The story of the demo: one release of acme/widget, from a comment to a package that installs.

Every stage acts as a person would, then waits until the world shows what the bot must have done by itself.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.sandbox.acme import GateKind, build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.demo.bot_process import BotFailedError, run_bot
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.install import InstallFailedError, install
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.conversation import Comment, PullRequest
from bot.sandbox.state.runs import Gate, WorkflowRun

VERSION = "1.2.0"
_STAGE_SECONDS = 60.0
_LOOK = 6.0
_BOT = "aweigh[bot]"
_ATTESTED = "✅ verified"
_FILES = 2
_T = TypeVar("_T")


class StageFailedError(Exception):
    """What had to happen did not."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens next, and the path of the page, or of the place on it, where one can watch it."""

    title: str
    page: str
    by_itself: bool = False
    """Whether nobody has to do anything for it: then it may be over before anybody has read what came before it."""
    look: float = 0.0
    """Seconds one looks at its page before the next scene, beside what there is to read in the conversation."""


class Story:
    """One telling of the story against one sandbox."""

    def __init__(self, sandbox: Sandbox, display: Display, method: MergeMethod, gate: GateKind) -> None:
        self.sandbox, self.display, self.method, self.gate = sandbox, display, method, gate
        self.acme = sandbox.acme

    @property
    def count(self) -> int:
        """How many scenes `tell` has."""
        return 6 + {"rule": 2, "reviewers": 2, "both": 4, "none": 0}[self.gate]

    async def play(self) -> None:
        """Play every scene. Raises StageFailedError at the first that fails."""
        async for _ in self.tell():
            pass

    async def tell(self) -> AsyncGenerator[Scene, None]:
        """Announce a scene, and play it once the next one is asked for; so whoever listens sets the pace.

        Raises:
            StageFailedError: what had to happen did not.
        """
        feature = self.acme.feature
        yield Scene(f"mona asks for {VERSION}", self._page(feature))
        self._ask()
        yield Scene("The bot opens the release pull request", self._page(feature), by_itself=True)
        pull = await self._release_pull()
        yield Scene(f"main moves on, and hugo merges #{pull.number} ({self.method})", self._page(pull))
        self._merge(pull)
        yield Scene("The tag goes on exactly the commit that landed", self._page(pull), by_itself=True)
        await self._tag(pull)
        if self.gate in ("rule", "both"):
            yield Scene("The publish run waits at its gate, and the bot asks in the thread",
                        await self._run_page(), by_itself=True, look=_LOOK)  # fmt: skip
            asked = await self._asked(pull, "wants to publish")
            yield Scene("hugo approves in the thread", f"{self._page(pull)}#issuecomment-{asked.id}")
            await self._approve(pull)
        if self.gate in ("reviewers", "both"):
            yield Scene("The environment has required reviewers: the bot mentions them",
                        self._page(pull), by_itself=True)  # fmt: skip
            await self._asked(pull, "required reviewers")
            yield Scene("hugo reviews the deployment on the page of the run", await self._run_page(), look=_LOOK)
            self._review()
        yield Scene("The files reach the index, and the bot verifies their attestations",
                    self._page(pull), by_itself=True)  # fmt: skip
        await self._published(pull)
        yield Scene(f"pip installs widget {VERSION} from the index into a fresh environment", self._page(pull))
        await self._install()

    def _ask(self) -> None:
        feature = self.acme.feature
        self.display.begin(f"mona asks for {VERSION}")
        self.acme.mona.comment(feature.number, f"/release {VERSION}")
        self.display.conversation(feature)

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

    async def _asked(self, pull: PullRequest, words: str) -> Comment:
        title = "The publish run waits at its gate"
        found = await self._until(title, lambda: next((one for one in pull.comments if words in one.body), None))
        self.display.conversation(pull)
        return found

    async def _approve(self, pull: PullRequest) -> None:
        title = "The publish run waits at its gate, and hugo approves"
        self.display.begin(title)
        self.acme.hugo.comment(pull.number, f"/release approve {VERSION}")
        # Shown before the bot can answer, so that nobody reads the answer first.
        self.display.conversation(pull)
        await self._until(title, lambda: not any(gate.waiting_for_apps for gate in self._gates()))
        self.display.conversation(pull)
        self.display.done(title, "the gate is open for exactly that run and commit")

    def _review(self) -> None:
        title = "A required reviewer of the environment reviews on the run's page"
        self.display.begin(title)
        self.acme.hugo.review_deployment(self._newest_run(), "pypi", "approved", "Ready.")
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

    def _newest_run(self) -> WorkflowRun:
        return max(self.acme.repository.runs.values(), key=lambda run: run.id)

    def _page(self, pull: PullRequest) -> str:
        return f"/{self.acme.repository.full_name}/pull/{pull.number}"

    async def _run_page(self) -> str:
        """The page of the run, as soon as there is one."""
        await self._until("The publish run starts", lambda: self.acme.repository.runs)
        return f"/{self.acme.repository.full_name}/actions/runs/{self._newest_run().id}"

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


async def play(*, trigger: Trigger, gate: GateKind, method: MergeMethod) -> bool:
    """Play the story in a fresh world, in the terminal; True when every stage went well."""
    with tempfile.TemporaryDirectory(prefix="aweigh-demo-") as name:
        folder = Path(name)
        sandbox = Sandbox.create(build_acme(trigger=trigger, gate=gate), over_http=True)
        async with sandbox.serve():
            await sandbox.publish_history()
            display = Display(count_stages(gate))
            display.announce(*_banner(sandbox, trigger, gate))
            try:
                async with run_bot(sandbox, folder) as address:
                    sandbox.acme.app.webhook_url = f"{address}/webhook"
                    display.note(f"aweigh serve listens at {address}; its log is {folder / 'bot.log'}")
                    with display:
                        await Story(sandbox, display, method, gate).play()
            except BotFailedError as error:
                display.failed("The bot did not start", str(error))
            except StageFailedError as error:
                display.failed("The story broke off", str(error))
                display.note((folder / "bot.log").read_text(errors="replace")[-4000:])
            else:
                return True
            return False


def count_stages(gate: GateKind) -> int:
    """How many stages a terminal shows of the story; scenes that only wait are none."""
    return 5 + {"rule": 1, "reviewers": 1, "both": 2, "none": 0}[gate]


def _banner(sandbox: Sandbox, trigger: Trigger, gate: GateKind) -> list[str]:
    return [
        "[bold]This is a sandbox.[/bold] GitHub, the package index and Sigstore are stand-ins on this machine;",
        "the bot is the real one, in a process of its own, and knows nothing of it.",
        f"GitHub: {sandbox.world.links.web}   index: {sandbox.index.base}/simple/",
        f"acme/widget publishes by {trigger}; the environment pypi is guarded by: {gate}",
    ]
