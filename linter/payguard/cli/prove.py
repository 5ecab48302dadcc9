"""``payguard prove``: a property of a role, over all requests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Examined
from payguard.authorization.contract import (
    BEYOND,
    FORBIDDEN,
    MISSING,
    NOT_DENIED,
    OUTSIDE,
    Check,
    verdict,
)
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import EVERYTHING, layers, with_identity
from payguard.authorization.reach import short
from payguard.cli import EXIT_CODES, names, option, policy_files, role_property
from payguard.cli.policy_files import STDIN, PolicyFiles
from payguard.cli.replay import Given
from payguard.cli.role_property import Property, property_of
from payguard.cli.verdict import (
    Grounds,
    grounds_lines,
    in_time,
    limit_of,
    out_of_time,
    print_json,
    print_lines,
    printing,
    status,
)
from payguard.cli.witness import Move, as_json, moves, replays, sentences, told
from payguard.iam.document import IDENTITY
from payguard.identifiers.problem import counted
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

# What NOT_DENIED adds to a role: whatever is not denied to it is then allowed.
_EVERYTHING = json.dumps(EVERYTHING, separators=(",", ":"))

_role = option.arguments(
    click.option(
        "--identity", multiple=True, metavar="FILE", help="An identity policy, like FILES."
    ),
    policy_files.declared,
    policy_files.limiting,
    policy_files.vpc_endpoint,
    click.option("--trust", metavar="FILE", help="Its trust policy."),
    click.option(
        "--principal",
        metavar="ARN",
        callback=option.checked_principal,
        help="Its ARN (default: some role of any account).",
    ),
    click.option("--name", metavar="NAME", help="What to call it."),
)


class Case(NamedTuple):
    """A property, the role, the files that it was read from, and what came out."""

    asked: Property
    role: Actor
    files: PolicyFiles
    given: Given
    checks: Sequence[Check]
    examined: Examined

    @property
    def verdict(self) -> str:
        """The verdict on the property as a whole."""
        return verdict(self.checks)


@click.command("prove", epilog=EXIT_CODES)
@click.argument("files", nargs=-1, metavar="[FILES]...")
@role_property.options
@_role
@printing
@click.option("-v", "--verbose", is_flag=True, help="List the clauses of a persona that are kept.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Prove a property of one role over all requests, or refute it.

    FILES, or - for standard input, are the identity policies of the role, or with --role a plan, a
    template, a state or the like that declares it. What refutes a property is a witness: requests
    in order, each with the command that replays it.
    """
    asked = property_of(options)
    case = _decide(asked, options)
    if options["output_format"] == "json":
        print_json(_json(case))
    else:
        print_lines(_lines(case, verbose=options["verbose"]))
    ctx.exit(status(case.verdict, allow_undecided=options["allow_undecided"]))


def _decide(asked: Property, options: Mapping[str, Any]) -> Case:
    files = PolicyFiles()
    role = policy_files.role_of(files, options)
    known = role.gaps
    unknown = (action for action in asked.actions if not names.is_known(action))
    gaps = (f"the catalog has no action {quote(action)}" for action in unknown)
    role = role._replace(gaps=(*role.gaps, *gaps))
    limit = limit_of(options["timeout"])
    checks = in_time(
        options["timeout"],
        lambda: asked.ask(role, limit),
        lambda: (Check("", "", "", out_of_time(f"{role.name} {asked.words}")),),
    )
    paths = (*options["files"], *options["identity"])
    given = Given(role.policies, policy_files.flags(paths, options), whole=not known)
    return Case(asked, role, files, given, checks, _examined(checks, role, limit))


def _examined(checks: Sequence[Check], role: Actor, limit: Limit) -> Examined:
    """Add up what was looked at: one limit counts the requests of all the checks."""
    statements = sum(len(layer.clauses) for layer in layers(role.policies))
    if len(checks) == 1:
        statements = checks[0].answer.examined.statements
    resources = sum(check.answer.examined.resources for check in checks)
    return Examined(statements, resources, limit.requests)


