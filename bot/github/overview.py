"""Adapter: all that one GraphQL document can say of a repository's releases, at one instant.

Everything in it can be asked for alone as well, by the other adapters of this room. So what does not fit into a page of
the document, or does not come out of it whole, is left out here instead of being told in part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.github.checks import NAME
from bot.github.client import Session
from bot.github.comments import SAID
from bot.github.environments import ENVIRONMENT, read_environment_node
from bot.github.facts import (
    CheckRun,
    Comment,
    Environment,
    PullRequest,
    ReleaseRef,
    Repository,
    TagRef,
    TagRuleset,
    ThreadRef,
)
from bot.github.listing import Tree
from bot.github.newest import NEWEST, Newest, read_newest_node
from bot.github.read import (
    Json,
    read_check_node,
    read_comment_node,
    read_pull_node,
    read_release_node,
    read_repository_node,
)
from bot.github.repositories import CONTENT, MOST_TAGS, REPOSITORY, TAG, exact_text, read_tag_node
from bot.github.rulesets import RULESETS, read_ruleset_nodes
from bot.github.trees import read_tree, render_levels

_MOST_BRANCHES = 100
_MOST_RELEASES = 30
_MOST_PULLS = 5
_MOST_SUITES = 2
_MOST_CHECKS = 30
_MOST_COMMENTS = 100
_MOST_LABELS = 30
_MAY_LACK = (("repository", "environment"), ("repository", "rulesets"))
MOST_LINES = 5
"""The lines whose pull requests one document tells."""
"""With these bounds the document asks for some 2,500 nodes at most, of 500,000, and costs a point or two."""


@dataclass(frozen=True, slots=True)
class LineRefs:
    """The two branches of a release line, without ``refs/heads/``."""

    base: str
    branch: str


@dataclass(frozen=True, slots=True)
class Blob:
    """A file: the name of its object, and its exact bytes."""

    oid: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """The newest pull requests from a branch, newest first and forks' included; ``complete``: there are no others."""

    pulls: tuple[PullRequest, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Besides:
    """What the document is to bring along although it may not be needed.

    Of the base of the first line: these ``paths``, its listing so many ``levels`` deep (0: none), and who guards an
    ``environment``. Of its release branch the files that a release has ``edited``, if any are named, and the listing.
    ``thread`` is the number of an issue or pull request; ``check`` a commit and the name of a check run of ours on it, of a
    release that is talked about there: then the conversation comes along as well.
    """

    paths: tuple[str, ...] = ()
    levels: int = 0
    environment: str | None = None
    thread: int | None = None
    edited: tuple[str, ...] = ()
    check: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """One repository. A key that is not in a mapping, and a member that is None, was not told."""

    repository: Repository
    branches: Mapping[str, str] | None
    """The commits of the branches below the prefix that was asked for, by full name."""
    heads: Mapping[str, str | None]
    """The commits of the branches of the lines that were asked for; None for one that does not exist."""
    tags: tuple[TagRef, ...]
    has_all_tags: bool
    releases: tuple[ReleaseRef, ...]
    """The newest published releases."""
    has_all_releases: bool
    files: Mapping[str, Blob | None] | None
    """The files of the default branch that were asked for; None for one that does not exist."""
    pulls: Mapping[str, Page]
    """By the branch they come from."""
    checks: Mapping[str, CheckRun | None]
    """Our newest check run on the heads of ``pulls``."""
    newest: Mapping[int, Newest]
    """The newest pull request of each line, by its number."""
    labelled: tuple[int, ...] = ()
    """The numbers of the newest merged pull requests with the label that was asked for."""
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    """Files that were brought along, by the names of their objects."""
    trees: tuple[Tree, ...] = ()
    """The listings of the first line's base, and of its release branch, as far as they were told."""
    environment: Environment | None = None
    """The environment that was asked for, as far as GraphQL tells who guards it."""
    rulesets: tuple[TagRuleset, ...] = ()
    """Those in force that restrict who creates tags, as far as they were told."""
    thread: ThreadRef | None = None
    named: Mapping[tuple[str, str], CheckRun | None] = field(default_factory=dict)
    """Our newest check run of another name than that of a release pull request, by its commit and name."""
    spoken: Mapping[int, tuple[Comment, ...]] = field(default_factory=dict)
    """The whole conversation of the thread where a release was asked for that has no pull request, by its number."""


async def read_overview(
    session: Session,
    *,
    app_id: int,
    prefix: str,
    label: str,
    paths: Iterable[str],
    lines: Iterable[LineRefs],
    besides: Besides = Besides(),
) -> Overview | None:
    """The overview; None when the document does not even say what repository it is about.

    Args:
        session: Reads the repository.
        app_id: Whose check runs are ours.
        prefix: What the names of release branches begin with, such as ``aweigh/``.
        label: Which merged pull requests are told.
        paths: Files of the default branch.
        lines: The lines whose pull requests are told; further ones than the first few are left out.
        besides: What else is told where it can be.

    Raises:
        GraphQLError: also when there is no issue or pull request of the number ``besides`` asks for.
    """
    asked, wanted = list(lines)[:MOST_LINES], list(paths)
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "prefix": f"refs/heads/{prefix}"}
    variables["labels"] = [label]
    if asked or besides.thread is not None:
        variables |= {"app": app_id, "check": NAME}
    if besides.check is not None:
        variables |= {"commit": besides.check[0], "named": besides.check[1]}
    if besides.thread is not None:
        variables["thread"] = besides.thread
    if besides.environment is not None:
        variables["environment"] = besides.environment
    for i, path in enumerate(wanted):
        variables[f"path{i}"] = f"HEAD:{path}"
    for i, line in enumerate(asked):
        variables |= {f"branch{i}": line.branch, f"head{i}": f"refs/heads/{line.branch}"}
        variables[f"base{i}"] = f"refs/heads/{line.base}"
    for i, path in enumerate(besides.paths if asked else ()):
        variables[f"more{i}"] = f"refs/heads/{asked[0].base}:{path}"
    for i, path in enumerate(besides.edited if asked else ()):
        variables[f"edited{i}"] = f"refs/heads/{asked[0].branch}:{path}"
    document = _get_document(len(wanted), len(asked), besides)
    # Whether an App may ask GraphQL who guards an environment, or tags, is written nowhere; REST says the one in any case,
    # and of the other GitHub tells us when it refuses a tag.
    data = (await session.graphql(document, variables, may_lack=_MAY_LACK))["repository"]
    repository = read_repository_node(data)
    if repository is None:
        return None
    pulls = {line.branch: _read_page(data[f"pulls{i}"]) for i, line in enumerate(asked)}
    newest = [read_newest_node(node) for i in range(len(asked)) for node in data[f"newest{i}"]["nodes"]]
    heads: dict[str, str | None] = {}
    for i, line in enumerate(asked):
        heads |= {line.base: _read_head(data[f"base{i}"]), line.branch: _read_head(data[f"head{i}"])}
    thread = data.get("thread")
    threads = [thread] if thread and thread["__typename"] == "PullRequest" else []
    return Overview(
        repository=repository,
        branches=_read_branches(data["branches"], f"refs/heads/{prefix}"),
        heads=heads,
        tags=tuple(read_tag_node(node) for node in data["tags"]["nodes"]),
        has_all_tags=_is_whole(data["tags"]),
        releases=tuple(read_release_node(node) for node in data["releases"]["nodes"] if not node["isDraft"]),
        has_all_releases=_is_whole(data["releases"]),
        files=_read_files({path: data[f"file{i}"] for i, path in enumerate(wanted)}),
        pulls=pulls,
        checks=dict(_read_checks([node for i in range(len(asked)) for node in data[f"pulls{i}"]["nodes"]] + threads)),
        newest={one.number: one for one in newest},
        labelled=tuple(int(node["number"]) for node in data["labelled"]["nodes"]),
        blobs=dict(
            _read_blobs(data.get(f"{name}{i}") for name, paths in _list_besides(besides) for i in range(len(paths)))
        ),
        trees=tuple(tree for name in ("base0", "head0") if (tree := _read_tree(data.get(name))) is not None),
        environment=read_environment_node(data.get("environment")),
        rulesets=read_ruleset_nodes(data.get("rulesets")),
        thread=_read_thread(thread) if thread else None,
        named=_read_named(data.get("commit"), besides.check),
        spoken=_read_spoken(data.get("spoken"), besides.thread),
    )


