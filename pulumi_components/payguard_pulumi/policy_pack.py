"""The linter's rules at every ``pulumi preview`` and ``pulumi up``, as a Pulumi policy pack.

Each resource is looked at before it is created: what its policy documents say by themselves. When
the program is done, its resources are put together as ``pulumi stack export`` has them and read by
the same reader: what its roles can do. Findings from ``fail-on`` of the configuration on (by
default errors and security warnings) are mandatory, those below are advisory. What is not known
before the deploy, or secret, is advisory and said; ``--policy-pack-config`` changes any of it.

A folder with a ``PulumiPolicy.yaml`` and a ``__main__.py`` that calls `serve` is the pack;
``pulumi_components/policy_pack`` is one. Importing this module starts nothing.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import pulumi_policy
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from pulumi_policy.version import VERSION

from payguard import configuration
from payguard.configuration import Settings
from payguard.finding import Finding, InputError, Report, Severity
from payguard.reporters.plain_text import plain
from payguard.rules.listener import listeners
from payguard.run import lint_found
from payguard.sources.pulumi_state import concerns, read_pulumi
from payguard.sources.pulumi_state.sentinel import SIGNATURE
from payguard.suppression import RULE_IDS

NAME = "payguard"
DESCRIPTION = "Who can move money: checks IAM access to Amazon Bedrock AgentCore payments."
# Of documents by themselves, and of roles with all that they have: the beginnings of names.
DOCUMENT, ROLE = "document", "role"
UNREADABLE, UNCHECKED, UNDECIDED = "document-unreadable", "role-unchecked", "undecided"
# The function in which pulumi-policy unwraps what the engine sends.
_TAKES_APART = "deserialize_properties"

_PULUMI_SEVERITIES = {
    Severity.ERROR: pulumi_policy.Severity.HIGH,
    Severity.SECURITY_WARNING: pulumi_policy.Severity.CRITICAL,
    Severity.WARNING: pulumi_policy.Severity.MEDIUM,
    Severity.SUGGESTION: pulumi_policy.Severity.LOW,
}
# The rule speaks of the command line, which nobody has called.
_HELP_UNDECIDED = "what `up` finds out is judged then; to accept it, set allow-undecided = true"
_OF_SEVERITY = {
    Severity.ERROR: "has what AWS rejects, or what can never work",
    Severity.SECURITY_WARNING: "grants what it should not",
    Severity.WARNING: "works otherwise than it reads",
    Severity.SUGGESTION: "could be clearer",
}


class Violation(NamedTuple):
    """What a policy reports: a message, and the URN of the resource; empty for the stack."""

    message: str
    urn: str = ""


class Verdict(NamedTuple):
    """What was found in some resources: by documents alone, and with their roles."""

    documents: Report
    roles: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()


class Watch:
    """What a program has registered so far, as its policies see it.

    Args:
        settings: which rules count. Its suppressions call the stack ``<project>/<stack>``.
    """

    def __init__(self, settings: Settings) -> None:
        # Whether a suppression is of use is seen where everything is: by payguard lint.
        self._settings = settings._replace(ignore=(*settings.ignore, *RULE_IDS))
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._judged = lru_cache(maxsize=8)(self._judge)  # several policies ask the same

    def resource(self, args: ResourceValidationArgs) -> Verdict:
        """Return what is found in a resource by itself; its inputs are kept for the stack."""
        if not concerns(args.resource_type):
            return _NOTHING
        inputs = plain_value(args.props)
        self._inputs[args.urn] = inputs
        state = {"urn": args.urn, "type": args.resource_type, "inputs": inputs}
        return self._judged(_path(args.urn), _export([state]), with_roles=False)

    def stack(self, args: StackValidationArgs) -> Verdict:
        """Return what is found in all resources together."""
        states = [self._state(one) for one in args.resources if concerns(one.resource_type)]
        if not states:
            return _NOTHING
        return self._judged(_path(states[0]["urn"]), _export(states), with_roles=True)

    def _state(self, resource: PolicyResource) -> dict[str, Any]:
        """Return a resource as an export has it.

        One that was not looked at before it was created, because a target left it out, has no
        inputs here: as with one that Pulumi only reads, its outputs stand for them.
        """
        inputs = self._inputs.get(resource.urn)
        parent, provider = resource.parent, resource.provider
        return {
            "urn": resource.urn,
            "type": resource.resource_type,
            "inputs": {} if inputs is None else inputs,
            "outputs": plain_value(resource.props),
            "external": inputs is None,
            "parent": parent.urn if parent is not None else "",
            "provider": provider.urn if provider is not None else "",
            "dependencies": [one.urn for one in resource.dependencies],
            "propertyDependencies": {
                name: [one.urn for one in sources]
                for name, sources in resource.property_dependencies.items()
            },
        }

    def _judge(self, path: str, export: str, *, with_roles: bool) -> Verdict:
        found = read_pulumi(path, export)
        if isinstance(found, InputError):  # values that the reader gives up on, such as deep ones
            return Verdict(Report((), (found,), 0, 0))
        alone = found._replace(roles=(), gaps=(), errors=() if with_roles else found.errors)
        documents = lint_found(alone, self._settings, with_roles=False)
        if not with_roles:
            return Verdict(documents)
        report = lint_found(found._replace(errors=()), self._settings)
        seen = set(documents.findings)
        roles = tuple(finding for finding in report.findings if finding not in seen)
        return Verdict(documents._replace(errors=report.errors), roles, report.undecided)


_NOTHING = Verdict(Report((), (), 0, 0))
Asked = Callable[[Verdict], Iterator[Violation]]


def plain_value(value: Any) -> Any:
    """Return what pulumi-policy hands over as plain data, with the marks of what is not known."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return plain_value(container[key])
    except UnknownValueError as unknown:
        return unknown.unknown_type_sentinel


