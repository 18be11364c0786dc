"""Installing from the sandbox's index into a fresh environment, as a user of the package would."""

import asyncio
import importlib.util
import os
import sys
import tempfile
from pathlib import Path


class InstallFailedError(Exception):
    """pip, or the installed package, failed; the message is what it said."""


async def install(index: str, requirement: str, check: str) -> str:
    """Install ``requirement`` from ``index`` alone and answer what the Python code ``check`` prints there.

    Raises:
        InstallFailedError: a command failed.
    """
    with tempfile.TemporaryDirectory(prefix="aweigh-install-") as folder:
        environment = Path(folder) / "fresh"
        python = str(environment / "bin" / "python")
        # pip of this environment can install into another one, which saves giving that one a pip of its own.
        bare = importlib.util.find_spec("pip") is not None
        await _run(sys.executable, "-m", "venv", *(["--without-pip"] if bare else []), str(environment))
        pip = [sys.executable, "-m", "pip", "--python", python] if bare else [python, "-m", "pip"]
        options = ["--quiet", "--isolated", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
        await _run(*pip, "install", *options, "--index-url", f"{index}/simple/", requirement)
        return (await _run(python, "-c", check)).strip()


async def _run(*command: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**clean, "PIP_CONFIG_FILE": os.devnull},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode(errors="replace")
    if process.returncode:
        raise InstallFailedError(said[-2000:])
    return said
