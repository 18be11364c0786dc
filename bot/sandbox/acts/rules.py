"""What rulesets and immutable releases forbid, in GitHub's words."""

from collections.abc import Iterator

from bot.sandbox.http import UnprocessableError
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import RuleKind, Ruleset

_TAGS = "refs/tags/"

# Read in googleapis/release-please-action#1194 and opensearch-project/opensearch-api-specification#1193; the third has
# the form of the second.
_WORDS: dict[RuleKind, str] = {
    "creation": "Cannot create ref due to creations being restricted.",
    "update": "Cannot update this protected ref.",
    "deletion": "Cannot delete this protected ref.",
    "non_fast_forward": "Cannot force-push to this branch",
    "merge_queue": "Changes must be made through the merge queue",
    "required_status_checks": 'Required status check "{}" is expected.',
}


class RuleViolationError(UnprocessableError):
    """422: a ruleset, or an immutable release, forbids it."""

    def __init__(self, kind: RuleKind, name: str = "") -> None:
        super().__init__(f"Repository rule violations found\n\n{_WORDS[kind].format(name)}\n\n")


def check_rules(repository: Repository, actor: User, name: str, kind: RuleKind) -> None:
    """Refuse what a rule does not let this account do to a ref.

    Immutable releases work through rules too, which nobody can bypass: their tag stays, and its name is never free again.

    Raises:
        RuleViolationError: 422.
    """
    tag = name.removeprefix(_TAGS) if name.startswith(_TAGS) else None
    held = any(release.immutable and release.tag_name == tag for release in repository.releases.values())
    if (kind == "creation" and tag in repository.burnt_tags) or (kind in ("update", "deletion") and held):
        raise RuleViolationError(kind)
    for ruleset in repository.rulesets:
        if ruleset.forbids(kind, name) and ruleset.binds(actor.id):
            raise RuleViolationError(kind)


def list_numbered(repository: Repository, *, with_inherited: bool = True) -> Iterator[tuple[int, Ruleset]]:
    """The rulesets by their numbers, which follow from their places: one that is put in the place of another is that one, edited."""
    for place, ruleset in enumerate(repository.rulesets, 1):
        if with_inherited or not ruleset.inherited:
            yield repository.id * 100 + place, ruleset


_PASSED = ("success", "neutral", "skipped")


def check_merge(repository: Repository, actor: User, base: str, head: str) -> None:
    """Refuse to merge past a merge queue, or without a check that is required.

    Raises:
        RuleViolationError: 422; the API answers a merge with 405 in the same words.
    """
    queue = find_queue(repository, base)
    if queue is not None and queue.binds(actor.id):
        raise RuleViolationError("merge_queue")
    unmet = find_unmet_check(repository, base, head, actor)
    if unmet is not None:
        raise RuleViolationError("required_status_checks", unmet)


def find_queue(repository: Repository, base: str) -> Ruleset | None:
    """The ruleset that gives a branch a merge queue."""
    return next(_list_rulesets(repository, base, "merge_queue"), None)


def list_required_checks(repository: Repository, base: str, actor: User | None = None) -> set[str]:
    """The names of the checks that merging into a branch takes, for ``actor``."""
    rulesets = _list_rulesets(repository, base, "required_status_checks")
    return {name for one in rulesets if actor is None or one.binds(actor.id) for name in one.checks}


def find_unmet_check(repository: Repository, base: str, sha: str, actor: User | None = None) -> str | None:
    """A check that is required and has not succeeded on a commit; the newest run of its name counts."""
    for name in sorted(list_required_checks(repository, base, actor)):
        runs = [run for run in repository.check_runs.values() if run.head_sha == sha and run.name == name]
        newest = max(runs, key=lambda run: run.id, default=None)
        if newest is None or newest.conclusion not in _PASSED:
            return name
    return None


def _list_rulesets(repository: Repository, base: str, kind: RuleKind) -> Iterator[Ruleset]:
    ref = f"refs/heads/{base}"
    return (one for one in repository.rulesets if one.forbids(kind, ref))
