"""What the check run says that looks at changed settings."""

from __future__ import annotations

from collections.abc import Sequence

from bot.github.facts import Annotation, CheckContent
from bot.messages.annotations import ANNOTATED
from bot.messages.text import code, finish, plain
from bot.settings.review import Remark

_MARK = "settings"


def render_settings_check(remarks: Sequence[Remark], paths: Sequence[str]) -> CheckContent:
    """The check run on the head of a pull request that changes the settings in ``paths``."""
    wrong = sum(remark.wrong for remark in remarks)
    parts = [f"Looked at: {', '.join(code(path) for path in paths)}."]
    if wrong:
        title = "One setting is not right" if wrong == 1 else f"{wrong} settings are not right"
        parts.append("Merged like this, they would stop releases or would not do what is meant.")
    else:
        title = "The settings can be used"
        parts.append("They count once they are on the default branch.")
    if remarks:
        parts.append("\n".join(f"- {code(f'{one.path}:{one.line}')}: {code(one.detail)}" for one in remarks))
        parts.append(ANNOTATED)
    return CheckContent(
        conclusion="failure" if wrong else "success",
        external_id=_MARK,
        title=title,
        summary=finish("\n\n".join(parts)),
        annotations=tuple(_annotate(remark) for remark in remarks),
    )


def _annotate(remark: Remark) -> Annotation:
    detail = plain(remark.detail)
    sentence = detail if detail.endswith(("?", ".")) else f"{detail}."
    return Annotation(remark.path, sentence, "failure" if remark.wrong else "warning", remark.line)
