"""Who guards the environment of the publishing job. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.github.facts import Environment


class GateKind(StrEnum):
    """Who was to guard the publishing job, by one letter each."""

    RULE = "r"
    REVIEWERS = "v"
    BOTH = "b"
    NONE = "n"

    @property
    def ours(self) -> bool:
        """Whether our deployment protection rule is (also) there, so that ``approve`` opens it."""
        return self in (GateKind.RULE, GateKind.BOTH)

    @property
    def reviewed(self) -> bool:
        """Whether people named in the environment must review on the run's page."""
        return self in (GateKind.REVIEWERS, GateKind.BOTH)

    def keeps(self, promised: GateKind) -> bool:
        """Whether whoever was promised to be asked is asked here, too."""
        return self.ours >= promised.ours and self.reviewed >= promised.reviewed


def gate_kind(environment: Environment | None, app_id: int) -> GateKind:
    """Who guards ``environment``: verified by API and never assumed, for a workflow that names an environment nobody made gets an unguarded one."""
    if environment is None or not environment.exists:
        return GateKind.NONE
    ours, reviewed = app_id in environment.rule_app_ids, bool(environment.reviewers)
    if ours:
        return GateKind.BOTH if reviewed else GateKind.RULE
    return GateKind.REVIEWERS if reviewed else GateKind.NONE
