"""What ``payguard explain`` says of the denials of a smoke test."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from payguard.cli.explain import infrastructures
from payguard.cli.verdict import in_time
from payguard.configuration import Settings
from payguard.denial.denied_role import Known, known
from payguard.denial.explanation import Explanation, explain
from payguard.denial.explanation_text import further_lines
from payguard.smoke.report import Report, Row
from payguard.smoke.verdict import Answer, Standing

_MOST_EXPLAINED = 20  # denials of a run
_SECONDS = 5.0  # for one explanation


def with_explanations(
    report: Report, paths: Sequence[str], kind: str, settings: Settings
) -> Report:
    """Return a report with what ``payguard explain`` says of the denials that were not expected.

    Args:
        report: of a run.
        paths: the files and folders with the policies.
        kind: what they are, one of ``payguard.sources.SOURCES``; empty where their content tells.
        settings: say what roles are.

    Raises:
        Refusal: a file cannot be read.
    """
    if not any(_to_explain(answer) for row in report.rows for answer in row.answers):
        return report
    files = known(list(infrastructures(paths, kind, settings)), settings)
    rows, left = [], _MOST_EXPLAINED
    for row in report.rows:
        told = {}
        for answer in row.answers:
            if _to_explain(answer) and left:
                left -= 1
                told[answer.api] = tuple(_explanation(row, answer, files, settings))
        rows.append(replace(row, explained=told))
    return report._replace(rows=tuple(rows))


def _to_explain(answer: Answer) -> bool:
    denied = answer.trouble is not None and answer.trouble.denial is not None
    return denied and answer.standing != Standing.AS_EXPECTED


def _explanation(row: Row, answer: Answer, files: Known, settings: Settings) -> Iterator[str]:
    assert answer.trouble is not None  # noqa: S101  looked at before
    denial = answer.trouble.denial
    assert denial is not None  # noqa: S101  same

    def ask() -> Explanation | None:
        role = row.who if row.place else ""
        managers = (row.manager_arn,)
        return explain(denial, files, settings, role=role, persona=row.persona, managers=managers)

    found = in_time(_SECONDS, ask, lambda: None)
    if found is not None:
        yield from (line.removeprefix("  ") for line in further_lines(found))
