"""Role rules asked about the roles of one input; what they see is placed in its files."""

from collections.abc import Iterator, Mapping, Sequence

from payguard.finding import Finding, InputError, Location, Severity
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.infrastructure import Document, Gap, Role
from payguard.pointer import tokens
from payguard.rules.listener import Listener
from payguard.rules.rule import Problem, RoleProblem, Rule
from payguard.subjects import Case, place
from payguard.suppression import Suppressions
from payguard_policies.named_tuple import NamedTuple

Hit = tuple[Rule, str, Problem]
Seen = Mapping[int, Sequence[Hit]]  # by document: what was found in it by itself


class Outcome(NamedTuple):
    """What role rules said: findings, open questions, rules that failed, how many were silenced."""

    findings: list[Finding]
    undecided: list[Finding]
    errors: list[InputError]
    suppressed: int


def check(
    cases: Sequence[Case], rules: Sequence[Listener], suppressions: Suppressions, seen: Seen
) -> Outcome:
    """Ask role rules about roles.

    Args:
        cases: the roles.
        rules: all rules of the run; those that listen for roles are asked.
        suppressions: what is accepted.
        seen: what was found in the documents by themselves: some rules yield to that.
    """
    outcome = Outcome([], [], [], 0)
    silenced = 0
    shown: set[tuple[object, ...]] = set()
    listening = [rule for rule in rules if "check_role" in rule.hooks]
    for case in cases:
        for rule, problem in _problems(case, listening, outcome):
            where = _Where(case.role, problem)
            hits = seen.get(id(where.document), ())
            if _yields(rule, problem, where, hits, alone=case.subject.alone):
                continue
            at = where.location
            key = (rule.id, at.path, at.span, at.pointer, problem.message if not at.pointer else "")
            if key in shown:  # a policy that several roles have is shown with the first of them
                continue
            shown.add(key)
            if problem.decided and where.silenced(suppressions, rule.id):
                silenced += 1
                continue
            found = outcome.findings if problem.decided else outcome.undecided
            found.append(rule.finding(problem, at, where.source))
    return outcome._replace(suppressed=silenced)


def _problems(
    case: Case, rules: Sequence[Listener], outcome: Outcome
) -> Iterator[tuple[Rule, RoleProblem]]:
    for listener in rules:
        try:
            yield from ((listener.rule, found) for found in listener.rule.check_role(case.subject))
        except Exception as error:  # noqa: BLE001  a rule's defect: reported, and the others still asked
            message = listener.rule.failure(f"the role {case.subject.name}", error)
            outcome.errors.append(InputError(case.role.location.path, message))


_OF_ROLES = frozenset({"", IDENTITY, BOUNDARY, TRUST})
_NOT_KNOWN = "policy-not-known"


def open_gaps(gaps: Sequence[Gap], rules: Sequence[Listener]) -> list[Finding]:
    """Return the open questions about what belongs to no role that is known, if they are wanted."""
    listener = next((rule for rule in rules if rule.id == _NOT_KNOWN), None)
    if listener is None:
        return []
    rule = listener.rule
    return [
        rule.finding(
            RoleProblem(f"part of the input is not known: {gap.unresolved.sentence}"), gap.location
        )
        for gap in dict.fromkeys(gaps)
        if gap.part in _OF_ROLES
    ]


class _Where:
    """Where a problem stands: in a document of the role, or where the role is declared."""

    def __init__(self, role: Role, problem: RoleProblem) -> None:
        ref = problem.place
        self.document: Document | None = None
        self.statement, self.pointer, self.sid = "", "", None
        if ref is not None:
            self.document = place(role, ref.policy, ref.number)
            self.statement, self.sid = ref.pointer, ref.sid
            self.pointer = ref.pointer + (problem.at or self._action())
        if self.document is None and ref is None and len(role.identity) == 1:
            self.document = role.identity[0]  # all there is of the role is this policy
        self.location, self.source = self._placed(role)

    def _action(self) -> str:
        """Return the element to point at in a statement: what it allows or denies."""
        value: object = self.document.value if self.document is not None else None
        for token in tokens(self.statement):
            if isinstance(value, dict):
                value = value.get(token)
            elif isinstance(value, list):
                value = value[int(token)]
        known = value if isinstance(value, dict) else {}
        return next((f"/{element}" for element in ("Action", "NotAction") if element in known), "")

    def _placed(self, role: Role) -> tuple[Location, str]:
        document = self.document
        if document is None:
            return role.location, ""
        span = document.source.spans({(self.pointer, False)})[self.pointer, False]
        location = Location(document.path, span, self.pointer, document.address)
        return location, document.source.line(span.line)

    def silenced(self, suppressions: Suppressions, rule: str) -> bool:
        at = self.location
        return suppressions.silences(at.path, rule, self.pointer, self.sid, at.span.line)


def _yields(
    rule: Rule, problem: RoleProblem, where: _Where, hits: Sequence[Hit], *, alone: bool
) -> bool:
    """Tell whether what was found in the document by itself says as much, or explains it."""
    if alone and not problem.decided:  # nothing is sure about a policy that IAM refuses
        return any(other.severity_of(found) == Severity.ERROR for other, _, found in hits)
    if alone and any(other.id in rule.yields_to for other, _, _ in hits):
        return True
    if not rule.yields:
        return False
    return any(
        other.severity_of(found) >= rule.severity
        and (at == where.statement or at.startswith(f"{where.statement}/"))
        for other, at, found in hits
    )
