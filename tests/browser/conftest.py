"""The demo in a real browser: `aweigh demo` as a process of its own, and Chromium in front of it.

A page that logs an error, or asks anybody but this machine for anything, fails its test.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
WINDOW: ViewportSize = {"width": 1280, "height": 900}
README_PICTURES = Path(__file__).parents[2] / "docs"
HOME = "/acme/widget"
FEATURE = f"{HOME}/pull/1"
PATIENCE = 60_000
"""Milliseconds the bot gets for anything on a busy machine."""
_READY_SECONDS = 60.0
_PACE = "25"
# What a browser logs by itself when an answer is a refusal; our own pages show those to the visitor.
_REFUSALS = re.compile(r"the server responded with a status of (403|422|503)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests are slow; that one worker runs them all is seen to in ``tests/conftest.py``."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


# Playwright's loop runs in this thread as long as the browser does: no asynchronous test of another folder could run
# beside it, so both fixtures end with the last test of this one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        words = f"no Chromium at {CHROMIUM}: install the package chromium, or name another one in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield launched
        launched.close()


@contextmanager
def run_demo(folder: Path) -> Iterator[str]:
    """``aweigh demo`` until its pages answer; gives their address. It must end well, and take the bot with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWEIGH_", "DATABASE_URL"))}
    command = [sys.executable, "-m", "bot", "demo", "--port", str(port), "--pace", _PACE, "--no-play"]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, env=clean, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, base)
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(40)
    said = (folder / "demo.log").read_text(errors="replace")
    assert "Traceback" not in said, said[-4000:]
    assert code == 0, said[-4000:]


def _wait_until_ready(process: "subprocess.Popen[bytes]", base: str) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(base, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("the demo did not start")


@dataclass
class Visitor:
    """One browser window with its own cookies."""

    base: str
    page: Page
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.base + path)

    def be(self, login: str) -> None:
        """Choose who is speaking at the top of the page."""
        self.page.get_by_label("You are").select_option(login)
        expect(self.page.locator(".speaker .avatar")).to_have_class(re.compile(f"is-{login}"))

    def say(self, words: str) -> None:
        """Type a comment and send it with the keyboard alone."""
        box = self.page.get_by_role("textbox", name="Comment")
        # The box is there before the script that hears the keys: what is pressed in between is lost.
        box.wait_for()
        self.page.wait_for_load_state()
        box.fill(words)
        box.press("Control+Enter")
        expect(box).to_have_value("")

    def comment(self, words: str) -> "Visitor":
        """Wait for a comment that says this."""
        expect(self.page.locator("article.comment .prose").filter(has_text=words).last).to_be_visible()
        return self

    def led_to(self, number: int) -> "Visitor":
        """Wait until the bot says on which pull request the release goes on."""
        expect(self.page.locator(".by-bot .prose").get_by_role("link", name=f"#{number}").last).to_be_visible()
        return self

    def make_world(self, trigger: str, gate: str, *, play: bool = False) -> None:
        """Choose a world on the first page, and wait until it is there."""
        self.open("/")
        for name in (trigger, gate):
            self.page.locator(".world").get_by_role("radio", name=name, exact=True).check()
        self.page.get_by_role("button", name="Make it and play the story" if play else "Make it", exact=True).click()
        expect(self.page.get_by_text("A new world is being made")).to_be_visible()
        expect(self.page.get_by_role("region", name="The story")).to_be_visible()

    def hear_out(self) -> None:
        """Wait until the story is over."""
        story = self.page.get_by_role("region", name="The story")
        expect(story).to_contain_text("The story is over", timeout=3 * PATIENCE)

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """Keep a picture as build output."""
        self.page.wait_for_timeout(300)
        move = "place => document.querySelector('.player')?.style.setProperty('position', place)"
        if whole:  # What floats at the bottom of the window would stand in the middle of a long picture.
            self.page.evaluate(move, "static")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole, animations="disabled")
        self.page.evaluate(move, "")

    def shoot_for_readme(self, name: str, top: Locator) -> None:
        """Keep a picture of what begins with ``top``; with PICTURES set it takes the place of the README's."""
        self.page.set_viewport_size({"width": 1040, "height": 720})
        self.page.evaluate("document.activeElement.blur()")
        top.evaluate(
            "place => scrollTo({ top: place.getBoundingClientRect().top + scrollY - 16, behavior: 'instant' })"
        )
        self.page.wait_for_timeout(300)
        self.page.evaluate("document.querySelector('.player').style.setProperty('display', 'none')")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
        if "PICTURES" in os.environ:
            README_PICTURES.mkdir(exist_ok=True)
            shutil.copy(SCREENSHOTS / f"{name}.png", README_PICTURES)
        self.page.set_viewport_size(WINDOW)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _REFUSALS.search(message.text):
            self.problems.append(f"console: {message.text}: {message.location['url']}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            self.problems.append(f"request: {request.url}")


class Visits:
    """Opens windows, and in the end wants to hear of no problem."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.opened: list[tuple[BrowserContext, Visitor]] = []

    def __call__(self, *, scheme: str = "light", window: ViewportSize = WINDOW, script: bool = True) -> Visitor:
        context = self.browser.new_context(
            viewport=window,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(self.base, context.new_page())
        visitor.listen()
        self.opened.append((context, visitor))
        return visitor

    def close(self) -> None:
        problems = [problem for _, visitor in self.opened for problem in visitor.problems]
        for context, _ in self.opened:
            context.close()
        assert problems == []


@pytest.fixture(scope="package")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the one demo that all tests share; each file makes a world of its own in it."""
    with run_demo(tmp_path_factory.mktemp("demo")) as base:
        yield base


@pytest.fixture
def visit(browser: Browser, demo: str) -> Iterator[Visits]:
    visits = Visits(browser, demo)
    yield visits
    visits.close()
