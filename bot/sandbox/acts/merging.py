"""Merging a pull request, in the three ways GitHub offers."""

from typing import Literal

from bot.sandbox.acts.commits import signature_of
from bot.sandbox.acts.pulls import find_test_merge, mark_merged, tell_pull
from bot.sandbox.acts.refs import delete_ref, move_ref
from bot.sandbox.acts.rules import RuleViolationError, check_merge, check_rules
from bot.sandbox.git.history import list_log
from bot.sandbox.git.merging import MergeConflictError, merge_trees, rebase, squash_message
from bot.sandbox.git.objects import Signature
from bot.sandbox.http import ConflictError, MethodNotAllowedError
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

MergeMethod = Literal["merge", "squash", "rebase"]

_NOT_ALLOWED = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}


def merge_pull(
    world: World,
    into: Repository,
    pull: PullRequest,
    actor: User,
    method: MergeMethod = "merge",
    *,
    sha: str | None = None,
    title: str | None = None,
    message: str | None = None,
) -> str:
    """Merge, and answer the commit the base branch now points at.

    With ``sha`` nothing is merged unless the head is still that commit. ``title`` and ``message`` replace the words
    GitHub would choose; a rebase uses neither.

    Raises:
        ConflictError: 409, the head is another one.
        MethodNotAllowedError: 405, closed, a draft, in conflict, against a rule, or a method the repository does not
            offer.
    """
    base = _check(into, pull, method, sha)
    try:
        check_rules(into, actor, f"refs/heads/{pull.base_ref}", "update")
        check_merge(into, actor, pull.base_ref, pull.head_sha)
    except RuleViolationError as violation:
        raise MethodNotAllowedError(violation.message) from None
    try:
        merged = write_merge(world, into, pull, actor, base=base, method=method, words=(title, message))
    except MergeConflictError:
        raise MethodNotAllowedError from None
    pull.base_sha = base
    mark_merged(world, into, pull, actor, merged)
    tell_pull(world, into, pull, "closed", actor)
    move_ref(world, into, f"refs/heads/{pull.base_ref}", merged, actor, kind="pr_merge")
    if into.merge_settings.delete_branch_on_merge and pull.head_repository is into:
        delete_ref(world, into, f"refs/heads/{pull.head_ref}", actor)
    return merged


def bring_base_into_head(world: World, repository: Repository, pull: PullRequest, actor: User) -> None:
    """Move the head branch to a merge of itself with the base, whose tree the test merge already is.

    Raises:
        ConflictError: 409, they cannot be merged.
    """
    test_merge = find_test_merge(world, repository, pull)
    if test_merge is None or pull.head_repository is not repository:
        raise ConflictError("merge conflict between base and head")
    store = repository.store
    base, head = store.commit(test_merge).parents
    who = signature_of(world, actor)
    message = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    sha = store.add_commit(store.commit(test_merge).tree, (head, base), message, author=who, signed=True)
    move_ref(world, repository, f"refs/heads/{pull.head_ref}", sha, actor)


def _check(into: Repository, pull: PullRequest, method: MergeMethod, sha: str | None) -> str:
    base = into.store.find_ref(f"refs/heads/{pull.base_ref}")
    if sha is not None and sha != pull.head_sha:
        raise ConflictError("Head branch was modified. Review and try the merge again.")
    if pull.state != "open" or base is None:
        raise MethodNotAllowedError
    if pull.draft:
        raise MethodNotAllowedError("Pull Request is still a draft")
    if not getattr(into.merge_settings, method):
        raise MethodNotAllowedError(_NOT_ALLOWED[method])
    return base


def write_merge(
    world: World,
    into: Repository,
    pull: PullRequest,
    actor: User,
    *,
    base: str,
    method: MergeMethod,
    words: tuple[str | None, str | None] = (None, None),
) -> str:
    """The commits of a merge onto ``base``, without moving anything; the last of them. Raises MergeConflictError."""
    store = into.store
    who, github = signature_of(world, actor), signature_of(world, world.web_flow)
    if method == "rebase":

        def write(tree: str, parents: tuple[str, ...], text: str, author: Signature) -> str:
            return store.add_commit(tree, parents, text, author=author, committer=who)

        return rebase(store, base, pull.head_sha, write)
    tree = merge_trees(store, base, pull.head_sha)
    if method == "squash":
        author = signature_of(world, pull.user)
        text = _squash_text(into, pull, base, words)
        return store.add_commit(tree, (base,), text, author=author, committer=github, signed=True)
    text = _merge_text(pull, words)
    return store.add_commit(tree, (base, pull.head_sha), text, author=who, committer=github, signed=True)


def _merge_text(pull: PullRequest, words: tuple[str | None, str | None]) -> str:
    title, message = words
    owner = pull.head_owner.login if pull.head_owner else "unknown repository"
    headline = title or f"Merge pull request #{pull.number} from {owner}/{pull.head_ref}"
    return _message(headline, pull.title if message is None else message)


def _squash_text(into: Repository, pull: PullRequest, base: str, words: tuple[str | None, str | None]) -> str:
    title, message = words
    commits = list(reversed(list_log(into.store, pull.head_sha, without=base)))
    proposed = commits[0].headline if len(commits) == 1 else pull.title
    body = squash_message(commits) if message is None else message
    return _message(title or f"{proposed} (#{pull.number})", body)


def _message(headline: str, body: str) -> str:
    return f"{headline}\n\n{body}" if body else headline
