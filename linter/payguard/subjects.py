"""Roles of the input made into what role rules are asked about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from payguard.authorization.actor import Actor, actor
from payguard.configuration import RoleRule, Settings
from payguard.deployment import Deployment, deployment_of
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST, parse_policy
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.idle import is_idle, let_in_by_name
from payguard.infrastructure import GROUP, Document, Role
from payguard.rules.assumed import Payers
from payguard.rules.subject import Subject
from payguard.suppression import globs
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

# What AWS calls the roles, and what teams make of it: a persona that is only inferred.
_NAMES = {
    "processpayment": "process-payment",
    "paymentexecution": "process-payment",
    "resourceretrieval": "resource-retrieval",
    "paymentscontrolplane": "control-plane",
    "paymentcontrolplane": "control-plane",
    "paymentsmanagement": "management",
    "paymentmanagement": "management",
}


class Case(NamedTuple):
    """A role of the input, and what rules are asked about."""

    role: Role
    subject: Subject


def alone(document: Document) -> Case:
    """Return what role rules are asked about one policy of which nothing else is known."""
    role = of_documents("the policy", (document,))
    return Case(role, Subject(actor_of(role, deployment_of([role])), alone=True))


def cases(
    roles: Sequence[Role], settings: Settings, persona: str = "", managers: tuple[str, ...] = ()
) -> list[Case]:
    """Return what role rules are asked about.

    Args:
        roles: all the roles of one input: each may become another of them.
        settings: say what some of them are.
        persona: what all of them are, as the user says; empty to take it from the settings.
        managers: the payment managers of all of them, as the user says.
    """
    declared_managers = [arn for rule in settings.roles for arn in rule.managers]
    deployment = deployment_of(roles, (*managers, *declared_managers))
    actors = [actor_of(role, deployment) for role in roles]
    policies_decide = not let_in_by_name(actors)
    found: list[Case] = []
    payers = Payers(
        lambda: (case.subject.actor for case in found if case.subject.has_one_duty),
        (one.arn for one in actors),
    )
    for role, one in zip(roles, actors, strict=True):
        rule = settings.role_rule(one.name)
        meant = persona or (rule.persona if rule else "")
        own = managers or (rule.managers if rule else ())
        declared = bool(meant) or rule is not None
        subject = Subject(
            one,
            persona=meant or inferred(role),
            declared=declared,
            managers=own,
            others=actors,
            # Whom a group lets become another role is asked of its members.
            idle=role.kind == GROUP or (policies_decide and is_idle(one)),
            payers=payers,
            trust_gaps=[gap.unresolved.sentence for gap in role.gaps if gap.part == TRUST],
        )
        found.append(Case(role, subject))
    return found


def made_roles(documents: Sequence[Document], settings: Settings) -> Iterator[Role]:
    """Yield the roles that the configuration makes out of policies in files."""
    for rule in settings.roles:
        mine = [document for document in documents if belongs(document, rule, settings)]
        if mine:
            yield of_documents(rule.name, mine, rule.arn)


def belongs(document: Document, rule: RoleRule, settings: Settings) -> bool:
    """Tell whether the configuration says that a document is part of a role."""
    files = (*rule.identity, *(path for path in (rule.boundary, rule.trust) if path))
    return bool(rule.identity) and globs(files, settings.root).match(document.path)


def inferred(role: Role) -> str:
    """Return the persona that a role's name or trust suggests; empty if they suggest none."""
    if role.trust is not None and _trusts_payments(role.trust):
        return "resource-retrieval"
    name = role.name if isinstance(role.name, str) else ""
    return persona_named(name or role.address)


def persona_named(name: str) -> str:
    """Return the persona that the name of a role suggests; empty if it suggests none."""
    plain = "".join(sign for sign in name.lower() if sign.isalnum())
    return next((persona for part, persona in _NAMES.items() if part in plain), "")


def _trusts_payments(trust: Document) -> bool:
    """Tell whether a trust policy lets in AgentCore for payment managers, and nobody else."""
    statements = parse_policy(trust.value, TRUST).statements
    named = [entry for statement in statements for entry in statement.principals]
    only_agentcore = bool(named) and all(
        entry.type == "Service" and entry.text.startswith(_AGENTCORE) for entry in named
    )
    return only_agentcore and any(
        "payment-manager/" in str(value)
        for statement in statements
        for condition in statement.conditions
        for value in condition.values
    )


