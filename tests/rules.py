"""The rules that keep a release bot from being tricked, by number: what ``@pytest.mark.rule(n)`` stands for.

Each came out of an incident of a bot that others run, or of something GitHub's own documentation warns of. At least one
test bears the mark of each, and fails when the guard is taken out.
"""

from __future__ import annotations

from typing import Final

RULES: Final[dict[int, str]] = {
    1: "A delivery counts only when it is signed with SHA-256 and one of our secrets, looked at before anything else is.",
    2: "A delivery is taken once, by a GUID that is remembered only after the signature was good.",
    3: "A delivery is answered at once, and with a 503 when it could not be made durable.",
    4: "GitHub is asked who may when a command is carried out, and for the role's own name.",
    5: "Whoever GitHub does not vouch for may nothing, whatever went wrong with the question.",
    6: "People are told apart by their numbers; a login can change hands, and an account can be gone.",
    7: "Asking takes one role and approving a higher one; having opened the pull request gives none.",
    8: "Only the person who typed a command gives it: no bot, no App in their name, and nobody who sends it for them.",
    9: "What was edited is nobody's word: a command counts as it was typed, or not at all.",
    10: "Nothing acts in a locked thread.",
    11: "An approval is bound to a version, its commit and the attempt that asked for it, never to whatever is newest.",
    12: "GitHub is told what we expect with each change, so that it refuses when something moved.",
    13: "Before what cannot be taken back everything it rests on is looked at once more.",
    14: "Only a pull request that we made from this repository is a release; what others push to it has to be looked at.",
    15: "No bot is answered, we ourselves least of all, and one thread gets so many answers and no more.",
    16: "Nothing we say can be read as a command.",
    17: "What others wrote is shown and does nothing: no mention, no markup, no marker, and never too long.",
    18: "A comment is ours when we wrote it and it has our marker; either alone proves nothing.",
    19: "A workflow gets the inputs that the settings name, and nothing that somebody typed into a comment.",
    20: "Code of a repository is read and never run.",
    21: "Settings are those of the default branch, whatever the branch of a pull request says.",
    22: "The key is read in one place, and a token reaches one repository with what its task needs.",
    23: "No secret and no text of a payload is printed, logged or stored.",
    24: "What one token was shown is never used for another one.",
    25: "The state of a release stands in our check run, which nobody else can change, and in no commit status.",
    26: "A stranger costs two requests and gets no word, and after a few commands costs nothing.",
    27: "Every decision about a command leaves a row that says who, what, and why.",
}
"""Each in one sentence."""
