"""What rulesets and immutable releases forbid, in GitHub's words."""

from bot.sandbox.http import UnprocessableError
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import RuleKind

_TAGS = "refs/tags/"

# Read in googleapis/release-please-action#1194 and opensearch-project/opensearch-api-specification#1193; the third has
# the form of the second.
_WORDS: dict[RuleKind, str] = {
    "creation": "Cannot create ref due to creations being restricted.",
    "update": "Cannot update this protected ref.",
    "deletion": "Cannot delete this protected ref.",
    "non_fast_forward": "Cannot force-push to this branch",
}


class RuleViolationError(UnprocessableError):
    """422: a ruleset, or an immutable release, forbids it."""

    def __init__(self, kind: RuleKind) -> None:
        super().__init__(f"Repository rule violations found\n\n{_WORDS[kind]}\n\n")


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
        if kind in ruleset.rules and ruleset.covers(name) and actor.id not in ruleset.bypass:
            raise RuleViolationError(kind)
