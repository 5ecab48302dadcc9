"""The same calls, decided by the engine from a plan, a template or a state, before any deploy."""

from collections.abc import Callable, Iterator, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.call import CallDecision, call, decide_call
from payguard.authorization.decision import ALLOW as ALLOWED
from payguard.authorization.decision import DENY as DENIED
from payguard.authorization.decision import EXPLICITLY_DENIED, summary
from payguard.authorization.policy_set import Policies, StatementRef, clauses_of, with_identity
from payguard.authorization.relevance import keys_of
from payguard.authorization.request import UNKNOWN, Request, Unknown, request
from payguard.denial.message import Denial
from payguard.deployment import deployment_of
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Role
from payguard.inventory import Admission, Entry
from payguard.smoke.manager import Manager, filled
from payguard.smoke.report import Place, Row
from payguard.smoke.verdict import (
    APIS,
    NOT_ASSUMABLE,
    SERVICE,
    Answer,
    Outcome,
    Trouble,
    expected_of,
)
from payguard.subjects import actor_of, nothing_known, place, unknown_policies
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

_SERVICE, _DENY = "Service", "Deny"


class Question(NamedTuple):
    """What is asked of a planned role.

    Attributes:
        role: the role, with the ARN of the manager filled in.
        actor: the same as the engine sees it.
        manager: the payment manager.
        adrift: identity policies of which it is not known whose they are.
        admissions: whom its trust policy lets in; None where that is not known.
    """

    role: Role
    actor: Actor
    manager: Manager
    adrift: tuple[Unresolved, ...]
    admissions: tuple[Admission, ...] | None

    @property
    def manager_arn(self) -> str:
        """The ARN of the payment manager."""
        return self.manager.arn

    @property
    def account(self) -> str:
        """The account of the manager, and of every role that it may let in."""
        return self.manager_arn.split(":")[4]

    @property
    def some_role(self) -> str:
        """The ARN of some role of the account."""
        partition = self.manager_arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account}:role/"


def row(
    entry: Entry, manager: Manager, persona: str, expect: str, adrift: Sequence[Unresolved] = ()
) -> Row:
    """Return what the list APIs would answer to a role that is yet to be deployed.

    Args:
        entry: the role.
        manager: the payment manager.
        persona: what the role is; empty where nobody says.
        expect: what is expected instead of what the persona's contract says; or empty.
        adrift: identity policies of which it is not known whose they are.
    """
    role = filled(entry.role, manager)
    one = actor_of(role, deployment_of([role], [manager.arn]))
    question = Question(role, one, manager, tuple(adrift), entry.admissions)
    answers = (_answer(question, api, expected_of(api, persona, expect)) for api in APIS)
    at = role.location
    return Row(
        role.address,
        manager.arn,
        persona,
        tuple(answers),
        role_arn=one.arn,
        place=Place(at.path, at.span.line, at.span.column),
    )


def _answer(question: Question, api: str, wanted: str) -> Answer:
    notes: tuple[str, ...] = ()
    if wanted == NOT_ASSUMABLE:
        refused = _not_assumable(question.admissions)
        if refused is not None:
            return Answer(api, wanted, refused.outcome, refused)
        notes = ("its trust policy lets in others than services",)
    action = f"{SERVICE}:{api}"
    decision = decide_call(
        _policies(question), call(action, [question.manager_arn]), _asker(question, action)
    )
    found = _trouble(decision, action, question)
    outcome = Outcome.ALLOWED if found is None else found.outcome
    return Answer(api, wanted, outcome, found, notes=notes)


def _not_assumable(admissions: Sequence[Admission] | None) -> Trouble | None:
    """Return why nobody but services may assume a role; None if others may."""
    if admissions is None:
        return Trouble(Outcome.UNDECIDED, "undecided", "its trust policy is not known")
    letting_in = [one for one in admissions if one.effect != _DENY]
    kinds = {kind for one in letting_in for kind, _ in one.principals}
    if all(one.effect and not one.negated for one in letting_in) and kinds <= {_SERVICE}:
        says = "its trust policy lets in services alone"
        return Trouble(Outcome.NOT_ASSUMABLE, "trust", says)
    if not all(one.effect for one in letting_in) or "" in kinds:
        return Trouble(Outcome.UNDECIDED, "undecided", "whom its trust policy lets in is not known")
    return None


