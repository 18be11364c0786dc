"""Everything that can be said of a repository's settings, with the line it stands on: for whoever is about to change them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.settings.reading import SettingsProblem, check_table, find_table, list_unknown
from bot.settings.repository import RepositorySettings
from bot.versions import find_keys

_LINE = re.compile(r"at line (\d{1,9})")
_TOOL = ("tool", "aweigh")
_MOST = 50


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say of a file of settings. ``wrong``: they cannot be used like that, or do not say what is meant."""

    path: str
    line: int
    detail: str
    wrong: bool = True


def review_settings(files: Mapping[str, bytes], paths: Iterable[str]) -> tuple[Remark, ...]:
    """What is to be said of the settings in ``files``; of ``paths`` the first with any is the one that counts."""
    remarks: list[Remark] = []
    counting: str | None = None
    for path in paths:
        if path not in files:
            continue
        table = find_table(path, files[path])
        if counting is not None and table is not None:
            remarks.append(_shadowed(path, files[path], table, counting))
        elif table is not None:
            remarks += _about(path, files[path], table)
            counting = path
    return tuple(remarks[:_MOST])


def _about(path: str, content: bytes, table: Mapping[str, Any] | SettingsProblem) -> list[Remark]:
    if isinstance(table, SettingsProblem):
        named = _LINE.search(table.detail)
        return [Remark(path, int(named[1]) if named else 1, table.detail)]
    lines = _Lines(path, content)
    checked = check_table(table)
    faults = () if isinstance(checked, RepositorySettings) else checked
    found: dict[tuple[int, str], Remark] = {}
    for fault in faults:
        line, key = lines.find(fault.where)
        # A value of which several kinds are allowed is told of once for each: one is enough to find it.
        found.setdefault((line, key), Remark(path, line, fault.detail))
    said = {fault.where for fault in faults}
    for where, meant in list_unknown(table):
        if where not in said:
            hint = f", did you mean {'.'.join((*where[:-1], meant))}?" if meant else ""
            line, key = lines.find(where)
            found.setdefault((line, key), Remark(path, line, f"{'.'.join(where)} is no setting{hint}"))
    return sorted(found.values(), key=lambda remark: remark.line)


def _shadowed(path: str, content: bytes, table: Mapping[str, Any] | SettingsProblem, by: str) -> Remark:
    line = 1 if isinstance(table, SettingsProblem) else _Lines(path, content).find(())[0]
    return Remark(path, line, f"these settings count for nothing beside those of {by}", wrong=False)


class _Lines:
    """Where the settings of one file stand."""

    def __init__(self, path: str, content: bytes) -> None:
        self._prefix = _TOOL if path == "pyproject.toml" else ()
        self._lines = find_keys(content.decode())

    def find(self, where: tuple[str | int, ...]) -> tuple[int, str]:
        """The line of the setting, or of the nearest thing around it, and its dotted name."""
        for end in range(len(where), -1, -1):
            line = self._lines.get((*self._prefix, *where[:end]))
            if line is not None:
                return line, ".".join(str(part) for part in where[:end])
        return 1, ""
