"""Every command, once: its usage, who may use it, what it does, examples, its opposite.

The parser, the authoriser, ``/release help`` and the README's table read this table; a test holds it complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from bot.conversation.grammar import COMMAND
from bot.github.facts import Role
from bot.versions import VersionStep

AUTO = "auto"
"""The word for the version that follows from what was merged."""

STEPS = ", ".join(f"`{step}`" for step in VersionStep)
"""What may stand in place of a version."""


class Name(StrEnum):
    """The commands there are. ``RELEASE`` is the one without a word of its own: it starts with a version."""

    RELEASE = "release"
    STATUS = "status"
    HELP = "help"
    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    UNHOLD = "unhold"
    CANCEL = "cancel"
    RECREATE = "recreate"
    MERGE = "merge"
    NOTES = "notes"
    SET_NOTES = "notes set"


class Who(Enum):
    """Who may: the roles behind these are settings of the repository, the values their defaults."""

    ASK = Role.TRIAGE
    """Whoever is answered in words at all."""
    RELEASE = Role.WRITE
    APPROVE = Role.MAINTAIN


class Option(StrEnum):
    """What may follow the words of a command, in any order."""

    FROM = "--from"
    DRY_RUN = "--dry-run"
    WHEN_MERGED = "--when-merged"

    @property
    def value_name(self) -> str | None:
        """What its value is called; None for one that has none."""
        return "SHA" if self is Option.FROM else None

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"[{self} {self.value_name}]" if self.value_name else f"[{self}]"


@dataclass(frozen=True, slots=True)
class Entry:
    """One command. ``arguments`` are its positional words; those in brackets may be left out.

    One that ends in dots takes the rest of the line. ``opposite`` says how to take the command back; None for one that
    changes nothing.
    """

    name: Name
    arguments: tuple[str, ...]
    who: Who
    what: str
    examples: tuple[str, ...]
    opposite: str | None = None
    options: tuple[Option, ...] = ()
    takes_package: bool = False
    """Whether one of several packages may be named before its arguments, by its name or folder."""

    @property
    def words(self) -> tuple[str, ...]:
        """What it begins with."""
        return (f"/{COMMAND}",) if self.name is Name.RELEASE else (f"/{COMMAND}", *self.name.split())

    @property
    def usage(self) -> str:
        """How it is typed."""
        package = ("[PACKAGE]",) if self.takes_package else ()
        return " ".join((*self.words, *package, *self.arguments, *(option.usage for option in self.options)))

    @property
    def least(self) -> int:
        """How many words it needs."""
        return sum(not argument.startswith("[") for argument in self.arguments)

    @property
    def takes_rest(self) -> bool:
        """Whether its last argument is free text up to the end of the line."""
        return bool(self.arguments) and self.arguments[-1].rstrip("]").endswith("...")


REGISTRY: tuple[Entry, ...] = (
    Entry(
        Name.RELEASE,
        ("VERSION",),
        Who.RELEASE,
        "Open the release pull request for VERSION, or move the open one to it; in the mode `tag-only` tag the head of the"
        f" branch. VERSION may be a word: {STEPS},"
        f" or `{AUTO}` for the one that follows from what was merged, and goes on following it."
        " PACKAGE is the name or folder of one of several."
        " `--from` stops when the base is not at that commit; `--dry-run` shows the plan and changes nothing;"
        " `--when-merged` waits until the pull request is merged that it is written on.",
        (
            "/release 1.2.0",
            "/release minor",
            "/release auto",
            "/release rc --dry-run",
            "/release patch --when-merged",
            "/release 1.2.0 --from 1a2b3c4",
            "/release widget-core 1.2.0",
        ),
        "`/release cancel`",
        (Option.FROM, Option.DRY_RUN, Option.WHEN_MERGED),
        takes_package=True,
    ),
    Entry(
        Name.APPROVE,
        ("VERSION", "[SHA]"),
        Who.APPROVE,
        "Let the waiting publication of VERSION go on; with SHA only if it is that commit.",
        ("/release approve 1.2.0", "/release approve 1.2.0 1a2b3c4", "/release approve widget-core 1.2.0"),
        "edit or delete the comment, until enough have approved",
        takes_package=True,
    ),
    Entry(
        Name.REJECT,
        ("VERSION", "reason..."),
        Who.APPROVE,
        "Turn the waiting publication of VERSION away, and say why.",
        ("/release reject 1.2.0 the changelog misses #12",),
        "re-run the run on GitHub: approval is asked anew",
        takes_package=True,
    ),
    Entry(
        Name.HOLD,
        ("[reason...]",),
        Who.RELEASE,
        "Let nothing of this release be merged, tagged or published until somebody lifts it.",
        ("/release hold", "/release hold until the docs are through"),
        "`/release unhold`",
    ),
    Entry(
        Name.UNHOLD,
        (),
        Who.RELEASE,
        "Lift the hold; the release goes on where it stood.",
        ("/release unhold",),
        "`/release hold`",
    ),
    Entry(
        Name.CANCEL,
        (),
        Who.RELEASE,
        "Close the release pull request without a release; in the mode `tag-only` take the release back before its tag.",
        ("/release cancel",),
        "`/release VERSION`",
    ),
    Entry(
        Name.RECREATE,
        (),
        Who.RELEASE,
        "Make the release branch anew from the head of the base; what others pushed to it is dropped.",
        ("/release recreate",),
        "push the dropped commits again",
    ),
    Entry(
        Name.MERGE,
        (),
        Who.RELEASE,
        "Merge the release pull request as it is now, which releases.",
        ("/release merge",),
        "`/release hold`, until it is tagged",
    ),
    Entry(
        Name.NOTES,
        (),
        Who.ASK,
        "Show the notes as they would be released now.",
        ("/release notes",),
    ),
    Entry(
        Name.SET_NOTES,
        (),
        Who.RELEASE,
        "Release with the text below this line as notes, instead of the changelog's section.",
        ("/release notes set",),
        "delete the comment, or set others",
    ),
    Entry(
        Name.STATUS,
        (),
        Who.ASK,
        "Say where the release stands and whose turn it is.",
        ("/release status", "/release status widget-core"),
        takes_package=True,
    ),
    Entry(
        Name.HELP,
        (),
        Who.ASK,
        "List the commands that are possible now.",
        ("/release help",),
    ),
)


@dataclass(frozen=True, slots=True)
class Command:
    """An invocation that is understood: a registered command with the right number of words."""

    entry: Entry
    arguments: tuple[str, ...]
    options: tuple[tuple[Option, str], ...] = ()
    """Each with its value, which is empty for one that has none."""
    package: str | None = None
    """The package that it names, as it was typed: whether there is one tells only the repository."""

    @property
    def line(self) -> str:
        """How it is typed."""
        options = (word for option, value in self.options for word in (option.value, value) if word)
        package = (self.package,) if self.package is not None else ()
        return " ".join((*self.entry.words, *package, *self.arguments, *options))

    def find(self, option: Option) -> str | None:
        """The value of ``option``; None when it was not given."""
        return dict(self.options).get(option)


def find_entry(name: Name) -> Entry:
    """The entry of ``name``; there is one for each."""
    return next(entry for entry in REGISTRY if entry.name is name)
