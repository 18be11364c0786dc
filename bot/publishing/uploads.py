"""Steps that upload distributions to a package index: which tool, and to which address.

Recognised are the PyPA action, the one of Poetry's that is met most, and the commands of the usual tools. What a step calls
that we cannot read (a composite action, a script in the repository) is never taken for an upload by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.index.addresses import PYPI, Index
from bot.publishing.documents import Plain
from bot.publishing.truth import Truth

PYPA_ACTION = "pypa/gh-action-pypi-publish"
POETRY_ACTION = "jrubics/poetry-publish"
Render: TypeAlias = Callable[[str], str]
"""Replaces ``${{ }}`` in text by what it is worth, and what is not known by text with a ``$`` in it."""

MAX_SCRIPT = 20_000
"""Characters of a ``run:`` script that are looked at."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as it is written.

    ``address`` is a URL and ``name`` the name of an index in the tool's configuration; a ``$`` in either means that
    only the run knows it. When both are empty the tool's default applies, which is PyPI. ``conditional`` says that the
    script decides by itself whether to upload.
    """

    tool: str
    address: str = ""
    name: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class _Tool:
    """A publishing command: the words that call it, and how it is told where to upload."""

    words: tuple[str, ...]
    address_options: tuple[str, ...] = ()
    name_options: tuple[str, ...] = ()
    address_variables: tuple[str, ...] = ()
    name_variables: tuple[str, ...] = ()


# Options and variables as each tool documents them; where one option takes a name or a URL, the value tells which.
_TOOLS = (
    _Tool(("uv", "publish"), ("--publish-url",), ("--index",), ("UV_PUBLISH_URL",), ("UV_PUBLISH_INDEX",)),
    _Tool(("twine", "upload"), ("--repository-url",), ("-r", "--repository"), ("TWINE_REPOSITORY_URL",), ("TWINE_REPOSITORY",)),
    _Tool(("poetry", "publish"), (), ("-r", "--repository")),
    _Tool(("flit", "publish"), (), ("--repository",), ("FLIT_INDEX_URL",), ()),
    _Tool(("pdm", "publish"), (), ("-r", "--repository"), ("PDM_PUBLISH_REPO",), ()),
    _Tool(("hatch", "publish"), (), ("-r", "--repo"), (), ("HATCH_INDEX_REPO",)),
    _Tool(("maturin", "publish"), ("--repository-url",), ("-r", "--repository"), (), ("MATURIN_REPOSITORY",)),
    _Tool(("maturin", "upload"), ("--repository-url",), ("-r", "--repository"), (), ("MATURIN_REPOSITORY",)),
    _Tool(("rye", "publish"), ("--repository-url",), ("--repository",)),
)  # fmt: skip
_MENTION = re.compile(r"\b(publish|upload)\b")
_SEPARATOR = re.compile(r"&&|\|\||[;|\n]")
_WORD = re.compile(r"""(?:[^\s'"]|'[^']{0,2000}'|"[^"]{0,2000}"|['"])+""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_BRANCHING = re.compile(r"^\s*(if|elif|case|\[\[?|test)\b|^\s*\[", re.MULTILINE)
_RUNNERS = frozenset({"make", "just", "nox", "tox", "task", "invoke", "inv", "doit", "hatch", "pdm", "bash", "sh"})
"""Programs that do what a file of the repository says."""

_PYTHON = re.compile(r"python[\d.]*")
_PUBLISHING = re.compile(r"publish|release|upload|deploy")
_NOT_OURS = frozenset({"build", "pip", "twine", "venv"})
"""Modules that ``python -m`` runs and that are nobody's own."""