def _policies(question: Question) -> Policies:
    """Return the policies of a role, one more for each of which nothing is known."""
    found = question.actor.policies
    number = 1 + max((clause.ref.number for clause in found.identity.clauses), default=-1)
    number = max(number, len(question.role.identity))
    for count, gap in enumerate((*unknown_policies(question.role), *question.adrift), number):
        found = with_identity(found, nothing_known(gap), count)
    return found


def _asker(question: Question, action: str) -> Callable[[str], Request]:
    """Return what makes the request that the smoke test would make as this role."""
    # Unless the ARN is known, it is some role of the account.
    principal = question.actor.arn or question.some_role
    context = dict(_context(question, action))
    account = question.account
    return lambda resource: request(
        principal, action, resource, resource_account=account, context=context
    )


# Keys that only the call itself tells, not the plan: where it comes from, when, and as what session.
_CARRIED = "aws:"
_PRINCIPAL_TAG = "aws:principaltag/"
# What a request of the smoke test says in any case; and what no list API says, whoever calls.
_TOLD: dict[str, str] = {"aws:securetransport": "true", "aws:viaawsservice": "false"}
_ABSENT = ("aws:requesttag/", "aws:tagkeys", "aws:calledvia", "aws:sourcearn", "aws:sourceaccount")


def _context(question: Question, action: str) -> Iterator[tuple[str, str | Unknown]]:
    """Yield the keys that policies ask for: known, or of unknown value; others are absent."""
    supported = _supported(action)
    told = {**_TOLD, "aws:requestedregion": question.manager_arn.split(":")[3]}
    role = question.role
    tags = {f"{_PRINCIPAL_TAG}{name.lower()}": value for name, value in role.tags.items()}
    implied = request(question.some_role, action, question.manager_arn).context
    for key in sorted(keys_of(clauses_of(_policies(question)))):
        if key in told:
            yield key, told[key]
        elif isinstance(tags.get(key), str):
            yield key, str(tags[key])
        elif key.startswith(_PRINCIPAL_TAG) and not tags and not role.gaps:
            continue  # it has no tags, and the smoke test gives its session none
        elif key in implied or key.startswith(_ABSENT):
            continue
        elif key.startswith(_CARRIED) or key in supported:
            yield key, UNKNOWN


def _supported(action: str) -> frozenset[str]:
    service, _, name = action.partition(":")
    detail = catalog.detail(service)
    known = detail.actions.get(name.lower()) if detail else None
    return frozenset(key.lower() for key in known.condition_keys) if known else frozenset()


def _trouble(decision: CallDecision, action: str, question: Question) -> Trouble | None:
    if decision.decision == ALLOWED:
        return None
    if decision.decision != DENIED:
        says = "; ".join(doubt.sentence for doubt in decision.doubts)
        return Trouble(Outcome.UNDECIDED, "undecided", says)
    part = next(part for _, part in decision.parts if part.decision == DENIED)
    says = summary(part, action, lambda ref: _named(ref, question.role))
    denial = None
    if question.manager.unresolved is None:  # or else the files know no such manager
        denial = Denial(
            principal=question.actor.arn,
            action=action,
            resource=question.manager_arn,
            layer=part.layer,
            explicit=part.detail == EXPLICITLY_DENIED,
        )
    return Trouble(Outcome.DENIED_BY_IAM, "iam", says, denial=denial)


def _named(ref: StatementRef, role: Role) -> str:
    """Name a statement by where it stands in the input."""
    document = place(role, ref.policy, ref.number)
    if document is None:
        return f"a statement of {'a managed policy' if ref.policy == IDENTITY else 'the boundary'}"
    span = document.source.spans({(ref.pointer, False)})[ref.pointer, False]
    return f"{document.path}:{span.line}:{span.column}"
