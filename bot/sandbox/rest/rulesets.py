"""Rulesets, for whoever may read the repository."""

from bot.sandbox.acts.rules import list_numbered
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, ok
from bot.sandbox.shapes.rulesets import full_ruleset, ruleset

routes = Routes()

_TARGETS = ("branch", "tag", "push", "repository")


@routes.get("/repos/{owner}/{repo}/rulesets")
def list_rulesets(call: Call) -> Response:
    """The rulesets that are about this repository, without their rules."""
    targets = [one for one in call.query("targets").split(",") if one]
    if not {*targets} <= {*_TARGETS}:
        raise UnprocessableError("Invalid targets")
    found = [
        (number, one)
        for number, one in list_numbered(call.repository, with_inherited=_with_inherited(call))
        if not targets or one.target in targets
    ]
    return call.page(found, lambda one: ruleset(call.world.links, call.repository, *one))


@routes.get("/repos/{owner}/{repo}/rulesets/{ruleset_id}")
def get_ruleset(call: Call) -> Response:
    """One ruleset with its rules, and whether whoever asks gets past them."""
    wanted = call.number("ruleset_id")
    for number, one in list_numbered(call.repository, with_inherited=_with_inherited(call)):
        if number == wanted:
            return ok(full_ruleset(call.world.links, call.repository, number, one, call.actor))
    raise NotFoundError


def _with_inherited(call: Call) -> bool:
    return call.query("includes_parents", "true") != "false"
