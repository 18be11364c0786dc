"""Building sdist and wheel, for real, of whatever a checkout holds."""

import asyncio
import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT_SECONDS = 180
# Enough for a project with a broken build to say why, little enough to keep.
_MAX_OUTPUT = 200_000


@dataclass(frozen=True)
class Build:
    """What a build made: files by name, none when it failed, and what it printed."""

    files: Mapping[str, bytes]
    output: str
    exit_code: int


class Builder:
    """Runs the project's own build backend in a directory of its own, once for each tree.

    There is no isolation and no download: a project can be built when its backend is installed beside the sandbox
    (hatchling is). The backend runs the project's code, as on a real runner; it is given an environment without
    anything of ours in it.
    """

    def __init__(self) -> None:
        self._done: dict[str, Build] = {}

    async def build(self, files: Mapping[str, bytes]) -> Build:
        """Build an sdist and, from it, a wheel, as `python -m build` does."""
        key = digest_of(files)
        if key not in self._done:
            self._done[key] = await build_anew(files)
        return self._done[key]


def digest_of(files: Mapping[str, bytes]) -> str:
    """What tells one tree from another."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{len(path)}:{path}:{len(files[path])}:".encode() + files[path])
    return digest.hexdigest()


async def build_anew(files: Mapping[str, bytes]) -> Build:
    """Build a tree, whether or not it was built before."""
    with tempfile.TemporaryDirectory(prefix="sandbox-build-") as directory:
        # The project's folder has a fixed name, so that no output depends on where it was built.
        source, target = Path(directory, "project"), Path(directory, "dist")
        await asyncio.to_thread(_write, source, files)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--skip-dependency-check",
            "--outdir",
            str(target),
            str(source),
            cwd=source,
            env=_environment(directory),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _TIMEOUT_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            return Build({}, "The build took too long and was ended.", 124)
        text = output[-_MAX_OUTPUT:].decode(errors="replace").replace(directory, "/home/runner/work")
        built = await asyncio.to_thread(_read, target) if process.returncode == 0 else {}
        return Build(built, text.rstrip("\n"), process.returncode or 0)


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    root.mkdir()
    for path, content in files.items():
        target = root.joinpath(path)
        # Paths come from a git tree, where nothing forbids `..`; a checkout must not leave its directory.
        if not target.resolve().is_relative_to(root.resolve()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _read(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.iterdir())}


def _environment(home: str) -> dict[str, str]:
    """What a build may see: a path to programs, a home of its own, and a fixed time, so that equal trees build equal."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "SOURCE_DATE_EPOCH": "1580601600",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
