"""A role as rules see it: what is attached to it, what it is meant to be, and the other roles."""

from collections.abc import Sequence
from functools import cache, cached_property

from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, UNDECIDED, Answer, Inquiry, Step
from payguard.authorization.closure import separated_one
from payguard.authorization.compare import Dead, dead_statements
from payguard.authorization.contract import MISSING, OUTSIDE, Check, contract, outside
from payguard.authorization.decision import decide
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Clause, StatementRef
from payguard.authorization.prove import confined_to, never_both
from payguard.authorization.reach import may_grant, reach
from payguard.authorization.request import Unknown
from payguard.finding import Severity, Witness
from payguard.iam.action import expand
from payguard.rules.assumed import Guest, Payers
from payguard.rules.payments.money import spending
from payguard.stand_in import StandIns, with_stand_ins
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.action_sets import ActionGroup, action_sets

# Follow from who asks for what, and say nothing that the rest of a request does not.
_IMPLIED = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:resourceaccount",
)


_SECRET_SETS = ("payment-tokens", "wallet-secret-reads")


@cache
def secret_groups() -> tuple[ActionGroup, ...]:
    """Return the groups of actions that open wallets without AgentCore."""
    return tuple(action_sets()[name] for name in _SECRET_SETS)


class Subject:
    """One role, and what was found out about it: each question is asked once.

    Args:
        actor: the role.
        persona: what it is meant to be; empty where nobody says.
        declared: whether the configuration or the user says so, rather than its name.
        managers: the payment managers that are its own; empty where nobody says.
        others: the roles that it may become, itself among them.
        alone: whether it is but one policy, of which nobody says what else it is attached beside.
        idle: whether it surely neither moves money nor becomes another role, see ``idle``.
        payers: the roles of the input that have one of the two duties.
        trust_gaps: what of its trust policy is not known, a sentence each.
    """

    def __init__(
        self,
        actor: Actor,
        *,
        persona: str = "",
        declared: bool = True,
        managers: tuple[str, ...] = (),
        others: Sequence[Actor] = (),
        alone: bool = False,
        idle: bool = False,
        payers: Payers | None = None,
        trust_gaps: Sequence[str] = (),
    ) -> None:
        self.idle, self.payers, self.trust_gaps = idle, payers, trust_gaps
        self.actor, self.persona, self.declared, self.alone = actor, persona, declared, alone
        self.managers, self.others = managers, tuple(others) or (actor,)

    @property
    def name(self) -> str:
        """How the role is called."""
        return self.actor.name

    def severity(self, severity: Severity) -> Severity:
        """Return a severity, lowered where the persona is only inferred."""
        if self.declared or severity == Severity.SUGGESTION:
            return severity
        lowered = {Severity.ERROR: Severity.WARNING, Severity.SECURITY_WARNING: Severity.WARNING}
        return lowered.get(severity, Severity.SUGGESTION)

    @property
    def meant(self) -> str:
        """What is asked of the role, and how sure that is."""
        return f"as {self.persona}" + ("" if self.declared else " (inferred)")

    @cached_property
    def touches_payments(self) -> bool:
        """Whether some statement could let it open a budget or spend."""
        return any(self._granted)

    @cached_property
    def _granted(self) -> tuple[bool, ...]:
        return tuple(may_grant(self.actor, action) for action in spending())

    @cached_property
    def has_one_duty(self) -> bool:
        """Whether it may open budgets or spend, and does not do both by itself.

        Of one that does both, that is what there is to say: not that others may assume it.
        """
        return any(self._granted) and not (all(self._granted) and self.separation.witness)

    @cached_property
    def is_administrator(self) -> bool:
        """Whether some statement allows everything on everything, without a condition."""
        return any(
            clause.statement.allows_everything for clause in self.actor.policies.identity.clauses
        )

    @cached_property
    def secrets(self) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        """The actions by which it opens wallets without AgentCore, each with the requests."""
        found = []
        for group in secret_groups():
            for action in group.actions:
                if not may_grant(self.actor, action, group.resources):
                    continue
                inquiry = Inquiry(Limit(), 0)
                steps = reach(self.actor, action, inquiry, inside=group.resources)
                if steps:
                    found.append((action, steps))
        return tuple(found)

    @cached_property
    def separation(self) -> Answer:
        """Whether it can both open a budget and spend from it, by itself."""
        answer, known = self._separation, self._stand_ins.actor
        if answer.verdict == UNDECIDED and known is not self.actor:
            # An ARN that is not known yet may stand for a manager: what an example shows is shown,
            # but two of them might be one and the same, so that it proves nothing.
            spend, budget = spending()
            example = never_both(known, budget, spend)
            return example if example.witness else answer
        return answer

    @cached_property
    def _separation(self) -> Answer:
        spend, budget = spending()
        return never_both(self.actor, budget, spend)

    @cached_property
    def _stand_ins(self) -> StandIns:
        return with_stand_ins(self.actor)

    @cached_property
    def joint_separation(self) -> Answer:
        """Whether it can do both with the help of the other roles that it can become."""
        if self.idle:
            return self.separation
        spend, budget = spending()
        others = [self.actor, *(one for one in self.others if one.name != self.actor.name)]
        return separated_one(self.actor, others, budget, spend, alone=self._separation)

    @cached_property
    def assumed_separation(self) -> tuple[Step, ...]:
        """The requests by which it does both as roles that it assumes, and nothing by itself."""
        if self.idle or self.touches_payments or self.payers is None:
            return ()
        return self.payers.assumed_by(self.actor)

    @property
    def guests(self) -> Sequence[Guest]:
        """Who is not in the input, is let in to spend, and is let in by another to open budgets."""
        return self.payers.guests.get(self.name, ()) if self.payers is not None else ()

    @cached_property
    def contract(self) -> tuple[Check, ...]:
        """The clauses of its persona's contract; without a persona that on its managers, if any."""
        if self.persona:
            return contract(self.actor, self.persona, self.managers)
        return (outside(self.actor, self.managers),) if self.managers else ()

    @cached_property
    def dead(self) -> tuple[Dead, ...]:
        """Statements about payments, and nothing else, that make no difference."""
        return dead_statements(self.actor, asked=_is_about_payments)[0]

    def broken(self, *kinds: str) -> list[Check]:
        """Return the clauses of some kinds that are not kept, or of which it cannot be told."""
        return [
            check
            for check in self.contract
            if check.kind in kinds and (check.answer.witness or check.answer.verdict == UNDECIDED)
        ]

    def undecided(self, kind: str) -> list[Check]:
        """Return the clauses of a kind of which it cannot be told.

        None where whole policies are not known: policy-not-known says that once.
        """
        found = [check for check in self.broken(kind) if not check.answer.witness]
        return [] if self.actor.gaps else found

    @property
    def needs_undecided(self) -> list[Check]:
        """The needs of its persona of which it cannot be told.

        An ARN that is not known yet is taken for that of its manager.
        """
        found, known = self.undecided(MISSING), self._stand_ins.actor
        if not found or known is self.actor:
            return found
        examples = contract(known, self.persona)
        met = {
            check.action
            for check in examples
            if check.kind == MISSING and check.answer.verdict == PROVED
        }
        return [check for check in found if check.action not in met]

    @property
    def outside_undecided(self) -> list[Check]:
        """The clause on its payment managers, if it cannot be told whether that is kept.

        An ARN that is not known yet is taken for that of its manager.
        """
        found, known = self.undecided(OUTSIDE), self._stand_ins
        if not found or known.actor is self.actor:
            return found
        own = (arn for arn in known.labels if arn.count("/") == 1)  # and not below a manager
        kept = confined_to(known.actor, (*self.managers, *own)).verdict == PROVED
        return [] if kept else found

    def deciding(self, steps: Sequence[Step]) -> StatementRef | None:
        """Return the statement of an identity policy that allows the last request of its own."""
        for step in reversed(steps):
            if step.who == self.actor.name and step.allowed:
                refs = decide(self.actor.policies, step.request).decided_by
                return next((ref for ref in refs if ref.policy == "identity"), None)
        return None


def _is_about_payments(clause: Clause) -> bool:
    """Tell whether a statement has payments actions only.

    Of others the engine knows less about what an action is asked on, and they are many.
    """
    actions = clause.statement.actions
    return bool(actions) and all(isinstance(text, str) and _is_payments(text) for text in actions)


@cache
def _is_payments(text: str) -> bool:
    if not text.lower().startswith(f"{PAYMENTS_SERVICE}:"):
        return False
    names = {name.partition(":")[2] for name in expand(text)}
    return bool(names) and names <= catalog.payments_actions()


def witness(steps: Sequence[Step]) -> tuple[Witness, ...]:
    """Return the requests of an answer as they are shown to people."""
    return tuple(
        Witness(
            step.who,
            step.request.action,
            step.request.resource,
            tuple(_held(step)),
            step.allowed,
            step.note,
        )
        for step in steps
    )


def _held(step: Step) -> list[tuple[str, str]]:
    found = []
    for key, value in sorted(step.request.context.items()):
        if key in _IMPLIED or isinstance(value, Unknown) or value == ():
            continue
        found.append((key, value if isinstance(value, str) else ", ".join(value)))
    return found