def _get_document(paths: int, lines: int, besides: Besides) -> str:
    more = [f"{name}{i}" for name, paths in _list_besides(besides) for i in range(len(paths))] if lines else []
    with_thread, with_environment = besides.thread is not None, besides.environment is not None
    with_pulls, with_check = bool(lines) or with_thread, besides.check is not None and with_thread
    # A variable that is declared and not used makes a document invalid.
    declared = [f"$path{i}: String!" for i in range(paths)] + [f"${name}: String!" for name in more]
    declared += ["$app: Int!", "$check: String!"] if with_pulls else []
    declared += ["$thread: Int!"] if with_thread else []
    declared += ["$commit: GitObjectID!", "$named: String!"] if with_check else []
    declared += ["$environment: String!"] if with_environment else []
    declared += [f"${name}{i}: String!" for i in range(lines) for name in ("branch", "head", "base")]
    parts = [f"file{i}: object(expression: $path{i}) {{ ...content }}" for i in range(paths)]
    parts += [f"{name}: object(expression: ${name}) {{ ...content }}" for name in more]
    parts += [_LINE.replace("#", str(i)) for i in range(lines)]
    parts += [RULESETS] if lines else []
    listed = ["base0", *(["head0"] if besides.edited else [])] if lines and besides.levels else []
    parts += [_TREE.replace("REF", name).replace("LEVELS", render_levels(besides.levels)) for name in listed]
    parts += [_THREAD] if with_thread else []
    parts += [_SPOKEN] if with_check else []
    parts += ["environment(name: $environment) { ...guarded }"] if with_environment else []
    used = [CONTENT, TAG, *([_PULL] if with_pulls else []), *([NEWEST] if lines else [])]
    used += [SAID] if lines or with_check else []
    used += [ENVIRONMENT] if with_environment else []
    return _DOCUMENT.replace("DECLARED", ", ".join(declared)).replace("PARTS", "\n".join(parts)) + "".join(used)