_MOST_WORDS = 200
_SIGNS_IN = frozenset(
    {
        "TWINE_PASSWORD",
        "UV_PUBLISH_TOKEN",
        "UV_PUBLISH_PASSWORD",
        "FLIT_PASSWORD",
        "HATCH_INDEX_AUTH",
        "PDM_PUBLISH_PASSWORD",
        "MATURIN_PYPI_TOKEN",
        "MATURIN_PASSWORD",
        "POETRY_PYPI_TOKEN_PYPI",
        "POETRY_HTTP_BASIC_PYPI_PASSWORD",
    }
)
"""Variables that the tools take what signs them in from."""
_GLOBAL_OPTIONS = {"--directory", "--project", "--config-file", "-C", "--color", "-p", "-e", "--env"}
_NOT_RUN = {"echo", "printf", "which", "command"}
_DRY = {"--dry-run", "--help", "-h"}
_BUILD = re.compile(
    r"\b(python[\d.]*\s+-m\s+build|pyproject-build|uv\s+build|poetry\s+build|flit\s+build|pdm\s+build|hatch\s+build|maturin\s+build"
    r"|setup\.py\s+[\w\s]*(sdist|bdist_wheel)|poetry\s+publish\s+--build|cibuildwheel)\b"
)
_BUILD_ACTIONS = ("hynek/build-and-inspect-python-package", "pypa/cibuildwheel", "pyo3/maturin-action")


def action_of(step: Mapping[str, Plain]) -> str:
    """The action a step uses, in lower case and without its ref; empty when it runs a script."""
    uses = step.get("uses")
    return uses.split("@", 1)[0].strip().lower() if isinstance(uses, str) else ""


def find_uploads(step: Mapping[str, Plain], environment: Mapping[str, str], render: Render) -> tuple[Upload, ...]:
    """The uploads a step makes. ``environment`` are the variables it sees, their expressions already replaced."""
    action = action_of(step)
    settings = _mapping(step.get("with"))
    if action == PYPA_ACTION:
        address = settings.get("repository-url") or settings.get("repository_url") or ""
        return (Upload(PYPA_ACTION, address=render(_word(address)).strip()),)
    if action == POETRY_ACTION:
        # https://github.com/JRubics/poetry-publish: without an address it is PyPI.
        return (Upload("poetry publish", address=render(_word(settings.get("repository_url"))).strip()),)
    if action == "pyo3/maturin-action":
        command = f"maturin {_word(settings.get('command', 'build'))} {_word(settings.get('args', ''))}"
        return tuple(_uploads_in(render(command), environment))
    return tuple(_uploads_in(render(script_of(step)), environment))


def script_of(step: Mapping[str, Plain]) -> str:
    """The script a step runs, as far as it is looked at."""
    script = step.get("run")
    return script[:MAX_SCRIPT] if isinstance(script, str) else ""


def reading_cost(step: Mapping[str, Plain]) -> int:
    """Characters of the step's script that have to be searched for uploads; most scripts do not even mention any."""
    script = script_of(step)
    return len(script) if _MENTION.search(script) else 0


def builds_distributions(step: Mapping[str, Plain]) -> bool:
    """Whether a step builds distributions, which does not belong in the job that may publish them."""
    return _BUILD.search(script_of(step)) is not None or action_of(step).startswith(_BUILD_ACTIONS)


def may_upload_unseen(step: Mapping[str, Plain]) -> bool:
    """Whether a step hands over to code we do not read, in a way that could hide an upload."""
    return action_of(step).startswith("./") or any(_PUBLISHING.search(rest) for rest in _list_handed(script_of(step)))


def may_sign_in(step: Mapping[str, Plain], own: Mapping[str, str], around: Mapping[str, str]) -> bool:
    """Whether a step that uploads nothing by itself has what signs in to an index, so that what it calls may upload.

    ``own`` are its own variables, ``around`` those of its job and workflow. What stands around is there for other steps as
    well: it counts where this one hands over to what is called like publishing.
    """
    if any(own.get(name) for name in _SIGNS_IN):
        action = action_of(step)
        return bool(action and not action.startswith("actions/")) or any(_list_handed(script_of(step)))
    return any(around.get(name) for name in _SIGNS_IN) and may_upload_unseen(step)


def default_upload(environment: Mapping[str, str]) -> Upload:
    """The upload of whatever tool is called without options, as the variables that it sees tell it."""
    address = _first([name for tool in _TOOLS for name in tool.address_variables], environment)
    name = _first([name for tool in _TOOLS for name in tool.name_variables], environment)
    return Upload("", address=address, name="" if address else name)


