"""The core metadata inside a distribution."""

import io
import tarfile
import zipfile
import zlib

from bot.sandbox.actions.steps.execution import StepFailedError


def read_metadata(filename: str, content: bytes) -> str:
    """METADATA of a wheel or PKG-INFO of an sdist. Raises StepFailedError when the archive holds none."""
    try:
        raw = _from_wheel(content) if filename.endswith(".whl") else _from_sdist(content)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raw = None
    if raw is None:
        raise StepFailedError(f"InvalidDistribution: No PKG-INFO in archive or not a known archive: {filename}")
    return raw.decode(errors="replace")


def _from_wheel(content: bytes) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), None)
        return archive.read(name) if name else None


def _from_sdist(content: bytes) -> bytes | None:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            if member.name.count("/") == 1 and member.name.endswith("/PKG-INFO"):
                file = archive.extractfile(member)
                return file.read() if file else None
    return None
