"""The role that was denied: found among those that the files declare, with what speaks about it."""

from collections.abc import Iterator, Mapping, Sequence

from payguard.attachments import (
    UnknownRoleError,
    boundary_documents,
    declared,
    elsewhere,
    identity_documents,
    role_called,
)
from payguard.authorization.actor import Actor
from payguard.authorization.caller import ROLE, USER, caller
from payguard.authorization.evaluate import may_allow
from payguard.authorization.policy_set import (
    EVERYTHING,
    Policies,
    StatementRef,
    attach,
    layer_of,
    with_identity,
)
from payguard.configuration import Settings
from payguard.denial.holder import Holder, holders
from payguard.denial.message import Denial
from payguard.deployment import Deployment, deployment_of
from payguard.finding import Location, Span
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
    parse_policy,
)
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import matches
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.quotation import quote
from payguard.rules.subject import Subject
from payguard.subjects import (
    actor_of,
    inferred,
    made_roles,
    nothing_known,
    of_documents,
    unknown_policies,
)
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

_OF_A_ROLE = frozenset({IDENTITY, BOUNDARY, TRUST})


class Limits(NamedTuple):
    """Policies that limit a role and that the user names one by one.

    Attributes:
        boundary: its permissions boundary.
        session: the session policies.
        scps: (name, policies) of each level.
        rcps: the same.
        vpc_endpoint: the policy of the VPC endpoint that the call passed through.
    """

    boundary: Sequence[Document] = ()
    session: Sequence[Document] = ()
    scps: Sequence[tuple[str, Sequence[Document]]] = ()
    rcps: Sequence[tuple[str, Sequence[Document]]] = ()
    vpc_endpoint: Sequence[Document] = ()


class Known(NamedTuple):
    """What the files tell.

    Attributes:
        roles: the roles and users, with those that the configuration makes out of files.
        loose: policies that belong to none.
        adrift: identity policies of which it is not known whose they are.
        limits: what the user names beside.
    """

    roles: tuple[Role, ...] = ()
    loose: tuple[Document, ...] = ()
    adrift: tuple[Unresolved, ...] = ()
    limits: Limits = Limits()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask."""
        return not (self.roles or self.loose)


class DeniedRole(NamedTuple):
    """The role that was denied, and everything that speaks about its request.

    Attributes:
        role: as the files declare it.
        subject: as rules see it: persona, managers, the other roles.
        policies: its policies, with what limits them and what is not known.
        documents: where each policy stands, by kind, level and number.
        target: the role that it wanted to assume, where the files declare it.
        holders: others that have a policy of its as well.
    """

    role: Role
    subject: Subject
    policies: Policies
    documents: Mapping[tuple[str, str, int], Document]
    target: Role | None = None
    holders: tuple[Holder, ...] = ()

    @property
    def actor(self) -> Actor:
        """The role as the engine sees it, limits included."""
        return self.subject.actor._replace(policies=self.policies)

    def document(self, ref: StatementRef) -> Document:
        """Return the policy that a statement stands in."""
        return self.documents[ref.policy, ref.level, ref.number]

    def location(self, ref: StatementRef, place: str = "") -> Location:
        """Return where a statement, or an element of it, stands."""
        document, pointer = self.document(ref), place or ref.pointer
        span: Span = document.source.spans({(pointer, False)})[pointer, False]
        return Location(document.path, span, pointer, document.address)


def known(
    found: Sequence[Infrastructure], settings: Settings | None = None, limits: Limits | None = None
) -> Known:
    """Return what some inputs tell together.

    Args:
        found: what each input holds.
        settings: say which files make up a role.
        limits: what the user names beside.
    """
    loose = [one for part in found for one in part.documents if not one.address]
    made = list(made_roles(loose, settings or Settings()))
    taken = {id(one) for role in made for one in (*role.identity, role.boundary, role.trust)}
    others = [one for part in found for one in part.documents if _is_free(one, taken)]
    gaps = [gap.unresolved for part in found for gap in part.gaps if gap.part == IDENTITY]
    roles = (*(role for part in found for role in part.roles), *made)
    return Known(roles, tuple(others), tuple(gaps), limits or Limits())


def _is_free(document: Document, taken: set[int]) -> bool:
    """Tell whether a policy belongs to no role: of those of a plan, only what limits roles."""
    if document.address:
        return document.policy_type in {SCP, RCP, VPC_ENDPOINT}
    return id(document) not in taken


def denied_role(
    files: Known,
    denial: Denial,
    settings: Settings,
    *,
    address: str = "",
    persona: str = "",
    managers: tuple[str, ...] = (),
) -> DeniedRole:
    """Return the role that a denial is about.

    Args:
        files: what the files tell.
        denial: tells who asked.
        settings: say what some roles are.
        address: what the user calls the role; empty to find it by the ARN of who asked.
        persona: what it is, as the user says; empty to take it from settings, name or trust.
        managers: its payment managers, as the user says.

    Raises:
        UnknownRoleError: there is no such role, or more than one.
    """
    role = role_called(files.roles, address) if address else _found(files, denial)
    deployment = deployment_of(files.roles or (role,), tuple(_told(denial, managers)))
    actor = actor_of(role, deployment)
    rule = settings.role_rule(actor.name)
    others = [(one, actor_of(one, deployment)) for one in files.roles if one is not role]
    subject = Subject(
        _of(actor, denial),
        persona=persona or (rule.persona if rule and rule.persona else "") or inferred(role),
        declared=bool(persona) or bool(rule and rule.persona),
        managers=managers or (rule.managers if rule else ()),
        others=[one for _, one in others],
    )
    found = _with_policies(role, subject, files, denial, deployment)
    return found._replace(holders=tuple(holders(found.documents, others)))


def _told(denial: Denial, managers: tuple[str, ...]) -> Iterator[str]:
    """Yield ARNs that tell where the role is deployed: its own, as one of AgentCore's."""
    yield from managers
    fields = denial.who.split(":", 5)
    if fields[5:]:
        yield f"arn:{fields[1]}:{PAYMENTS_SERVICE}::{fields[4]}:payment-manager/any"
    yield denial.resource


