"""The first page: what this is, the story, other worlds, and what can be made to go wrong."""

from bot.sandbox.page.switches import list_switches
from bot.sandbox.page.visit import Sheet, Visit

TRIGGERS = {
    "release-published": (
        "GitHub Release",
        "on: release",
        "The tag, then the GitHub Release; that one starts the run.",
    ),
    "tag-push": ("Tag", "on: push: tags", "The tag starts the run; the GitHub Release comes last, with attestations."),
    "dispatch": ("Dispatch", "on: workflow_dispatch", "The bot starts the run itself, at the tag."),
}
GATES = {
    "rule": ("The bot's gate", "Somebody types an approval into the thread."),
    "reviewers": ("Required reviewers", "mona or hugo review on the page of the run."),
    "both": ("Both", "An approval in the thread, and a review on the page of the run."),
    "none": ("No gate", "Merging publishes; nobody is asked again."),
}
ROLES = {
    "mona": "maintains the project: asks for releases, merges, approves",
    "hugo": "administers the project: like mona, and past every rule if need be",
    "wanda": "writes: asks for releases and merges, but approves nothing",
    "tariq": "triages: may ask how it stands",
    "rosa": "reads: the bot does not talk to her",
    "stan": "a stranger with an account",
}


def show_lobby(visit: Visit) -> Sheet:
    """The way in."""
    facts = {
        "triggers": TRIGGERS,
        "gates": GATES,
        "roles": ROLES,
        "switches": list_switches(visit.showing.sandbox),
        "choice": visit.showing.choice,
        "feature": visit.acme.feature,
        "releasing": [pull for pull in visit.acme.repository.pulls if visit.world.bot_app(pull.user)],
    }
    return Sheet("lobby.html", "Sandbox", facts)


def show_traffic(visit: Visit) -> Sheet:
    """What GitHub and the bot said to each other, newest first."""
    facts = {
        "deliveries": list(reversed(visit.world.deliveries))[:100],
        "requests": list(reversed(visit.world.requests))[:200],
        "request_count": len(visit.world.requests),
        "delivery_count": len(visit.world.deliveries),
    }
    return Sheet("traffic.html", "Behind the scenes", facts)
