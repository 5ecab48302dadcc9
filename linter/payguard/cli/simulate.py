"""``payguard simulate``: one request against given policies."""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from payguard.authorization.call import Call, CallDecision, Use, call, decide_call
from payguard.authorization.decision import (
    DENY,
    UNDECIDED,
    Decision,
    label,
    statement_of,
    summary,
)
from payguard.authorization.explanation import Note
from payguard.authorization.policy_set import Policies, StatementRef, attach
from payguard.authorization.request import UNKNOWN, Request, Unknown, request
from payguard.cli import EXIT_CODES, FINDINGS, Refusal, option
from payguard.cli import UNDECIDED as EXIT_UNDECIDED
from payguard.finding import InputError, quote
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
)
from payguard.infrastructure import Document
from payguard.sources.policy_file import read_policy_file
from payguard.sources.text_file import read

# Stands for the account of a role and a resource of which nothing is known.
_NO_ACCOUNT = "000000000000"

_policies = option.arguments(
    click.option("--identity", multiple=True, metavar="FILE", help="A policy of the caller."),
    click.option("--boundary", multiple=True, metavar="FILE", help="Its permissions boundary."),
    click.option("--session", multiple=True, metavar="FILE", help="A session policy."),
    click.option(
        "--scp", multiple=True, metavar="[LEVEL=]FILE", help="An SCP; each level must allow."
    ),
    click.option("--rcp", multiple=True, metavar="[LEVEL=]FILE", help="An RCP."),
    click.option("--resource-policy", metavar="FILE", help="The policy of the resource."),
    click.option("--trust", metavar="FILE", help="The trust policy of the role to assume."),
    click.option("--vpc-endpoint", multiple=True, metavar="FILE", help="A VPC endpoint policy."),
)
_asking = option.arguments(
    click.option("--action", required=True, metavar="NAME", help="Such as sts:AssumeRole."),
    click.option("--resource", multiple=True, metavar="ARN", help="What it is done to."),
    click.option(
        "--principal", metavar="ARN", help="Who asks (default: some role of the same account)."
    ),
    click.option("--anonymous", is_flag=True, help="Nobody is known to ask."),
    click.option("--resource-account", metavar="ID", help="The account of the resource."),
    click.option("--management-account", metavar="ID", help="Of the organization."),
    click.option(
        "--context",
        multiple=True,
        metavar="KEY=VALUE",
        help="A context key of the request; several values for one key make a set.",
    ),
    click.option("--unknown", multiple=True, metavar="KEY", help="A key of unknown value."),
)


