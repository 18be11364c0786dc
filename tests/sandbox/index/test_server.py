"""The index on a real port, with real tools."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.index.server import IndexServer

from .conftest import Publishing, sdist, wheel


@pytest.fixture
async def address(publishing: Publishing) -> AsyncIterator[str]:
    async with IndexServer(publishing.index):
        yield publishing.index.base


async def run(*command: str) -> str:
    """Run a program that may look at nothing of this machine's pip configuration; its output."""
    isolated = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=isolated | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_pip_installs_from_the_index(publishing: Publishing, address: str, tmp_path: Path) -> None:
    publishing.upload(wheel("1.1.0"))
    publishing.upload(wheel("1.2.0"))
    python = tmp_path / "fresh" / "bin" / "python"
    await run(sys.executable, "-m", "venv", str(tmp_path / "fresh"))
    output = await run(
        str(python), "-m", "pip", "install", "--no-cache-dir", "--index-url", f"{address}/simple/", "widget==1.2.0"
    )
    assert "Successfully installed widget-1.2.0" in output
    assert await run(str(python), "-c", "import widget; print(widget.__version__)") == "1.2.0\n"


async def test_files_are_uploaded_over_http(publishing: Publishing, address: str) -> None:
    filename, content = wheel()
    form = aiohttp.FormData()
    for name, value in {":action": "file_upload", "name": "widget", "version": "1.2.0", "md5_digest": "x"}.items():
        form.add_field(name, value)
    form.add_field("content", content, filename=filename, content_type="application/octet-stream")
    headers = {"Authorization": aiohttp.encode_basic_auth("__token__", publishing.token())}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}/legacy/", data=form, headers=headers) as answer:
            assert answer.status == 200
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        async with session.get(f"{address}/simple/widget/", headers=accept) as page:
            listed = await page.json(content_type=None)
        async with session.get(listed["files"][0]["url"]) as download:
            assert await download.read() == content


async def test_a_connection_that_breaks(publishing: Publishing, address: str) -> None:
    publishing.index.faults.unreachable = "connection"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{address}/simple/widget/")


async def test_twine_uploads_and_is_told_why_not(publishing: Publishing, address: str, tmp_path: Path) -> None:
    for name, content in (wheel(), sdist()):
        (tmp_path / name).write_bytes(content)
    status, said = await twine(address, publishing.token(), tmp_path)
    assert status == 0, said
    assert sorted(file["filename"] for file in publishing.simple()["files"]) == [
        "widget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz",
    ]  # fmt: skip
    name, content = wheel(body="# another")
    (tmp_path / name).write_bytes(content)
    status, said = await twine(address, publishing.token(), tmp_path)
    assert status != 0
    assert "400 Bad Request" in said
    assert "File already exists" in said
    status, said = await twine(address, "pypi-nonsense", tmp_path)
    assert status != 0
    assert "403 Forbidden" in said


async def twine(address: str, token: str, folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "twine", "--no-color", "upload", "--non-interactive", "--disable-progress-bar", "--verbose",
        "--repository-url", f"{address}/legacy/", "--username", "__token__", "--password", token,
        *(str(path) for path in sorted(folder.iterdir())),  # noqa: ASYNC240 - two names of a folder
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()
