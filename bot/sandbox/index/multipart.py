"""Reading `multipart/form-data` (RFC 7578), as uploads send it."""

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_PARAMETER = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Part:
    """One field of a form; `filename` only for a file."""

    name: str
    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", errors="replace")


def parse_form(content_type: str, body: bytes) -> list[Part]:
    """The fields of a form in the order sent. Raises ValueError when the body is not one."""
    boundary = _BOUNDARY.search(content_type)
    if "multipart/form-data" not in content_type.lower() or boundary is None:
        raise ValueError("not a multipart form")
    delimiter = b"\r\n--" + boundary[1].encode()
    sections = (b"\r\n" + body).split(delimiter)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise ValueError("the form has no end")
    return [_part(section) for section in sections[1:-1]]


def _part(section: bytes) -> Part:
    head, blank, content = section.partition(b"\r\n\r\n")
    disposition = re.search(r"content-disposition:([^\r\n]*)", head.decode("utf-8", errors="replace"), re.IGNORECASE)
    parameters = dict(_PARAMETER.findall(disposition[1])) if disposition else {}
    if not blank or "name" not in parameters:
        raise ValueError("a part of the form has no name")
    return Part(parameters["name"], content, parameters.get("filename"))
