"""A report of a run as text, JSON, JUnit XML or workflow commands."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from payguard import __version__
from payguard.identifiers.problem import counted
from payguard.reporters.github import workflow_command
from payguard.reporters.json_report import dumps
from payguard.reporters.junit import Test, document
from payguard.reporters.plain_text import line_start, plain
from payguard.smoke.report import EMULATOR, LIVE, Report, Row, outcome_words, remarks
from payguard.smoke.verdict import Answer, Standing

VERSION = 1
_MARKS = {
    Standing.AS_EXPECTED: "ok",
    Standing.NOT_AS_EXPECTED: "FAILED",
    Standing.UNDECIDED: "undecided",
    Standing.COULD_NOT_RUN: "not run",
}
_WORDS = {
    Standing.AS_EXPECTED: "as expected",
    Standing.NOT_AS_EXPECTED: "not as expected",
    Standing.UNDECIDED: "undecided",
    Standing.COULD_NOT_RUN: "not run",
}
_COLORS = {
    Standing.AS_EXPECTED: "32",
    Standing.NOT_AS_EXPECTED: "31;1",
    Standing.UNDECIDED: "33",
    Standing.COULD_NOT_RUN: "31",
}
_WIDTH = max(map(len, _MARKS.values()))
_COMMANDS = {
    Standing.NOT_AS_EXPECTED: "error",
    Standing.COULD_NOT_RUN: "error",
    Standing.UNDECIDED: "warning",
}
_ELEMENTS = {
    Standing.NOT_AS_EXPECTED: "failure",
    Standing.COULD_NOT_RUN: "error",
    Standing.UNDECIDED: "skipped",
}


def render(report: Report, output_format: str, *, color: bool = False) -> Iterator[str]:
    """Yield a report, in pieces.

    Args:
        report: the run.
        output_format: one of FORMATS.
        color: whether text may be coloured.
    """
    if output_format == "text":
        return _text(report, color=color)
    return _RENDERERS[output_format](report)


# Text


def _text(report: Report, *, color: bool) -> Iterator[str]:
    for note in report.notes:
        yield f"{line_start(note)}\n"
    if report.notes:
        yield "\n"
    for row in report.rows:
        yield f"{line_start(_heading(row))}\n"
        for answer in row.answers:
            yield from _answer_lines(answer, row, color=color)
    if report.rows:
        yield "\n"
    yield f"{summary(report)}\n"


def _heading(row: Row) -> str:
    persona = f" ({row.persona})" if row.persona else ""
    at = f"  {row.place.path}:{row.place.line}:{row.place.column}" if row.place else ""
    return f"{row.who}{persona} on {row.manager_arn}{at}"


def _answer_lines(answer: Answer, row: Row, *, color: bool) -> Iterator[str]:
    mark = f"{_MARKS[answer.standing]:<{_WIDTH}}"
    if color:
        mark = f"\x1b[{_COLORS[answer.standing]}m{mark}\x1b[0m"
    yield f"  {mark}  {plain(sentence(answer))}\n"
    lead = " " * (_WIDTH + 4)
    for word, text in remarks(answer):
        yield f"{lead}{word}: {plain(text)}\n"
    for line in row.explained.get(answer.api, ()):
        yield f"{lead}{plain(line)}".rstrip() + "\n"


def sentence(answer: Answer) -> str:
    """Return an answer in one line."""
    says = f": {answer.trouble.says}" if answer.trouble is not None else ""
    return f"{answer.api}: {outcome_words(answer)}{says}"


def summary(report: Report) -> str:
    """Return the counts of a run in one line."""
    counts = report.counts
    calls = sum(counts.values())
    told = [f"{counts[standing]} {_WORDS[standing]}" for standing in Standing if counts[standing]]
    word = "Interrupted: of " if report.interrupted else ""
    of = " of the emulator" if report.mode == EMULATOR else ""
    what = f"{counted(len(report.rows), 'target')}{of}, {counted(calls, 'call')}"
    return f"{word}{what}: {', '.join(told) or 'nothing was asked'}."


# JSON


def _json(report: Report) -> Iterator[str]:
    content = {
        "version": VERSION,
        "tool": {"name": "payguard", "version": __version__},
        "mode": report.mode,
        "complete": not report.interrupted,
        "summary": {str(standing): count for standing, count in report.counts.items()},
        "notes": list(report.notes),
        "targets": list(map(_json_row, report.rows)),
    }
    # Once more, in lines for people; what could not be in strict JSON is spelt out by now.
    yield json.dumps(json.loads(dumps(content)), indent=2).replace("##", "#\\u0023") + "\n"


def _json_row(row: Row) -> dict[str, Any]:
    place = row.place._asdict() if row.place else dict.fromkeys(("path", "line", "column"))
    return {
        "who": row.who,
        "role_arn": row.role_arn or None,
        "manager_arn": row.manager_arn,
        "persona": row.persona or None,
        "authorizer": row.authorizer or None,
        **place,
        "answers": [_json_answer(answer, row) for answer in row.answers],
    }


def _json_answer(answer: Answer, row: Row) -> dict[str, Any]:
    found = answer.trouble
    denial = found.denial if found else None
    return {
        "api": answer.api,
        "expected": answer.expected or None,
        "outcome": str(answer.outcome),
        "standing": str(answer.standing),
        "cause": found.cause if found else None,
        "message": found.says if found else None,
        "help": (found.mend or None) if found else None,
        "reference": (found.source or None) if found else None,
        "denied_action": (denial.action or None) if denial else None,
        "layer": (denial.layer or None) if denial else None,
        "explicit": denial.explicit if denial else None,
        "pages": answer.pages,
        "entries": answer.entries,
        "attempts": answer.attempts,
        "notes": list(answer.notes),
        "explained": list(row.explained.get(answer.api, ())),
    }


# JUnit XML

_CLASS = "payguard.smoke"


def _junit(report: Report) -> Iterator[str]:
    return document([_test(answer, row, report) for row in report.rows for answer in row.answers])


def _test(answer: Answer, row: Row, report: Report) -> Test:
    # What AWS itself did not answer is not to be taken for it.
    class_name = _CLASS if report.mode == LIVE else f"{_CLASS}.{report.mode}"
    name = f"{answer.api} as {row.who} on {row.manager_arn}"
    text = tuple(plain(line) for line in (*_details(answer, row), *report.notes))
    element = _ELEMENTS.get(answer.standing, "")
    if not element:
        return Test(class_name, name, output=text, is_file=False)
    message = sentence(answer)
    kind = str(answer.standing)
    return Test(class_name, name, element, kind, message, text, is_file=False)


def _details(answer: Answer, row: Row) -> Iterator[str]:
    yield sentence(answer)
    yield from (f"{word}: {text}" for word, text in remarks(answer))
    yield from row.explained.get(answer.api, ())


# Workflow commands of GitHub's


def _github(report: Report) -> Iterator[str]:
    for row in report.rows:
        for answer in row.answers:
            command = _COMMANDS.get(answer.standing)
            if command is None:
                continue
            mode = "" if report.mode == LIVE else f" ({report.mode})"
            title = f"payguard smoke{mode}: {_WORDS[answer.standing]}"
            place = {"file": row.place.path, "line": str(row.place.line)} if row.place else {}
            text = [_heading(row), *_details(answer, row), *report.notes]
            yield workflow_command(command, {**place, "title": title}, text)


_RENDERERS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "json": _json,
    "junit": _junit,
    "github": _github,
}
FORMATS = ("text", *_RENDERERS)
