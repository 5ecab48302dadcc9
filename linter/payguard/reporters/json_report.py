"""JSON for programs: the whole report, one entry a line; the schema is report.schema.json."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from payguard.finding import Finding, InputError, Report, Witness
from payguard.reporters import Options
from payguard.reporters.fingerprint import fingerprints
from payguard.reporters.summary import severity_counts

VERSION = 1


def render_json(report: Report, options: Options) -> Iterator[str]:
    """Yield the report as one JSON object; see ``payguard.reporters.render``."""
    yield f'{{\n"version": {VERSION},\n'
    yield f'"tool": {dumps({"name": "payguard", "version": options.version})},\n'
    yield f'"summary": {dumps(_summary(report))},\n'
    marks = fingerprints((*report.findings, *report.undecided))
    yield from listed("findings", map(_finding, report.findings, marks))
    yield ",\n"
    yield from listed("errors", map(_error, report.errors))
    yield ",\n"
    yield from listed("undecided", map(_finding, report.undecided, marks))
    yield "\n}\n"


def dumps(value: object) -> str:
    """Return ``value`` as JSON on one line, fit for any encoding, parser and CI log.

    ASCII only; a lone surrogate, as in a file name that is no UTF-8, is spelt out, because strict
    parsers refuse it; no ``##`` stands in it, which would begin a command in a CI log.
    """
    text = _encode(value)
    if "\\ud" in text:
        text = _encode(_spelt_out(value))
    return text.replace("##", "#\\u0023")


_encode = json.JSONEncoder(separators=(", ", ": ")).encode


def _spelt_out(value: Any) -> Any:
    """Return ``value``, shallow objects and lists of text, without lone surrogates."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelt_out(key): _spelt_out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spelt_out(item) for item in value]
    return value


def listed(name: str, entries: Iterable[object]) -> Iterator[str]:
    """Yield a member of an object, its elements one a line."""
    yield f'"{name}": ['
    separator = "\n"
    for entry in entries:
        yield f"{separator}{dumps(entry)}"
        separator = ",\n"
    yield "]" if separator == "\n" else "\n]"


def _summary(report: Report) -> dict[str, Any]:
    return {
        "documents": report.documents,
        "files": report.files,
        "findings": {severity.label: n for severity, n in severity_counts(report).items()},
        "suppressed": report.suppressed,
        "undecided": len(report.undecided),
        "errors": len(report.errors),
    }


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    at = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "help": finding.help,
        "reference": finding.reference,
        "path": at.path,
        "line": at.span.line,
        "column": at.span.column,
        "end_line": at.span.end_line,
        "end_column": at.span.end_column,
        "pointer": at.pointer,
        "address": at.address,
        "fingerprint": fingerprint,
        **({"witness": list(map(_witness, finding.witness))} if finding.witness else {}),
    }


def _witness(step: Witness) -> dict[str, Any]:
    return {
        "who": step.who,
        "action": step.action,
        "resource": step.resource,
        "context": dict(step.context),
        "allowed": step.allowed,
        "note": step.note,
    }


def _error(error: InputError) -> dict[str, Any]:
    return {
        "path": error.path,
        "message": error.message,
        "line": error.line,
        "column": error.column,
    }
