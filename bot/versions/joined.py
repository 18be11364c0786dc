"""One project of the packages that are released together: its places in order, each once, and whether they agree."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.backends.source import Source
from bot.versions.checkout import Checkout
from bot.versions.copies.finding import Finding, Subject
from bot.versions.copies.pins import find_companions
from bot.versions.places import PackagePlace
from bot.versions.project import Lookalike, Project, ProjectCode, ProjectRefused, Site, SourceFile
from bot.versions.sentences import Parts, Quoted

_MOST_NAMED = 5
_MOST_LOOKALIKES = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A package with the declared places of its version, none where that comes from the tag, and with all others."""

    subject: Subject
    source: Source
    finding: Finding

    @property
    def place(self) -> PackagePlace:
        """What the package is called, and where it stands."""
        return PackagePlace(self.subject.name, self.subject.package.checkout.root)


def join_derived(own: Found, others: Sequence[Found]) -> Project:
    """The project whose version comes from the tag, with the packages that go on with it.

    Raises:
        ProjectRefused: one of those says less than what was released last.
    """
    last = own.subject.version
    for site in [site for one in others for site in one.source.sites[:1]]:
        if last is not None and get_version(site) < last:
            # Nobody keeps it in step. What says more is on its way to the next release, or is that already.
            behind = (
                "The package goes on with ",
                Quoted(own.subject.name),
                ", whose last release is ",
                Quoted(str(last)),
                ", and",
            )
            says = (" says ", Quoted(site.spelling), " in ", Quoted(site.path), f" line {site.line}.")
            raise ProjectRefused(ProjectCode.SITES_DISAGREE, *behind, *says, path=site.path, line=site.line)
    return replace(_join(own, others), derived_by=own.source.derived_by).at(own.subject.spelling)


def join_declared(own: Found, others: Sequence[Found]) -> Project:
    """The project that declares its version, with the packages that go on with it.

    Raises:
        ProjectRefused: one of those declares another version.
    """
    first = own.source.sites[0]
    return replace(_join(own, others), version=get_version(first), spelling=first.spelling)


def _join(own: Found, others: Sequence[Found]) -> Project:
    """The package with those that go on with it. One whose version comes from the tag needs no place that declares it."""
    found = (own, *others)
    for one in found if others else ():
        one.finding.add(find_companions(one.subject, own.subject.name))
    declared = [site for one in found for site in one.source.sites[:1]]
    if any(get_version(site) != get_version(declared[0]) for site in declared):
        raise disagree(declared)
    checkout = own.subject.package.checkout
    sites = [site for one in found for site in (*one.source.sites, *one.finding.sites)]
    lookalikes = [item for one in found for item in one.finding.lookalikes]
    files, beside, together = _group(checkout, sites), _beside(lookalikes, sites), (one.place for one in others)
    return Project(
        own.subject.name, Version("0"), "0", files, tuple(beside), root=checkout.root, together=tuple(together)
    )


def _group(checkout: Checkout, sites: Iterable[Site]) -> tuple[SourceFile, ...]:
    """The files of ``sites``; of those that share characters the first counts."""
    grouped: dict[str, list[Site]] = {}
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for site in sites:
        known, spans = taken[site.path], [(piece.start, piece.end) for piece in site.pieces]
        if not any(_meets(known, span) for span in spans):
            grouped.setdefault(site.path, []).append(site)
            for span in spans:
                insort(known, span)
    return tuple(
        SourceFile(
            path, checkout.files[path], tuple(sorted(found, key=lambda site: site.start)) if index else tuple(found)
        )
        for index, (path, found) in enumerate(grouped.items())
    )


def _meets(known: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether a span shares characters with one of those that are known, which are in order and share none."""
    place = bisect_left(known, span)
    near = known[max(0, place - 1) : place + 1]
    return any(start < span[1] and span[0] < end for start, end in near)


def _beside(lookalikes: list[Lookalike], sites: Iterable[Site]) -> list[Lookalike]:
    """The lookalikes on lines without a site, each once."""
    taken = {(site.path, site.line) for site in sites}
    return [item for item in dict.fromkeys(lookalikes) if (item.path, item.line) not in taken][:_MOST_LOOKALIKES]


def get_version(site: Site) -> Version:
    """The version that a site says.

    Raises:
        ProjectRefused: it says none that PEP 440 allows.
    """
    version = find_version(site.spelling)
    if version is None:
        wrong = (f"{site.kind}, ", Quoted(site.spelling), ", is not a version in the sense of PEP 440.")
        raise ProjectRefused(ProjectCode.NOT_PEP440, *wrong, path=site.path, line=site.line)
    return version


def disagree(sites: Sequence[Site]) -> ProjectRefused:
    """The refusal that names each of ``sites`` with what it says."""
    refused = ProjectRefused(ProjectCode.SITES_DISAGREE, *_disagreement(sites))
    refused.problem = replace(refused.problem, sites=tuple(sites))
    return refused


def _disagreement(sites: Iterable[Site]) -> Parts:
    said = [(Quoted(site.spelling), " in ", Quoted(site.path), f" line {site.line}") for site in sites][:_MOST_NAMED]
    places: list[str | Quoted] = []
    for number, parts in enumerate(said):
        places += [", " if number else "", *parts]
    return ("The places that hold the version do not agree: ", *places, ". Make them equal.")