_DOCUMENT = f"""
query($owner: String!, $name: String!, $prefix: String!, $labels: [String!], DECLARED) {{
  repository(owner: $owner, name: $name) {{
    {REPOSITORY}
    branches: refs(refPrefix: $prefix, first: {_MOST_BRANCHES}) {{
      pageInfo {{ hasNextPage }}
      nodes {{ prefix name target {{ oid }} }}
    }}
    tags: refs(refPrefix: "refs/tags/", first: {MOST_TAGS}, orderBy: {{field: TAG_COMMIT_DATE, direction: DESC}}) {{
      pageInfo {{ hasNextPage }}
      nodes {{ ...tag }}
    }}
    releases(first: {_MOST_RELEASES}, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage }}
      nodes {{ tagName url isDraft }}
    }}
    labelled: pullRequests(
      labels: $labels, states: [MERGED], first: {_MOST_PULLS}, orderBy: {{field: CREATED_AT, direction: DESC}}
    ) {{ nodes {{ number }} }}
    PARTS
  }}
}}"""

_LINE = f"""
    head#: ref(qualifiedName: $head#) {{ target {{ oid }} }}
    base#: ref(qualifiedName: $base#) {{ target {{ oid }} }}
    pulls#: pullRequests(
      headRefName: $branch#, first: {_MOST_PULLS}, orderBy: {{field: CREATED_AT, direction: DESC}}
    ) {{ pageInfo {{ hasNextPage }} nodes {{ ...pull }} }}
    newest#: pullRequests(headRefName: $branch#, first: 1, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      nodes {{ ...newest }}
    }}"""

_TREE = """
    REF: ref(qualifiedName: $REF) { target { oid ... on Commit { tree { oid LEVELS } } } }"""
"""Merged by GraphQL with what ``_LINE`` asks of the same branch, and so of the same moment."""

_THREAD = f"""
    thread: issueOrPullRequest(number: $thread) {{
      __typename
      ... on Issue {{ id url locked labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }} }}
      ... on PullRequest {{ ...pull }}
    }}"""

_RUNS = """
    checkSuites(first: SUITES, filterBy: {appId: $app}) {
      pageInfo { hasNextPage }
      nodes { checkRuns(first: RUNS, filterBy: {appId: $app, checkName: $NAME, checkType: ALL}) {
        pageInfo { hasNextPage }
        nodes { databaseId conclusion externalId title summary url }
      } }
    }""".replace("SUITES", str(_MOST_SUITES)).replace("RUNS", str(_MOST_CHECKS))

_SPOKEN = f"""
    spoken: issueOrPullRequest(number: $thread) {{
      ... on Issue {{ comments(last: {_MOST_COMMENTS}) {{ ...said }} }}
      ... on PullRequest {{ comments(last: {_MOST_COMMENTS}) {{ ...said }} }}
    }}
    commit: object(oid: $commit) {{ ... on Commit {{ oid {_RUNS.replace("$NAME", "$named")} }} }}"""