@click.command("simulate", epilog=EXIT_CODES)
@_policies
@_asking
@click.option("--expect", type=click.Choice(["allow", "deny"]), help="Exit with 1 otherwise.")
@click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3.")
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="How to print."
)
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Decide one request against the given policies: which statement decides, and why.

    A call that AWS authorizes on several resources is asked about all of them. Context keys that
    are not given are absent, save those that follow from caller and resource, such as
    aws:PrincipalArn.
    """
    files = _Files()
    policies = files.attach(options)
    wanted = _call(options)
    ask = _asker(options)
    decision = decide_call(policies, wanted, ask)
    if options["output_format"] == "json":
        import json

        principal = ask(wanted.uses[0].resource).principal
        click.echo(json.dumps(_json(decision, principal, files, options), indent=2))
    else:
        click.echo("\n".join(_lines(decision, files, options)))
    ctx.exit(_status(decision, options["expect"], allow_undecided=options["allow_undecided"]))


def _status(decision: CallDecision, expected: str | None, *, allow_undecided: bool) -> int:
    if decision.decision == UNDECIDED:
        return 0 if allow_undecided else EXIT_UNDECIDED
    return FINDINGS if expected not in {None, decision.decision} else 0


class _Files:
    """The policy documents that were given, and where each statement stands."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str, int], Document] = {}

    def attach(self, options: dict[str, Any]) -> Policies:
        """Read every file that the options name."""
        single = {
            "resource": self._one(RESOURCE, options["resource_policy"]),
            "trust": self._one(TRUST, options["trust"]),
        }
        policies = attach(
            identity=self._several(IDENTITY, options["identity"]),
            boundary=self._several(BOUNDARY, options["boundary"]),
            session=self._several(SESSION, options["session"]),
            scps=self._levels(SCP, options["scp"]),
            rcps=self._levels(RCP, options["rcp"]),
            vpc_endpoint=self._several(VPC_ENDPOINT, options["vpc_endpoint"]),
            **single,
        )
        if not self.documents:
            raise Refusal("there is no policy to ask: give one with --identity FILE or another")
        return policies

    def _one(self, kind: str, path: str | None) -> Any:
        if path is None:
            return None
        found = self._several(kind, (path,))
        if len(found) > 1:
            raise Refusal(f"{path}: it holds {len(found)} policies; a resource has one")
        return found[0]

    def _several(self, kind: str, paths: Sequence[str], level: str = "") -> list[Any]:
        found = [document for path in paths for document in _read(path, kind)]
        for number, document in enumerate(found):
            self.documents[kind, level, number] = document
        return [document.value for document in found]

    def _levels(self, kind: str, named: Sequence[str]) -> list[tuple[str, list[Any]]]:
        levels: dict[str, list[str]] = {}
        for text in named:
            level, equals, path = text.partition("=")
            if not equals or os.path.exists(text):  # a path may hold an equals sign of its own
                level, path = "", text
            levels.setdefault(level, []).append(path)
        return [(level, self._several(kind, paths, level)) for level, paths in levels.items()]

    def name(self, ref: StatementRef) -> str:
        """Name a statement by where it stands."""
        path, line, column = self.place(ref, ref.pointer)
        return f"{path}:{line}:{column}"

    def place(self, ref: StatementRef, pointer: str) -> tuple[str, int, int]:
        """Return path, line and column of a place in the policy of a statement."""
        document = self.documents[ref.policy, ref.level, ref.number]
        span = document.source.spans({(pointer, False)})[pointer, False]
        return document.path, span.line, span.column


def _read(path: str, kind: str) -> list[Document]:
    text = read(path)
    found = (
        text
        if isinstance(text, InputError)
        else read_policy_file(path, text, named=True, policy_type=kind)
    )
    if isinstance(found, InputError):
        place = f":{found.line}:{found.column}" if found.line else ""
        raise Refusal(f"{path}{place}: {found.message}")
    if not found:
        raise Refusal(f"{path}: there is no policy in it")
    return found


def _call(options: dict[str, Any]) -> Call:
    action = options["action"]
    if ":" not in action:
        raise click.UsageError(f"--action {quote(action)} names no service, as iam:PassRole does")
    _warn_of_unknown(action)
    wanted = call(action, options["resource"])
    if not wanted.uses:
        missing = wanted.missing[0]
        raise click.UsageError(
            f"{quote(action)} is authorized on a {missing}: give its ARN with --resource"
        )
    return wanted


def _warn_of_unknown(action: str) -> None:
    from payguard_policies import catalog

    service, _, name = action.partition(":")
    names = catalog.action_names(service)
    if names and name.lower() not in names:
        from difflib import get_close_matches

        close = get_close_matches(name.lower(), names, n=1)
        hint = f"; did you mean {quote(f'{service}:{names[close[0]]}')}?" if close else ""
        click.echo(f"payguard: the catalog has no action {quote(action)}{hint}", err=True)


def _asker(options: dict[str, Any]) -> Callable[[str], Request]:
    """Return what makes the request about one resource out of the options."""
    context = _context(options["context"], options["unknown"])
    account = options["resource_account"] or _account(options["resource"])
    principal = options["principal"]
    if options["anonymous"]:
        if principal is not None:
            raise click.UsageError("--principal and --anonymous exclude each other")
    elif principal is None:
        principal = f"arn:aws:iam::{account or _NO_ACCOUNT}:role/"
        if not account:
            if options["resource_policy"] or options["trust"]:
                raise click.UsageError(
                    "whether the policy of the resource names the caller depends on who that is: "
                    "give the caller with --principal"
                )
            unknown = dict.fromkeys(("aws:principalaccount", "aws:resourceaccount"), UNKNOWN)
            context = {**unknown, **context}
    return functools.partial(
        request,
        principal,
        options["action"],
        resource_account=account,
        context=context,
        management_account=options["management_account"] or "",
    )