def _list_handed(script: str) -> Iterator[str]:
    """What is handed over to code of the repository, from the program that does on: ``make release``, ``scripts/publish``."""
    for command in _SEPARATOR.split(_join_lines(script)):
        words = _COMMENT.sub("", command).split()[:_MOST_WORDS]
        if words and words[0] not in _NOT_RUN:
            own = next((at for at in range(len(words)) if _runs_own_code(words, at)), None)
            yield from () if own is None else (" ".join(words[own:]),)


def _runs_own_code(words: Sequence[str], at: int) -> bool:
    """Whether the word at ``at`` is a program that runs what the repository has, or is such a program."""
    word, options = words[at], words[at + 1 : at + 3]
    program = word.rsplit("/", 1)[-1]
    if _PYTHON.fullmatch(program):
        return options[:1] not in ([], ["-V"], ["--version"]) and (options[0] != "-m" or options[-1] not in _NOT_OURS)
    is_file = word.startswith("./") or (at == 0 and "/" in word and "=" not in word)
    return is_file or program in _RUNNERS


def _join_lines(script: str) -> str:
    """A script with each command on one line."""
    return re.sub(r"\\\r?\n", " ", script)


def _mapping(plain: Plain) -> Mapping[str, Plain]:
    return plain if isinstance(plain, dict) else {}


def _word(plain: Plain) -> str:
    return plain if isinstance(plain, str) else ""


def _uploads_in(script: str, environment: Mapping[str, str]) -> Iterator[Upload]:
    if not _MENTION.search(script):
        return
    joined = _join_lines(script)
    branching = _BRANCHING.search(joined) is not None
    for words in _commands(joined):
        for tool in _TOOLS:
            at = _find_words(words, tool.words)
            if at is not None and not _DRY.intersection(words[at:]):
                yield _upload(tool, words[at:], environment, conditional=branching)


def _commands(script: str) -> Iterator[list[str]]:
    """The words of each command that may upload. No full shell: variables and substitutions stay as they are written."""
    for line in _SEPARATOR.split(script):
        if not _MENTION.search(line):
            continue
        words = [re.sub(r"['\"]", "", word) for word in _WORD.findall(_COMMENT.sub("", line))]
        if words and words[0] not in _NOT_RUN:
            yield words


def _find_words(words: Sequence[str], wanted: tuple[str, ...]) -> int | None:
    """Where a command and its subcommand stand (``python -m twine upload``, ``uvx twine@6 upload``, ``uv -q publish``)."""
    command, subcommand = wanted
    for at, word in enumerate(words):
        if re.split(r"[@=<>\[]", word.rsplit("/", 1)[-1], maxsplit=1)[0] != command:
            continue
        rest = iter(words[at + 1 :])
        for later in rest:
            if later in _GLOBAL_OPTIONS:
                next(rest, None)
            elif not later.startswith("-"):
                if later == subcommand:
                    return at
                break
    return None


def _upload(tool: _Tool, words: Sequence[str], environment: Mapping[str, str], *, conditional: bool) -> Upload:
    address = _option(words, tool.address_options) or _first(tool.address_variables, environment)
    name = _option(words, tool.name_options) or _first(tool.name_variables, environment)
    address, name = _expand(address, environment), _expand(name, environment)
    if "://" in name and not address:
        address, name = name, ""
    return Upload(" ".join(tool.words), address=address, name="" if address else name, conditional=conditional)


def _option(words: Sequence[str], options: Sequence[str]) -> str:
    for option in options:
        for at, word in enumerate(words):
            if word == option and at + 1 < len(words):
                return words[at + 1]
            if word.startswith(f"{option}=") or (len(option) == 2 and word.startswith(option) and len(word) > 2):
                return word[len(option) :].lstrip("=")
    return ""


def _first(names: Sequence[str], environment: Mapping[str, str]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _expand(text: str, environment: Mapping[str, str]) -> str:
    """Replace ``$NAME`` by what the step's ``env`` gives it."""
    return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda found: environment.get(found.group(1), found.group()), text)


def goes_to(upload: Upload, index: Index) -> Truth:
    """Whether an upload goes to an index."""
    if "$" in upload.address + upload.name:
        return Truth.UNKNOWN
    if upload.address:
        return Truth.of(index.takes_uploads_at(upload.address))
    if upload.name:
        return Truth.of(index.is_called(upload.name))
    return Truth.of(index.name == PYPI.name)