def _path(urn: str) -> str:
    """Return ``<project>/<stack>`` of a URN, ``urn:pulumi:<stack>::<project>::...``."""
    stack, project, *_ = urn.removeprefix("urn:pulumi:").split("::")
    return f"{project}/{stack}"


def _export(states: Sequence[Mapping[str, Any]]) -> str:
    """Return resources as ``pulumi stack export`` writes them."""
    return json.dumps({"version": 3, "deployment": {"resources": states}}, default=str)


def policies(settings: Settings) -> list[Policy]:
    """Return the policies of the pack: two for each severity, and what could not be judged.

    Args:
        settings: the linter's configuration; its ``fail_on`` is from where on they are mandatory.
    """
    watch = Watch(settings)
    made: list[Policy] = []
    for severity in sorted(Severity, reverse=True):
        label, grade = severity.label, _Grade(severity, severity >= settings.fail_on)
        told = f"a policy document {_OF_SEVERITY[severity]}"
        made.append(_of_resources(watch, f"{DOCUMENT}-{label}", told, grade, _documents(severity)))
        told = f"a role, with all its policies, {_OF_SEVERITY[severity]}"
        made.append(_of_stack(watch, f"{ROLE}-{label}", told, grade, _roles(severity)))
    broken = _Grade(Severity.ERROR, mandatory=True)
    made.append(_of_resources(watch, UNREADABLE, "a policy cannot be read", broken, _errors))
    made.append(_of_stack(watch, UNCHECKED, "a rule failed", broken, _errors))
    if not settings.allow_undecided:
        told = "what is not known yet, or secret, cannot be judged: it may be wrong"
        grade = _Grade(Severity.WARNING, mandatory=False)
        made.append(_of_stack(watch, UNDECIDED, told, grade, _undecided))
    return made


class _Grade(NamedTuple):
    """How bad a violation of a policy is, and whether it stops the deploy."""

    severity: Severity
    mandatory: bool

    @property
    def level(self) -> EnforcementLevel:
        return EnforcementLevel.MANDATORY if self.mandatory else EnforcementLevel.ADVISORY


def _of_resources(watch: Watch, name: str, told: str, grade: _Grade, asked: Asked) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for violation in asked(watch.resource(args)):
            report(violation.message, None)  # the engine knows which resource it asked about

    severity = _PULUMI_SEVERITIES[grade.severity]
    return ResourceValidationPolicy(
        name, told, validate, enforcement_level=grade.level, severity=severity
    )


def _of_stack(watch: Watch, name: str, told: str, grade: _Grade, asked: Asked) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for violation in asked(watch.stack(args)):
            report(violation.message, violation.urn or None)

    severity = _PULUMI_SEVERITIES[grade.severity]
    return StackValidationPolicy(
        name, told, validate, enforcement_level=grade.level, severity=severity
    )


def _documents(severity: Severity) -> Asked:
    return lambda verdict: _violations(verdict.documents.findings, severity)


def _roles(severity: Severity) -> Asked:
    return lambda verdict: _violations(verdict.roles, severity)


def _violations(findings: Sequence[Finding], severity: Severity) -> Iterator[Violation]:
    for finding in findings:
        if finding.severity == severity:
            yield Violation(_told(finding), finding.location.address)


def _undecided(verdict: Verdict) -> Iterator[Violation]:
    for finding in verdict.undecided:
        yield Violation(_told(finding._replace(help=_HELP_UNDECIDED)), finding.location.address)


def _errors(verdict: Verdict) -> Iterator[Violation]:
    for error in verdict.documents.errors:
        yield Violation(plain(error.message))


def _told(finding: Finding) -> str:
    """Return a finding in words: the rule, the sentence, where, what shows it, how to mend it."""
    place = f" (at {finding.location.pointer})" if finding.location.pointer else ""
    lines = [
        f"{finding.rule}: {finding.message}{place}",
        *(f"request: {step.sentence}" for step in finding.witness),
        *(f"help: {finding.help}" for _ in finding.help[:1]),
        *(f"see: {finding.reference}" for _ in finding.reference[:1]),
    ]
    return "\n".join(map(plain, lines))


# The pack


def keep_secrets() -> None:
    """Let secrets come to the policies as marks, not in clear.

    pulumi-policy takes secrets apart before a policy sees them, and what a finding quotes stands
    in every log. A document with a secret in it is therefore one that is not known.

    Raises:
        RuntimeError: this version of pulumi-policy does not take secrets apart where we know.
    """
    module = sys.modules[PolicyPack.__module__]
    if not hasattr(module, _TAKES_APART):
        message = f"payguard does not know how pulumi-policy {VERSION} treats secrets"
        raise RuntimeError(message)
    setattr(module, _TAKES_APART, lambda properties, _proxy_secrets=False: _marked(properties))


def _marked(value: Any) -> Any:
    """Return decoded properties with nothing but the mark of what is a secret or an asset."""
    if isinstance(value, list):
        return [_marked(item) for item in value]
    if isinstance(value, dict):
        if SIGNATURE in value:
            return {SIGNATURE: value[SIGNATURE]}
        return {key: _marked(item) for key, item in value.items()}
    return value


def serve() -> None:
    """Be the policy pack: serve the engine until it ends this process.

    The configuration is the linter's own, found from the working folder upwards: ``[tool.payguard]``
    in ``pyproject.toml``, or ``payguard.toml``.

    Raises:
        payguard.configuration.ConfigurationError: the configuration is wrong.
    """
    settings = configuration.load(os.getcwd())
    known = {name for rule in listeners() for name in (rule.id, rule.category)}
    configuration.check_names(settings, known)
    keep_secrets()
    PolicyPack(NAME, policies(settings), description=DESCRIPTION)
