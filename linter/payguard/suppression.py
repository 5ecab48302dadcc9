"""Suppressions: findings that somebody accepted, why, and until when.

Where a file has comments, ``# payguard: ignore[rule-id] reason`` stands on the finding's own line
or alone on the line above it. Elsewhere an entry ``[[ignore]]`` of the configuration speaks. What
is wrong with a suppression is a finding itself, which no suppression silences.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from payguard.finding import Finding, Location, Severity, Span
from payguard.infrastructure import COMMENT_MARK, Document, SourceMap
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

_FORM = 'expected "ignore[rule-id] reason"'
# More is no work of hands, and each costs time.
_COMMENTS, _RULES = 1000, 16


class Remark(NamedTuple):
    """What a finding about a suppression says, as a rule's metadata does."""

    summary: str
    why: str
    severity: Severity = Severity.WARNING


REMARKS = {
    "expired-suppression": Remark(
        "A suppression silences nothing any more: its last day has passed.",
        "Somebody accepted the finding for a time, and the time is over. The finding is reported "
        "again; mend it, or decide anew.",
    ),
    "malformed-suppression": Remark(
        "A suppression silences nothing, or less than it says: it cannot be read, or names no rule.",
        "Who reads the file believes that a finding was considered and accepted. It was not.",
    ),
    "suppression-without-reason": Remark(
        "A suppression silences nothing: it gives no reason.",
        "A finding about access is accepted by somebody for a reason that the next reader must be "
        "able to judge. Without one, nothing is silenced.",
    ),
    "unused-suppression": Remark(
        "A suppression silences nothing: there is no such finding.",
        "What it was written for has been mended or has moved. Left in place, it will silence the "
        "next mistake of the same kind.",
    ),
}
RULE_IDS = tuple(REMARKS)