_AGENTCORE = "bedrock-agentcore."


def actor_of(role: Role, deployment: Deployment) -> Actor:
    """Return a role as the engine sees it: with AWS's managed policies, and with what is unknown."""
    managed, unknown = _managed(role.managed)
    gaps = [gap.unresolved.sentence for gap in role.gaps if gap.part not in {BOUNDARY, TRUST}]
    gaps += [f"the managed policy {arn} is not known" for arn in unknown]
    name = role.name if isinstance(role.name, str) and role.name else role.address
    found = actor(
        name,
        [*(_value(document, deployment) for document in role.identity), *managed],
        boundary=_boundary(role, deployment),
        arn=deployment.arn(role.arn),
        trust=None if role.trust is None else _value(role.trust, deployment),
        gaps=gaps,
        attached=tuple(arn for arn in role.managed if ":aws:policy/" not in arn),
    )
    # A group makes no requests: its members do, whoever they are.
    return found._replace(arn="") if role.kind == GROUP else found


def unknown_policies(role: Role) -> list[Unresolved]:
    """Return what stands for identity policies of a role that the input does not tell."""
    found = [gap.unresolved for gap in role.gaps if gap.part not in {BOUNDARY, TRUST}]
    _, unknown = _managed(role.managed)
    return found + [Unresolved(f"the managed policy {arn}", MISSING) for arn in unknown]


def _value(document: Document, deployment: Deployment) -> Mapping[str, Any]:
    if not document.unresolved:
        return document.value
    found: Mapping[str, Any] = deployment.value(document.value)
    return found


def _managed(arns: Iterable[str]) -> tuple[list[Mapping[str, Any]], list[str]]:
    documents, unknown = [], []
    for arn in arns:
        known = catalog.managed_policy(arn)
        if known is None:
            unknown.append(arn)
        else:
            documents.append(known)
    return documents, unknown


def _boundary(role: Role, deployment: Deployment) -> list[Mapping[str, Any]]:
    """Return the boundary; one of which nothing is known may let everything pass, or nothing."""
    if role.boundary is not None:
        return [_value(role.boundary, deployment)]
    gap = next((gap for gap in role.gaps if gap.part == BOUNDARY), None)
    if role.boundary_arn:
        known = catalog.managed_policy(role.boundary_arn)
        if known is not None:
            return [known]
        return [nothing_known(Unresolved(f"the boundary {role.boundary_arn}", MISSING))]
    return [] if gap is None else [nothing_known(gap.unresolved)]


def nothing_known(unresolved: Unresolved) -> dict[str, Any]:
    """Return a policy of which nothing is known."""
    return {"Version": "2012-10-17", "Statement": [unresolved]}


def of_documents(name: str, documents: Sequence[Document], arn: str = "") -> Role:
    """Make a role out of policy documents: identity policies, a boundary, a trust policy.

    Documents of other types, as resource policies, do not belong to a role and are left out.
    """
    from payguard.finding import Location, Span  # noqa: PLC0415  only where a role is made

    by_type: dict[str, list[Document]] = {}
    for document in documents:
        by_type.setdefault(
            parse_policy(document.value, document.policy_type).policy_type, []
        ).append(document)
    first = documents[0]
    return Role(
        address=name,
        location=Location(first.path, Span(1, 1, 1, 1)),
        name=name,
        arn=arn,
        identity=tuple(by_type.get(IDENTITY, ())),
        boundary=next(iter(by_type.get(BOUNDARY, ())), None),
        trust=next(iter(by_type.get(TRUST, ())), None),
    )


def place(role: Role, policy: str, number: int) -> Document | None:
    """Return the document of the input that a statement stands in; None for one of AWS's own."""
    if policy == IDENTITY:
        return role.identity[number] if number < len(role.identity) else None
    if policy == TRUST:
        return role.trust
    return role.boundary if policy == BOUNDARY else None