def _of(actor: Actor, denial: Denial) -> Actor:
    """Return a role with its ARN: that of the denial where the files do not tell it."""
    if actor.arn:
        return actor
    return actor.of(denial.who) if caller(denial.who).kind in {ROLE, USER} else actor


# Who it is


def _found(files: Known, denial: Denial) -> Role:
    asking = caller(denial.who)
    alike = [role for role in files.roles if _is_same(role, denial)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UnknownRoleError(
            f"{len(alike)} roles could be {quote(denial.who)}: {declared(alike)}; "
            "say which with --role"
        )
    mine = [document for document in files.loose if _kind(document) in _OF_A_ROLE]
    if not files.roles and mine:
        return of_documents(asking.name or "the caller", mine)
    who = quote(denial.who) if denial.who else "who asked, which the message does not tell,"
    raise UnknownRoleError(
        f"{who} is none of the roles in the policies given: they declare {declared(files.roles)}; "
        "say which with --role"
    )


def _kind(document: Document) -> str:
    return parse_policy(document.value, document.policy_type).policy_type


def _is_same(role: Role, denial: Denial) -> bool:
    """Tell whether a role may be the one that asked; a path is in its ARN, not in a session's."""
    asking = caller(denial.who)
    if asking.kind != (USER if role.kind == USER else ROLE) or not asking.name:
        return False
    if isinstance(role.arn, str) and role.arn:
        own = caller(role.arn)
        if denial.role:
            return role.arn == denial.role
        return (own.name, own.account) == (asking.name, asking.account)
    if isinstance(role.name, Unresolved):
        return ":" not in role.name.pattern and _tells(role.name.pattern, asking.name)
    return role.name == asking.name


def _tells(pattern: str, name: str) -> bool:
    """Tell whether a name that is known in part is that of a role: a bare star tells nothing."""
    return bool(pattern.strip("*?")) and matches(pattern, name)


# What speaks about it


def _with_policies(
    role: Role, subject: Subject, files: Known, denial: Denial, deployment: Deployment
) -> DeniedRole:
    actor = subject.actor
    documents: dict[tuple[str, str, int], Document] = {}
    _number(documents, IDENTITY, identity_documents(role, actor))
    limits = _limits(files, denial)
    boundary = boundary_documents(role, actor) or list(limits.boundary)
    _number(documents, BOUNDARY, boundary)
    _number(documents, SESSION, limits.session)
    _number(documents, VPC_ENDPOINT, limits.vpc_endpoint)
    for kind, levels in ((SCP, limits.scps), (RCP, limits.rcps)):
        for level, several in levels:
            _number(documents, kind, several, level)
    more = attach(
        boundary=[one.value for one in limits.boundary],
        session=[one.value for one in limits.session],
        scps=[(name, [one.value for one in several]) for name, several in limits.scps],
        rcps=[(name, [one.value for one in several]) for name, several in limits.rcps],
        vpc_endpoint=[one.value for one in limits.vpc_endpoint],
    )
    own = actor.policies
    policies = more._replace(identity=own.identity, boundary=own.boundary or more.boundary)
    for number, unresolved in enumerate(
        (*unknown_policies(role), *files.adrift), len(identity_documents(role, actor))
    ):
        documents[IDENTITY, "", number] = elsewhere(role, IDENTITY)
        policies = with_identity(policies, nothing_known(unresolved), number)
    target = _target(files, denial)
    if target is not None and target.trust is not None:
        documents[TRUST, "", 0] = target.trust
        trust = deployment.value(target.trust.value)
        policies = policies._replace(trust=layer_of(TRUST, trust))
    return DeniedRole(role, subject, policies, documents, target)


def _number(
    documents: dict[tuple[str, str, int], Document],
    kind: str,
    several: Sequence[Document],
    level: str = "",
) -> None:
    documents.update(((kind, level, number), one) for number, one in enumerate(several))


def _target(files: Known, denial: Denial) -> Role | None:
    """Return the role that was to be assumed, if it was that."""
    if not denial.action.lower().startswith("sts:assumerole"):
        return None
    asked = Denial(principal=denial.resource)
    found = [role for role in files.roles if _is_same(role, asked)]
    return found[0] if len(found) == 1 else None


def _limits(files: Known, denial: Denial) -> Limits:
    """Return what limits the role: what the user names, else what the files hold of that kind."""
    given = files.limits
    of_kind = {
        kind: [one for one in files.loose if one.policy_type == kind]
        for kind in (SCP, RCP, VPC_ENDPOINT, SESSION)
    }
    passes = denial.layer == VPC_ENDPOINT or "aws:sourcevpce" in denial.context
    return given._replace(
        session=given.session or of_kind[SESSION],
        scps=[(name, _level(several, denial)) for name, several in given.scps]
        or _one_level(of_kind[SCP], denial),
        rcps=given.rcps or _one_level(of_kind[RCP], None),
        vpc_endpoint=given.vpc_endpoint or (of_kind[VPC_ENDPOINT] if passes else ()),
    )


def _one_level(
    documents: Sequence[Document], denial: Denial | None
) -> Sequence[tuple[str, Sequence[Document]]]:
    """Return SCPs or RCPs as one level, as nothing tells what they are attached to.

    AWS attaches FullAWSAccess at each level, which files do not hold: unless AWS says that no SCP
    allows the call, it is still there.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    if not documents:
        return ()
    if denial is None or (denial.layer == SCP and denial.explicit is False):
        return (("", documents),)
    return (("", (*documents, _full(documents[0]))),)


def _level(documents: Sequence[Document], denial: Denial) -> Sequence[Document]:
    """Return the SCPs of a level that the user names; what only denies is beside FullAWSAccess."""
    denies = not any(
        may_allow(clause) for one in documents for clause in layer_of(SCP, one.value).clauses
    )
    lacking = denial.layer == SCP and denial.explicit is False
    return (*documents, _full(documents[0])) if documents and denies and not lacking else documents


def _full(document: Document) -> Document:
    return document._replace(value=EVERYTHING, address="FullAWSAccess")