def _account(resources: Sequence[str]) -> str:
    accounts = (fields[4] for fields in (text.split(":", 5) for text in resources) if fields[5:])
    return next((account for account in accounts if account), "")


def _context(
    given: Sequence[str], unknown: Sequence[str]
) -> dict[str, str | tuple[str, ...] | Unknown]:
    values: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--context {quote(text)} is not of the form KEY=VALUE")
        values.setdefault(key.lower(), []).append(value)
    found: dict[str, str | tuple[str, ...] | Unknown] = {
        key: several[0] if len(several) == 1 else tuple(several) for key, several in values.items()
    }
    for key in unknown:
        found[key.lower()] = UNKNOWN
    return found


def _lines(decision: CallDecision, files: _Files, options: dict[str, Any]) -> Iterator[str]:
    several = len(decision.parts) > 1
    if several or decision.decision != decision.parts[0][1].decision:
        yield f"{decision.decision}: {_all(decision, options['action'])}"
    for use, part in decision.parts:
        about = f" on {quote(use.resource)}" if several else ""
        yield f"{part.decision}{about}: {summary(part, options['action'], files.name)}"
        yield from _statements(part, files)
    if decision.decision != UNDECIDED:
        for doubt in decision.doubts:
            yield f"note: {doubt.sentence}"
    if options["expect"] not in {None, decision.decision}:
        yield f"expected: {options['expect']}"


def _all(decision: CallDecision, action: str) -> str:
    if decision.decision == UNDECIDED:
        return "; ".join(doubt.sentence for doubt in decision.doubts)
    asked = f"{quote(action)} is authorized on {len(decision.parts)} resources"
    return f"{asked}, and not all are allowed" if decision.decision == DENY else asked


def _statements(part: Decision, files: _Files) -> Iterator[str]:
    """Yield a line for each statement, those that decided first."""
    decided = set(part.decided_by)
    for note in sorted(part.because, key=lambda note: note.ref not in decided):
        path, line, column = files.place(note.ref, note.element or note.ref.pointer)
        yield f"  {path}:{line}:{column}: {_what(note)}"


_APPLIES = {"yes": "applies", "no": "does not apply", "maybe": "may apply"}


def _what(note: Note) -> str:
    sid = f" {quote(note.ref.sid)}" if note.ref.sid else ""
    reason = f": {note.reason}" if note.reason else ""
    effect = note.effect or "a statement"
    return f"{effect}{sid} of the {label(note.ref)} {_APPLIES[note.applies]}{reason}"


def _json(
    decision: CallDecision, principal: str | None, files: _Files, options: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decision": decision.decision,
        "principal": principal,
        "action": options["action"],
        "doubts": [doubt.sentence for doubt in decision.doubts],
        "resources": [_json_part(use, part, files) for use, part in decision.parts],
    }
    if options["expect"]:
        found |= {
            "expected": options["expect"],
            "passed": options["expect"] == decision.decision,
        }
    return found


def _json_part(use: Use, part: Decision, files: _Files) -> dict[str, Any]:
    return {
        "resource": use.resource,
        "type": use.type or None,
        "decision": part.decision,
        "detail": part.detail,
        "layer": part.layer or None,
        "decided_by": [
            {**statement_of(ref), **_json_place(files.place(ref, ref.pointer))}
            for ref in part.decided_by
        ],
        "because": [
            {
                **statement_of(note.ref),
                **_json_place(files.place(note.ref, note.element or note.ref.pointer)),
                "effect": note.effect,
                "applies": note.applies,
                "element": note.element or None,
                "reason": note.reason,
            }
            for note in part.because
        ],
    }


def _json_place(place: tuple[str, int, int]) -> dict[str, Any]:
    path, line, column = place
    return {"path": path, "line": line, "column": column}
