"""``payguard prove``: a property of a role, over all requests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer, Examined
from payguard.authorization.contract import (
    BEYOND,
    FORBIDDEN,
    MISSING,
    NOT_DENIED,
    OUTSIDE,
    Check,
    contract,
    verdict,
)
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import layer_of, layers
from payguard.authorization.prove import confined_to, never_both, requires
from payguard.authorization.reach import short
from payguard.cli import EXIT_CODES, names, option, policy_files
from payguard.cli.policy_files import STDIN, PolicyFiles
from payguard.cli.replay import Given
from payguard.cli.verdict import (
    Grounds,
    grounds_lines,
    limit_of,
    print_json,
    print_lines,
    printing,
    status,
)
from payguard.cli.witness import Move, as_json, moves, replays, sentences, told
from payguard.finding import quote
from payguard.iam.document import IDENTITY
from payguard.identifiers.problem import counted
from payguard_policies.roles import PERSONAS

_CHOICES = (
    "give one property: --never-both A B, --confined-to ARN, --requires ACTION with --on ARN, "
    "or --persona NAME"
)
# What NOT_DENIED adds to a role: whatever is not denied to it is then allowed.
_EVERYTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

_property = option.arguments(
    click.option(
        "--never-both",
        nargs=2,
        metavar="A B",
        help="It can never do both actions, on one payment manager.",
    ),
    click.option(
        "--confined-to",
        multiple=True,
        metavar="ARN",
        help="It reaches no payment manager but these; wildcards match, repeatable.",
    ),
    click.option(
        "--requires", multiple=True, metavar="ACTION", help="It can do this on --on; repeatable."
    ),
    click.option("--on", metavar="ARN", help="What --requires is asked on; wildcards match."),
    click.option(
        "--persona",
        type=click.Choice(PERSONAS),
        metavar="NAME",
        help=f"It keeps the contract of a persona: {', '.join(PERSONAS)}.",
    ),
    click.option(
        "--manager-arn",
        multiple=True,
        metavar="ARN",
        help="A payment manager of the persona; repeatable.",
    ),
)
_role = option.arguments(
    click.option(
        "--identity", multiple=True, metavar="FILE", help="An identity policy, like FILES."
    ),
    policy_files.limiting,
    policy_files.vpc_endpoint,
    click.option("--trust", metavar="FILE", help="Its trust policy."),
    click.option(
        "--principal",
        metavar="ARN",
        callback=policy_files.checked_principal,
        help="Its ARN (default: some role of any account).",
    ),
    click.option("--name", default="the role", metavar="NAME", help="What to call it."),
)

Ask = Callable[[Actor, Limit], Sequence[Check]]


class Property(NamedTuple):
    """What is to be proved.

    Attributes:
        ask: asks the engine; a property without clauses is one check without a kind.
        actions: that the user names.
        persona: the name of a persona; empty for none.
    """

    ask: Ask
    actions: tuple[str, ...] = ()
    persona: str = ""


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
@_property
@_role
@printing
@click.option("-v", "--verbose", is_flag=True, help="List the clauses of a persona that are kept.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Prove a property of one role over all requests, or refute it.

    FILES, or - for standard input, are the identity policies of the role. What refutes a property
    is a witness: requests in order, each with the command that replays it.
    """
    asked = _asked(options)
    case = _decide(asked, options)
    if options["output_format"] == "json":
        print_json(_json(case))
    else:
        print_lines(_lines(case, verbose=options["verbose"]))
    ctx.exit(status(case.verdict, allow_undecided=options["allow_undecided"]))


# The property


def _asked(options: Mapping[str, Any]) -> Property:
    """Return the one property that the options ask for."""
    given = [name for name in _PROPERTIES if options[name]]
    if len(given) != 1:
        several = f", not {len(given)} at once" if given else ""
        raise click.UsageError(f"{_CHOICES}{several}")
    for name, owner in (("on", "requires"), ("manager_arn", "persona")):
        if options[name] and owner not in given:
            raise click.UsageError(f"--{name.replace('_', '-')} belongs to --{owner}")
    return _PROPERTIES[given[0]](options)


def _never_both(options: Mapping[str, Any]) -> Property:
    first, second = actions = _actions(options["never_both"])
    return Property(_single(lambda role, limit: never_both(role, first, second, limit)), actions)


def _confined_to(options: Mapping[str, Any]) -> Property:
    arns = options["confined_to"]
    names.check_managers("--confined-to", arns)
    return Property(_single(lambda role, limit: confined_to(role, arns, limit)))


def _requires(options: Mapping[str, Any]) -> Property:
    actions, arn = _actions(options["requires"]), options["on"]
    if arn is None:
        raise click.UsageError("--requires is asked on a resource: give it with --on ARN")
    names.check_arn("--on", arn)
    return Property(_single(lambda role, limit: requires(role, actions, arn, limit)), actions)


def _persona(options: Mapping[str, Any]) -> Property:
    persona, managers = options["persona"], options["manager_arn"]
    names.check_managers("--manager-arn", managers)
    return Property(lambda role, limit: contract(role, persona, managers, limit), persona=persona)


_PROPERTIES: dict[str, Callable[[Mapping[str, Any]], Property]] = {
    "never_both": _never_both,
    "confined_to": _confined_to,
    "requires": _requires,
    "persona": _persona,
}


def _single(ask: Callable[[Actor, Limit], Answer]) -> Ask:
    return lambda role, limit: (Check("", "", "", ask(role, limit)),)


def _actions(texts: Sequence[str]) -> tuple[str, ...]:
    found = tuple(map(names.action_of, texts))
    for action in found:
        if action in names.assuming_actions():
            raise click.UsageError(
                f"{quote(action)} is up to the trust policies of other roles as well, which are not "
                "given: payguard simulate decides it for one role, with --trust"
            )
        names.warn_of_unknown(action)
    return found


def _decide(asked: Property, options: Mapping[str, Any]) -> Case:
    files = PolicyFiles()
    role = policy_files.role_of(files, options)
    unknown = (action for action in asked.actions if not names.is_known(action))
    gaps = (f"the catalog has no action {quote(action)}" for action in unknown)
    role = role._replace(gaps=(*role.gaps, *gaps))
    limit = limit_of(options["timeout"])
    checks = asked.ask(role, limit)
    given = Given(
        role.policies, policy_files.flags((*options["files"], *options["identity"]), options)
    )
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
    clauses = (
        clause._replace(ref=clause.ref._replace(number=number))
        for clause in layer_of(IDENTITY, document.value).clauses
    )
    identity = given.policies.identity
    whole = identity._replace(clauses=(*identity.clauses, *clauses))
    policies = given.policies._replace(identity=whole)
    return Given(policies, (*given.flags, "--identity", STDIN), _EVERYTHING), files


def _witness(check: Check, case: Case) -> tuple[list[Move], Given, PolicyFiles]:
    """Return the calls that refute a check, and the policies that decide them."""
    given, files = _opened(case) if check.kind == NOT_DENIED else (case.given, case.files)
    found = moves(check.answer.witness, given)
    if check.kind == NOT_DENIED and case.given.takes_stdin:  # it can be given one policy, not two
        found = [move._replace(replay=()) for move in found]
    return found, given, files


# Text


def _sentence(case: Case) -> str:
    if case.asked.persona:
        return f"{case.role.name} keeps the contract of the persona {quote(case.asked.persona)}"
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