_PULL = f"""
fragment account on Actor {{ __typename login ... on User {{ databaseId }} ... on Bot {{ databaseId }} }}
fragment pull on PullRequest {{
  number id title url state merged locked headRefName headRefOid baseRefName createdAt mergedAt isInMergeQueue
  headRepository {{ databaseId }}
  author {{ ...account }}
  mergeCommit {{ oid parents(first: 1) {{ nodes {{ oid }} }} }}
  labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }}
  commits(last: 1) {{ nodes {{ commit {{
    oid message committedDate parents(first: 1) {{ nodes {{ oid }} }} {_RUNS.replace("$NAME", "$check")}
  }} }} }}
}}"""


def _read_page(connection: Json) -> Page:
    return Page(tuple(read_pull_node(node) for node in connection["nodes"]), _is_whole(connection))


def _is_whole(connection: Json) -> bool:
    return not connection["pageInfo"]["hasNextPage"]


def _read_head(ref: Json | None) -> str | None:
    return str(ref["target"]["oid"]) if ref else None


def _list_besides(besides: Besides) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The files that come along, by what their variables are called."""
    return ("more", besides.paths), ("edited", besides.edited)


def _read_tree(ref: Json | None) -> Tree | None:
    target = ref["target"] if ref else {}
    return read_tree(str(target["oid"]), target.get("tree")) if target else None


def _read_blobs(nodes: Iterable[Json | None]) -> Iterator[tuple[str, bytes]]:
    for node in nodes:
        content = exact_text(node)
        if node and content is not None:
            yield str(node["oid"]), content


def _read_thread(node: Json) -> ThreadRef:
    pull = read_pull_node(node) if node["__typename"] == "PullRequest" else None
    labels = tuple(str(label["name"]) for label in (node.get("labels") or {"nodes": ()})["nodes"] if label)
    return ThreadRef(str(node["id"]), str(node["url"]), bool(node["locked"]), labels, pull)


def _read_branches(connection: Json, prefix: str) -> dict[str, str] | None:
    """The branches, when the page holds all of them and their names are understood."""
    # Whether a name begins behind refs/heads/ or behind the longer prefix that was asked for is not written anywhere.
    found = {f"{node['prefix']}{node['name']}": str(node["target"]["oid"]) for node in connection["nodes"]}
    if not _is_whole(connection) or not all(name.startswith(prefix) for name in found):
        return None
    return {name.removeprefix("refs/heads/"): oid for name, oid in found.items()}


def _read_files(blobs: Mapping[str, Json | None]) -> dict[str, Blob | None] | None:
    """The files, when GraphQL could give the exact bytes of all of them."""
    found: dict[str, Blob | None] = {}
    for path, blob in blobs.items():
        content = exact_text(blob) if blob else None
        if blob and content is None:
            return None
        found[path] = Blob(str(blob["oid"]), content) if blob and content is not None else None
    return found


def _read_checks(pulls: Iterable[Json]) -> Iterable[tuple[str, CheckRun | None]]:
    """Our newest check run on each head; a head of which not all runs were told is left out."""
    for pull in pulls:
        commits: list[Any] = [node["commit"] for node in pull["commits"]["nodes"] if node]
        # That the last commit of a pull request is its head is what everybody counts on; it costs little to be sure.
        head = next((commit for commit in commits if commit["oid"] == pull["headRefOid"]), None)
        yield from _read_newest(head)


def _read_newest(commit: Json | None) -> Iterator[tuple[str, CheckRun | None]]:
    """A commit, and the newest of its check runs that were asked for, where all of them were told."""
    suites = commit.get("checkSuites") if commit else None
    if not commit or suites is None or not _is_whole(suites):
        return
    if all(_is_whole(suite["checkRuns"]) for suite in suites["nodes"]):
        sha = str(commit["oid"])
        runs = [read_check_node(node, sha) for suite in suites["nodes"] for node in suite["checkRuns"]["nodes"]]
        yield sha, max(runs, key=lambda run: run.id, default=None)


def _read_spoken(thread: Json | None, number: int | None) -> dict[int, tuple[Comment, ...]]:
    """What was said in the thread, if that fits into the page."""
    if not thread or number is None or thread["comments"]["pageInfo"]["hasPreviousPage"]:
        return {}
    return {number: tuple(read_comment_node(said) for said in thread["comments"]["nodes"])}


def _read_named(commit: Json | None, asked: tuple[str, str] | None) -> dict[tuple[str, str], CheckRun | None]:
    """Our newest check run of the name that was asked for."""
    return {(sha, asked[1]): run for sha, run in _read_newest(commit)} if asked else {}
