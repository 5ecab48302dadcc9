"""``payguard test``: access unit tests, many per file."""

import sys
from typing import TYPE_CHECKING, Any

import click

from payguard.authorization.case import Case, CaseError, read_case
from payguard.authorization.decision import UNDECIDED, Decision, decide, statement_of, summary
from payguard.cli import EXIT_CODES, FINDINGS, UNUSABLE, option
from payguard.finding import InputError
from payguard.identifiers.problem import counted
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.position import Lines
from payguard.sources.text_file import decode, read
from payguard_policies.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Verdict(NamedTuple):
    """A case, its decision, and whether that is what the case expects."""

    case: Case
    decision: Decision
    passed: bool


@click.command("test", epilog=EXIT_CODES)
@click.argument("cases", nargs=-1, required=True, metavar="CASES...")
@option.text_or_json
@click.option("-q", "--quiet", is_flag=True, help="Print only the cases that fail.")
@click.pass_context
def command(
    ctx: click.Context, /, cases: tuple[str, ...], output_format: str, *, quiet: bool
) -> None:
    """Decide the requests in CASES, files of access test cases, and compare with what they expect.

    A file, or - for standard input, is a JSON list of cases or has one case a line. The exit
    status is 1 if a case fails; one that cannot be decided fails.
    """
    verdicts: list[Verdict] = []
    errors: list[InputError] = []
    for path in cases:
        found = _read(path)
        if isinstance(found, InputError):
            errors.append(found)
        else:
            verdicts += map(_verdict, found)
    shown = [verdict for verdict in verdicts if not (quiet and verdict.passed)]
    if output_format == "json":
        _print_json(shown)
    elif verdicts:
        _print_text(shown, verdicts)
    for error in errors:
        click.echo(_sentence(error), err=True)
    failed = not all(verdict.passed for verdict in verdicts)
    ctx.exit(UNUSABLE if errors else FINDINGS if failed else 0)


def _verdict(case: Case) -> Verdict:
    decision = decide(case.policies, case.request)
    as_expected = decision.decision == case.expected
    return Verdict(case, decision, as_expected and case.detail in {None, decision.detail})


def _read(path: str) -> list[Case] | InputError:
    """Return the cases of a file, or why it cannot be used: one bad case spoils it."""
    text = decode(path, sys.stdin.buffer.read()) if path == "-" else read(path)
    if isinstance(text, InputError):
        return text
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        if text.lstrip().startswith("[") or "\n" not in text.strip():
            return InputError(path, error.message, error.line, error.column)
        return _read_lines(path, text, error)
    try:
        found = _cases(value)
    except CaseError as error:
        return _misfit(path, text, error)
    return found or InputError(path, "there is no case in it")


def _cases(value: object) -> list[Case]:
    if not isinstance(value, list):
        return [read_case(value)]
    found = []
    for index, item in enumerate(value):
        try:
            found.append(read_case(item))
        except CaseError as error:
            raise CaseError(error.message, f"/{index}{error.pointer}") from None
    return found


def _read_lines(path: str, text: str, whole: json_text.JsonError) -> list[Case] | InputError:
    """Read a text that has one case a line, or else is no JSON at all."""
    found = []
    # At line feeds alone: what else ends a line may stand in a JSON string as it is.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(read_case(json_text.parse(line)))
        except json_text.JsonError as error:
            if not found:  # not one object a line, then: what ails the text as a whole?
                return InputError(path, whole.message, whole.line, whole.column)
            return InputError(path, error.message, number, error.column)
        except CaseError as error:
            misfit = _misfit(path, line, error)
            return misfit._replace(line=number)
    return found


def _misfit(path: str, text: str, error: CaseError) -> InputError:
    """Say where in ``text`` the value stands that has not the shape of a case."""
    place = error.pointer
    found = json_text.locate(text, {place})
    line, column = Lines(text).place(found[place].start) if place in found else (0, 0)
    where = f" (at {place})" if place else ""
    return InputError(path, f"this is no access test case: {error.message}{where}", line, column)


def _sentence(error: InputError) -> str:
    place = f":{error.line}:{error.column}" if error.line else ""
    return f"payguard: {error.path}{place}: {error.message}"


def _print_json(verdicts: list[Verdict]) -> None:
    import json

    lines = ",\n".join(json.dumps(_json(verdict)) for verdict in verdicts)
    click.echo(f"[\n{lines}\n]" if lines else "[]")


def _json(verdict: Verdict) -> dict[str, Any]:
    decision = verdict.decision
    found: dict[str, Any] = {
        "id": verdict.case.id,
        "decision": decision.decision,
        "detail": decision.detail,
        "decided_by": [statement_of(ref) for ref in decision.decided_by],
        "passed": verdict.passed,
    }
    if decision.doubts:
        found["doubts"] = [doubt.sentence for doubt in decision.doubts]
    return found


def _print_text(shown: list[Verdict], verdicts: list[Verdict]) -> None:
    for line in _lines(shown):
        click.echo(line)
    failed = sum(not verdict.passed for verdict in verdicts)
    undecided = sum(verdict.decision.decision == UNDECIDED for verdict in verdicts)
    note = f" ({undecided} undecided)" if undecided else ""
    cases = counted(len(verdicts), "case")
    click.echo(f"{cases}: {len(verdicts) - failed} passed, {failed} failed{note}")


def _lines(verdicts: list[Verdict]) -> "Iterator[str]":
    for case, decision, passed in verdicts:
        why = summary(decision, case.request.action)
        name = quote(case.id)[1:-1]
        if passed:
            yield f"passed  {name}: {decision.decision}: {why}"
            continue
        expected, got = case.expected, decision.decision
        if case.expected == decision.decision:
            expected, got = str(case.detail), str(decision.detail)
        yield f"FAILED  {name}: expected {expected}, got {got}: {why}"