def _opened(case: Case) -> tuple[Given, PolicyFiles]:
    """Return the policies with one more that allows everything, which stands nowhere."""
    files, given = PolicyFiles(case.files.documents), case.given
    number = sum(kind == IDENTITY for kind, _, _ in files.documents)
    (document,) = policy_files.documents_in(STDIN, _EVERYTHING, IDENTITY)
    files.documents[IDENTITY, "", number] = document
    policies = with_identity(given.policies, document.value, number)
    more = given._replace(flags=(*given.flags, "--identity", STDIN), piped=_EVERYTHING)
    return more._replace(policies=policies), files


def _witness(check: Check, case: Case) -> tuple[list[Move], Given, PolicyFiles]:
    """Return the calls that refute a check, and the policies that decide them."""
    given, files = _opened(case) if check.kind == NOT_DENIED else (case.given, case.files)
    return moves(check.answer.witness, given), given, files


# Text


def _sentence(case: Case) -> str:
    if case.asked.persona:
        return f"{case.role.name} {case.asked.words}"
    return case.checks[0].answer.property


def _lines(case: Case, *, verbose: bool) -> Iterator[str]:
    yield f"{case.verdict}: {_sentence(case)}"
    if case.asked.persona:
        for check in case.checks:
            yield from _clause_lines(check, case, verbose=verbose)
    else:
        yield from _answer_lines(case.checks[0], case)
    if case.verdict != REFUTED:
        yield from grounds_lines(_grounds(case))
    if case.asked.persona:
        yield _count(case.checks)


def _answer_lines(check: Check, case: Case) -> Iterator[str]:
    found, given, files = _witness(check, case)
    for number, move in enumerate(found, 1):
        yield from told(number, move, given, files)
    word = "rests on" if found else "because"
    yield from (f"  {word}: {reason}" for reason in check.answer.reasons)


# Kind of a broken clause -> what is said of it beside its own reason.
_MORE = {
    MISSING: "",
    FORBIDDEN: "",
    NOT_DENIED: "One more policy would open it.",
    BEYOND: "The contract does not name it.",
    OUTSIDE: "The payment manager is none of its own.",
}


def _clause_lines(check: Check, case: Case, *, verbose: bool) -> Iterator[str]:
    answer = check.answer
    if answer.verdict == PROVED:
        if verbose:
            yield f"  kept: {answer.property}"
    elif answer.verdict == UNDECIDED:
        yield f"  undecided: {answer.property}: {'; '.join(answer.reasons)}"
    else:
        found, given, files = _witness(check, case)
        why = " ".join(filter(None, (check.why, _MORE[check.kind])))
        action = short(check.action or found[0].action)
        yield f"  {check.kind.replace('-', ' ')}: {action}" + (f": {why}" if why else "")
        for move in found:
            yield from (f"     {text}" for text in sentences(move, given, files))
            yield from replays(move)


def _count(checks: Sequence[Check]) -> str:
    of = [check.answer.verdict for check in checks]
    kept, broken, undecided = map(of.count, (PROVED, REFUTED, UNDECIDED))
    clauses = counted(len(checks), "clause")
    return f"{clauses}: {kept} kept, {broken} broken, {undecided} undecided"


def _grounds(case: Case) -> Grounds:
    answers = [check.answer for check in case.checks]
    universe = answers[0].universe
    if case.asked.persona:
        universe = "every resource and context, clause by clause"
    assumptions = dict.fromkeys(text for answer in answers for text in answer.assumptions)
    return Grounds(universe, tuple(assumptions), case.examined)


# JSON


def _json(case: Case) -> dict[str, Any]:
    return {
        "property": _sentence(case),
        "persona": case.asked.persona or None,
        "verdict": case.verdict,
        "answers": [_json_answer(check, case) for check in case.checks],
        "examined": case.examined._asdict(),
    }


def _json_answer(check: Check, case: Case) -> dict[str, Any]:
    answer = check.answer
    found, given, files = _witness(check, case)
    return {
        "clause": check.kind or None,
        "action": check.action or None,
        "why": check.why or None,
        "property": answer.property,
        "verdict": answer.verdict,
        "witness": [as_json(move, given, files) for move in found],
        "reasons": list(answer.reasons),
        "universe": answer.universe,
        "assumptions": [] if found else list(answer.assumptions),
    }