def nearest(name: str, known: Collection[str]) -> str:
    """Return ``; did you mean "..."?`` with the known name nearest to ``name``, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415  only for a mistake

    close = get_close_matches(name[:80].lower().replace("_", "-"), known, n=1)
    return f"; did you mean {quote(close[0])}?" if close else ""


class Ignore(NamedTuple):
    """Findings that are accepted: an entry of ``[[tool.payguard.ignore]]``.

    Attributes:
        path: pattern for the files.
        rule: id of the rule.
        reason: why they are accepted.
        pointer: only findings at this JSON Pointer or below it; empty for all.
        sid: only findings in the statement with this Sid; empty for all.
        expires: the last day on which they are silenced.
        file: the configuration file that says so.
        line: where in it, from 1.
    """

    path: str
    rule: str
    reason: str
    pointer: str = ""
    sid: str = ""
    expires: date | None = None
    file: str = ""
    line: int = 1


class Globs:
    """Patterns for paths as .gitignore has them, relative to a folder; the last that fits decides.

    ``admin.json`` fits at any depth, ``policies/*.json`` in that folder, ``examples/`` everything
    below a folder of that name.
    """

    __slots__ = ("_root", "_spec")

    def __init__(self, patterns: Collection[str], root: str) -> None:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415  costs start-up time

        self._root = root
        self._spec = GitIgnoreSpec.from_lines(pattern.removeprefix("./") for pattern in patterns)

    def match(self, path: str) -> bool:
        """Tell whether ``path``, as seen from the working folder, lies below the root and fits."""
        return self.fits(below(self._root, path))

    def fits(self, name: str) -> bool:
        """Tell whether a path relative to the root fits; the empty one, from elsewhere, does not."""
        return bool(name) and self._spec.match_file(name)


@lru_cache(maxsize=256)
def globs(patterns: tuple[str, ...], root: str) -> Globs:
    """Return compiled patterns; raises ValueError or re.error where one is malformed."""
    return Globs(patterns, root)


def below(root: str, path: str) -> str:
    """Return ``path`` relative to ``root``, with forward slashes; empty where it is elsewhere."""
    try:
        name = os.path.relpath(path, root)
    except ValueError:  # another drive
        return ""
    return "" if name.split(os.sep, 1)[0] == os.pardir else name.replace(os.sep, "/")


class Comment(NamedTuple):
    """What a comment says: the rules it names, why, and what is wrong with it, if anything."""

    rules: tuple[str, ...]
    reason: str
    defect: str = ""


def parse_comment(text: str) -> Comment:
    """Read what stands behind ``# payguard:``, such as ``ignore[unknown-action] a reason``."""
    if not text.startswith("ignore"):
        return Comment((), "", f"{quote(text)} says nothing to payguard; {_FORM}")
    names, bracket, reason = text.removeprefix("ignore").lstrip().partition("]")
    if not names.startswith("["):
        return Comment((), "", f"{quote(text)} names no rule; {_FORM}")
    if not bracket:
        return Comment((), "", f"{quote(text)} lacks the closing bracket; {_FORM}")
    rules = tuple(dict.fromkeys(name.strip() for name in names[1:].split(",") if name.strip()))
    if not rules:
        return Comment((), "", f"{quote(text)} names no rule; {_FORM}")
    if len(rules) > _RULES:
        return Comment((), "", f"one comment names {len(rules)} rules; at most {_RULES} are read")
    return Comment(rules, _reason(reason))


def _reason(text: str) -> str:
    """Return the words of a reason; empty where there are only signs."""
    text = text.strip().lstrip(":-\u2013\u2014 ")
    return text if any(character.isalnum() for character in text) else ""


@dataclass(slots=True)
class _Standing:
    """A comment at its place, and which of its rules have silenced a finding."""

    comment: Comment
    location: Location
    source: str
    used: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Entry:
    """An entry of the configuration: whether its files were checked, whether it silenced any."""

    ignore: Ignore
    globs: Globs
    works: bool
    met: bool = False
    used: bool = False

    def covers(self, path: str, pointer: str, sid: str | None) -> bool:
        """Tell whether the finding at this place is meant."""
        ignore = self.ignore
        if ignore.sid and ignore.sid != sid:
            return False
        if ignore.pointer and not f"{pointer}/".startswith(f"{ignore.pointer}/"):
            return False
        return self.globs.match(path)


class Suppressions:
    """The suppressions of one run: asked about each finding, and at the end about themselves.

    Args:
        ignores: the entries of the configuration.
        today: the day on which the run takes place.
        root: the folder to which the patterns of the entries are relative.
        active: the rules that take part in the run; None for all. What is said about another
            rule is not called unused.
    """

    def __init__(
        self,
        ignores: Iterable[Ignore],
        today: date,
        root: str,
        active: Collection[str] | None = None,
    ) -> None:
        self._today, self._root, self._active = today, root, active
        self._entries = [
            _Entry(ignore, globs((ignore.path,), root), self._works(ignore)) for ignore in ignores
        ]
        self._comments: dict[str, dict[int, list[_Standing]]] = {}

    def _works(self, ignore: Ignore) -> bool:
        return not self._expired(ignore) and bool(_reason(ignore.reason))

    def _expired(self, ignore: Ignore) -> bool:
        return ignore.expires is not None and ignore.expires < self._today

    def visit(self, document: Document) -> None:
        """Take note of a document that is checked: its comments, and the entries about its file.

        To be called for every document, also for one without findings, before ``silences``.
        """
        path = document.path
        name = below(self._root, path) if self._entries else ""
        for entry in self._entries:
            entry.met = entry.met or entry.globs.fits(name)
        if path not in self._comments and (comments := document.source.comments()):
            self._comments[path] = _standing(path, document.source, comments)

    def silences(self, path: str, rule: str, pointer: str, sid: str | None, line: int) -> bool:
        """Tell whether a finding is accepted.

        Args:
            path: of the document, as in ``visit``.
            rule: the rule's id.
            pointer: the finding's place in the document.
            sid: of the statement that holds the place; None where there is none.
            line: the finding's line.
        """
        silent = False
        for entry in self._entries:
            if entry.works and entry.ignore.rule == rule and entry.covers(path, pointer, sid):
                entry.used = silent = True
        for standing in self._comments.get(path, {}).get(line, ()):
            if standing.comment.reason and rule in standing.comment.rules:
                standing.used.add(rule)
                silent = True
        return silent

    def findings(self) -> list[Finding]:
        """Return what is wrong with the suppressions, ordered by path, line, column and rule."""
        found = [finding for entry in self._entries for finding in self._about_entry(entry)]
        for lines in self._comments.values():
            for standing in (standing for many in lines.values() for standing in many):
                found += self._about_comment(standing)
        return sorted(found, key=_place)

    def _about_entry(self, entry: _Entry) -> Iterator[Finding]:
        ignore = entry.ignore
        what = f"the suppression of {quote(ignore.rule)} ({quote(ignore.reason)})"
        at = Location(ignore.file, Span(ignore.line, 1, ignore.line, 1))
        if defect := _no_rule(ignore.rule):
            yield _finding("malformed-suppression", defect, "name a rule, or remove the entry", at)
        elif not entry.met:
            return
        elif not _reason(ignore.reason):
            message = f"the suppression of {quote(ignore.rule)} gives no reason"
            yield _finding("suppression-without-reason", message, _GIVE_REASON, at)
        elif self._expired(ignore):
            message = f"{what} has expired: its last day was {ignore.expires}"
            yield _finding("expired-suppression", message, "mend the finding or decide anew", at)
        elif not entry.used and self._is_active(ignore.rule):
            message = f"{what} silences nothing in the files that match {quote(ignore.path)}"
            yield _finding("unused-suppression", message, "remove the entry", at)

    def _about_comment(self, standing: _Standing) -> Iterator[Finding]:
        comment, at, source = standing.comment, standing.location, standing.source
        if comment.defect:
            yield _finding("malformed-suppression", comment.defect, "", at, source)
        rules = []
        for rule in comment.rules:
            if defect := _no_rule(rule):
                help_ = "name a rule, or remove the comment"
                yield _finding("malformed-suppression", defect, help_, at, source)
            else:
                rules.append(rule)
        if rules and not comment.reason:
            message = f"the suppression of {quote(', '.join(rules))} gives no reason"
            yield _finding("suppression-without-reason", message, _GIVE_REASON, at, source)
            return
        for rule in rules:
            if rule not in standing.used and self._is_active(rule):
                what = f"the suppression of {quote(rule)} ({quote(comment.reason)})"
                message = f"{what} silences nothing"
                yield _finding("unused-suppression", message, "remove the comment", at, source)

    def _is_active(self, rule: str) -> bool:
        return self._active is None or rule in self._active


def _standing(
    path: str, source: SourceMap, comments: list[tuple[int, str]]
) -> dict[int, list[_Standing]]:
    """Return the comments of a file by the line that they speak about."""
    lines = {number: source.line(number) for number, _ in comments[:_COMMENTS]}
    found: dict[int, list[_Standing]] = {}
    target = 0
    for number, text in reversed(comments[:_COMMENTS]):
        target = _target(number, target, lines)
        column = lines[number].find(COMMENT_MARK) + 1 or 1
        span = Span(number, column, number, len(lines[number]) + 1)
        standing = _Standing(parse_comment(text), Location(path, span), lines[number])
        found.setdefault(target, []).append(standing)
    if len(comments) > _COMMENTS:
        found.setdefault(0, []).append(_too_many(path, comments[_COMMENTS][0]))
    return found


def _target(number: int, below: int, lines: dict[int, str]) -> int:
    """Return the line that a comment speaks about: its own, or the next if it stands alone.

    Comments that stand alone one below the other speak about the same line: ``below`` is the
    line that the next comment speaks about.
    """
    if not _alone(lines[number]):
        return number
    return below if _alone(lines.get(number + 1, "")) else number + 1


def _alone(line: str) -> bool:
    return line.lstrip().startswith(("#", "//"))


def _too_many(path: str, number: int) -> _Standing:
    defect = f"the file holds more than {_COMMENTS} comments to payguard; the rest is not read"
    return _Standing(Comment((), "", defect), Location(path, Span(number, 1, number, 1)), "")


_GIVE_REASON = "say why the finding is accepted; until then nothing is silenced"


def _no_rule(name: str) -> str:
    """Say why ``name`` cannot be suppressed; empty where it can."""
    if name in REMARKS:
        return f"{quote(name)} is about suppressions and cannot be suppressed itself"
    known = _rule_ids()
    if name in known:
        return ""
    return f"the suppression names {quote(name)}, which is no rule{nearest(name, known)}"


@lru_cache(maxsize=1)
def _rule_ids() -> frozenset[str]:
    from payguard.rules.listener import listeners  # noqa: PLC0415  asked by few runs

    return frozenset(rule.id for rule in listeners())


def _finding(rule: str, message: str, help_: str, at: Location, source: str = "") -> Finding:
    return Finding(rule, REMARKS[rule].severity, message, help_, "", at, source)


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.location.span
    return (finding.location.path, span.line, span.column, finding.rule, finding.message)
