"""What the demo prints: the stages with their progress, and the conversation as it would read on GitHub."""

import re

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.sandbox.state.conversation import Comment, Issue, PullRequest

_WIDTH = 110
_HIDDEN = re.compile(r"<!--.*?-->\s*", re.DOTALL)


class Display:
    """Prints a story. On a terminal a progress bar stays at the bottom; in a file there are lines only."""

    def __init__(self, stages: int, console: Console | None = None) -> None:
        self.console = console or Console(width=_WIDTH, highlight=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=stages)
        self._shown: dict[int, str] = {}

    def __enter__(self) -> "Display":
        self._progress.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def announce(self, *lines: str) -> None:
        """Say loudly what this is."""
        text = Text("\n").join(Text.from_markup(line) for line in lines)
        self.console.print(Panel(text, title="[bold]SANDBOX[/bold]", border_style="yellow", width=_WIDTH))

    def begin(self, title: str) -> None:
        """A stage begins."""
        self._progress.update(self._task, description=title)

    def done(self, title: str, detail: str = "") -> None:
        """A stage is over, well."""
        self._progress.advance(self._task)
        self.console.print(
            Text.assemble(("✓ ", "bold green"), (title, "bold"), (f"  {detail}" if detail else "", "dim"))
        )

    def failed(self, title: str, detail: str) -> None:
        """A stage is over, badly."""
        self.console.print(Text.assemble(("✗ ", "bold red"), (title, "bold"), f"  {detail}"))

    def note(self, text: str) -> None:
        """A fact on the side."""
        self.console.print(Text(f"  {text}", style="dim"))

    def pull(self, pull: PullRequest) -> None:
        """The text of a pull request, once."""
        if pull.id not in self._shown:
            self._shown[pull.id] = pull.body or ""
            self._print(f"{pull.user.login} opened #{pull.number}", pull.title, pull.body or "", "cyan")

    def conversation(self, thread: Issue) -> None:
        """Every comment that is new, and then every one that was edited since: what was said is why it was edited."""
        for comment in sorted(thread.comments, key=lambda comment: comment.id in self._shown):
            before = self._shown.get(comment.id)
            if before != comment.body:
                self._shown[comment.id] = comment.body
                verb = "comments on" if before is None else "edits a comment on"
                self._print(f"{comment.user.login} {verb} #{thread.number}", None, comment.body, _color(comment))

    def _print(self, head: str, title: str | None, body: str, color: str) -> None:
        shown = Markdown(_HIDDEN.sub("", body), code_theme="ansi_dark")
        content = Group(Text(title, style="bold"), shown) if title else shown
        self.console.print(Panel(content, title=Text(head), title_align="left", border_style=color, width=_WIDTH))


def _color(comment: Comment) -> str:
    return "cyan" if comment.user.type == "Bot" else "magenta"
