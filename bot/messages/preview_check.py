"""What the check run says that shows what an ordinary pull request will add to the next release."""

from __future__ import annotations

from bot.changelog import Level, Source, Weighed, list_entries_of, render_plain
from bot.github.facts import CheckContent, Conclusion
from bot.messages.text import block, code, finish, plain, short
from bot.release.preview import Preview, Untold

_MARK = "preview"
_LEVELS = {Level.MAJOR: "major", Level.MINOR: "minor", Level.PATCH: "patch", Level.NONE: "no release"}
_MOST_LINES = 60
_MOST_WEIGHED = 20
_MOST_WORDS = 120
_MOST_LABELS = 2


def render_preview_check(preview: Preview, *, required: bool) -> CheckContent:
    """The check run on the head of a pull request; ``required``: one without an entry that is needed fails."""
    fails = required and preview.is_missing
    parts = [
        *([_missing(preview)] if preview.is_missing else []),
        *_told(preview),
        _weight(preview),
        _version(preview),
        _change(preview),
    ]
    conclusion: Conclusion = "failure" if fails else "success" if required else "neutral"
    return CheckContent(
        conclusion=conclusion,
        external_id=_MARK,
        title="A changelog entry is missing" if fails else plain(f"{_LEVELS[preview.level]}: {_headline(preview)}"),
        summary=finish("\n\n".join(parts)),
    )


def _headline(preview: Preview) -> str:
    shown = next(iter((*preview.told, *preview.weighed)), None)
    lines = [line.strip() for line in (shown.text if shown is not None else preview.title).splitlines() if line.strip()]
    # A fragment of scriv begins with a heading.
    points = [line for line in lines if line.startswith(("- ", "* "))] or lines
    return " ".join(points[0].lstrip("-* ").split()) if points else "no words"


def _missing(preview: Preview) -> str:
    verb = "Add a fragment to" if preview.untold is Untold.NO_FRAGMENT else "Write an entry into"
    fix = f"{verb} {_place(preview)}"
    return f"**There is no changelog entry in this pull request.** {fix}, or, where there is nothing to tell, {_skip(preview)}."


def _skip(preview: Preview) -> str:
    names = [code(label) for label in preview.skip_labels[:_MOST_LABELS]]
    return f"give it the label {' or '.join(names)}" if names else "name a label for that in `changelog.skip-labels`"


def _told(preview: Preview) -> list[str]:
    if preview.told:
        lines = _entry_lines(preview)
        more = ["", "…"] if len(lines) > _MOST_LINES else []
        where = "the changelog" if preview.place is not None else "the notes of the release"
        return [f"In {where} it will read:", block([*lines[:_MOST_LINES], *more], "markdown")]
    if preview.is_missing:
        return []
    if preview.skip_label is not None:
        return [f"It will not stand in the changelog: the label {code(preview.skip_label)} keeps it out."]
    match preview.untold:
        case Untold.NO_FRAGMENT:
            return ["The changelog is made of fragments, and none of this pull request will be among them."]
        case Untold.BY_HAND:
            return ["The changelog is written by hand, and this pull request adds nothing to it that I could read."]
        case Untold.FIRST:
            return ["A first release tells what people have written for it, and no history."]
        case Untold.OTHERS_WROTE:
            return [
                f"People have written unreleased entries into {_place(preview)}, and only those are released: none is from here."
            ]
        case _:
            return [f"It will not stand in the changelog: {_why_not(preview)}."]


def _entry_lines(preview: Preview) -> list[str]:
    whole = [one for one in preview.told if one.why.source is Source.FRAGMENT and one.group is None]
    if whole:
        # A fragment of scriv brings its own headings along.
        return "\n\n".join(one.text for one in whole).splitlines()
    return render_plain(list_entries_of(preview.told)).splitlines()


def _why_not(preview: Preview) -> str:
    skipped = next((one.skipped for one in preview.weighed if one.skipped is not None), None)
    return str(skipped) if skipped is not None else "there is nothing to note"


def _place(preview: Preview) -> str:
    return code(preview.place) if preview.place is not None else "the changelog"


def _weight(preview: Preview) -> str:
    deciding = preview.deciding
    if deciding is None:
        return "It asks for no release by itself."
    # Where people have written an entry, a title that says nothing adds nothing.
    shown = [one for one in preview.weighed if one.why.source is not Source.DEFAULT] or preview.weighed
    rows = [
        f"- {_LEVELS[one.level]}: {code(' '.join(one.text.split()), _MOST_WORDS)} ({_why(one)})"
        for one in shown[:_MOST_WEIGHED]
    ]
    said = f"It is a **{_LEVELS[deciding.level]}** change: {_why(deciding)}."
    return "\n\n".join([said, "\n".join(rows)]) if len(rows) > 1 else said


def _why(entry: Weighed) -> str:
    match entry.why.source:
        case Source.LABEL:
            return f"the label {code(entry.why.word)} says so"
        case Source.COMMIT:
            return f"its type is {code(entry.why.word)}"
        case Source.FOOTER:
            return f"a footer says {code(entry.why.word)}"
        case Source.FRAGMENT:
            return f"the fragment {code(entry.why.word)} says so"
        case Source.SECTION:
            return "it stands so in the changelog"
        case _:
            return "nothing says that it weighs more or less" if entry.level else "nothing asks for a release"


def _version(preview: Preview) -> str:
    if not preview.has_project:
        return "No version is foreseen: what it changes does not belong to exactly one package that I can read."
    if preview.tag is None:
        return "Nothing that I know of was released from this branch before, so no version follows by itself."
    until = f" up to {code(short(preview.base))}" if preview.base is not None else ""
    since = f"With what was merged since {code(preview.tag)}{until}"
    if preview.version is None:
        return f"{since} there is nothing to be released yet."
    said = f"{since} the next release is {code(preview.version)}"
    if preview.without is None:
        return f"{said}. Without it there is nothing to be released."
    if preview.without == preview.version:
        return f"{said}, with this pull request and without it."
    return f"{said}. Without this pull request it is {code(preview.without)}."


def _change(preview: Preview) -> str:
    """How to make it read or weigh otherwise. What stands in fragments or the changelog is changed there."""
    ways = [
        "- its weight: a label such as `major`, `minor` or `patch`, or a title such as `feat: …`, `fix: …` or `feat!: …`"
    ]
    if preview.untold in (None, Untold.KEPT_OUT) and not _is_written(preview):
        ways.append("- its words: the title, or a block in the description that is fenced as `release-note`")
    else:
        ways.append(f"- its words: what it adds to {_place(preview)}")
    if preview.skip_label is not None:
        ways.append(f"- to have it in the changelog: take the label {code(preview.skip_label)} off")
    else:
        ways.append(f"- to keep it out of the changelog: {_skip(preview)}")
    return "\n".join(["To change that:", "", *ways])


def _is_written(preview: Preview) -> bool:
    return any(one.why.source in (Source.FRAGMENT, Source.SECTION) for one in preview.told)
