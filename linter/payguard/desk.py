"""Where the documents and roles of some inputs are looked at, one input after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payguard.configuration import Settings
from payguard.finding import InputError, Location
from payguard.iam.document import BOUNDARY, IDENTITY, Policy, parse_policy
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.rules.inspection import Hit, Inspector
from payguard.rules.listener import Listener
from payguard.rules.rule import PAYMENTS
from payguard.suppression import Suppressions
from payguard.tally import Asked, Tally

if TYPE_CHECKING:
    from payguard.subjects import Case

Seen = Mapping[int, Sequence[Hit]]  # by document: what was found in it


def _without_comments(_path: str) -> str:
    return ""


@dataclass(slots=True)
class Desk:
    """Where the documents and roles of some inputs are looked at, one input after the other."""

    settings: Settings
    asked: Asked
    rules: Sequence[Listener]
    inspector: Inspector
    suppressions: Suppressions
    tally: Tally
    joint: list[Document] = field(default_factory=list)  # of roles that several files make up
    asks_roles: bool = field(init=False)
    asks_values: bool = field(init=False)

    def __post_init__(self) -> None:
        self.asks_roles = any("check_role" in rule.hooks for rule in self.rules)
        self.asks_values = any("check_value" in rule.hooks for rule in self.rules)

    def inspect(
        self, path: str, found: Infrastructure, commented: Callable[[str], str] = _without_comments
    ) -> None:
        """Look at everything in one input.

        Args:
            path: the input.
            found: what is in it.
            commented: as ``sources.opening.Opened.commented``.
        """
        tally = self.tally
        if any(found._replace(errors=())):
            tally.files += 1
            tally.checked.append(path)
        tally.errors += found.errors
        if found.values and self.asks_values:
            self._inspect_values(found, commented)
        loose = _loose(found)
        seen = {
            id(document): self._inspect_document(document, alone=id(document) in loose)
            for document in found.documents
        }
        if found.roles and self.asks_roles:
            self._inspect_roles(found.roles, seen)
        if found.gaps and self.asks_roles:
            from payguard.role_check import open_gaps

            tally.undecided += open_gaps(found.gaps, self.rules)

    def _inspect_values(self, found: Infrastructure, commented: Callable[[str], str]) -> None:
        from payguard import value_check

        tally = self.tally
        value_check.visit(found, commented, self.rules, self.suppressions)
        outcome = value_check.check(found.values, self.rules, self.suppressions)
        tally.findings += outcome.findings
        tally.errors += outcome.errors
        tally.suppressed += outcome.suppressed

    def _inspect_document(self, document: Document, *, alone: bool) -> Sequence[Hit]:
        """Ask about one document; return what was found.

        Args:
            document: the document.
            alone: whether no role of the input has it.
        """
        tally = self.tally
        tally.documents += 1
        self.suppressions.visit(document)
        if document.unresolved:
            policy, hits, traits = _inspect_open(document, self.inspector)
        else:
            policy = parse_policy(document.value, document.policy_type, document.text)
            hits = self._ask(document, policy)
            traits = self.inspector.traits
        if hits:
            _gather(document, policy, hits, self.suppressions, tally)
        if alone and self.asks_roles:
            self._inspect_alone(document, policy, hits, traits)
        return hits

    def _ask(self, document: Document, policy: Policy) -> Sequence[Hit]:
        try:
            return self.inspector.inspect(policy)
        except Exception:  # noqa: BLE001  a rule's defect: found out below, rule by rule
            return list(_inspect_each(document, policy, self.inspector, self.tally))

    def _inspect_alone(
        self, document: Document, policy: Policy, hits: Sequence[Hit], traits: int
    ) -> None:
        """Ask role rules about a policy that stands by itself, as if a role had no other."""
        in_file = not document.address
        if in_file and (self.asked.role or self._is_declared(document)):
            self.joint.append(document)
        elif traits & PAYMENTS and policy.policy_type == IDENTITY:
            from payguard.lone import is_settled

            if document.unresolved or not is_settled(policy, {rule.id for rule, _, _ in hits}):
                from payguard.subjects import alone

                self._check([alone(document)], {id(document): hits})

    def _is_declared(self, document: Document) -> bool:
        """Tell whether the configuration has a role that the document belongs to."""
        if not self.settings.roles:
            return False
        from payguard.subjects import belongs

        return any(belongs(document, rule, self.settings) for rule in self.settings.roles)

    def _inspect_roles(self, roles: Sequence[Role], seen: Seen) -> None:
        from payguard.subjects import cases

        self.tally.roles += len(roles)
        asked = self.asked
        self._check(cases(roles, self.settings, asked.persona, asked.managers), seen)

    def _check(self, cases: "Sequence[Case]", seen: Seen) -> None:
        from payguard.role_check import check

        tally = self.tally
        found = check(cases, self.rules, self.suppressions, seen)
        tally.findings += found.findings
        tally.undecided += found.undecided
        tally.errors += found.errors
        tally.suppressed += found.suppressed

    def inspect_joint_roles(self) -> None:
        """Ask about the roles that the user, or the configuration, makes out of several files."""
        if not self.joint:
            return
        from payguard.subjects import made_roles, of_documents

        if self.asked.role:
            role = of_documents(self.asked.name, self.joint, self.asked.arn)
            self._inspect_roles((role,), {})
            return
        roles = list(made_roles(self.joint, self.settings))
        if roles:
            self._inspect_roles(roles, {})


def _loose(found: Infrastructure) -> frozenset[int]:
    """Return which documents of an input stand by themselves: files, and policies of no role.

    What is but the text of a policy, as a data source of Terraform, gives nobody anything. Where
    the boundary of some role is not known, a policy that no role has may be that.
    """
    roles = found.roles
    # By address: of one policy there may be several documents, where conditions choose.
    held = {one.address for role in roles for one in (*role.identity, role.boundary) if one}
    may_be_boundary = any(gap.part == BOUNDARY for role in roles for gap in role.gaps)
    return frozenset(
        id(one)
        for one in found.documents
        if not one.address
        or (one.policy_type == IDENTITY and one.address not in held and not may_be_boundary)
    )


def _inspect_open(document: Document, inspector: Inspector) -> tuple[Policy, Sequence[Hit], int]:
    """Ask about a document with gaps.

    Returns:
        The document in some way filled, what is said of it however its gaps are filled, and the
        traits that it may have.
    """
    from payguard.fillings import fillings, hangs_on_gap, is_of_statement

    common: dict[tuple[str, str, str], Hit] | None = None
    policy = parse_policy({}, document.policy_type)
    traits = PAYMENTS if any(map(is_of_statement, document.unresolved)) else 0
    for value in fillings(document):
        policy = parse_policy(value, document.policy_type)
        hits = {
            (rule.id, at, problem.message): (rule, at, problem)
            for rule, at, problem in inspector.inspect(policy)
            if not hangs_on_gap(document, at)
        }
        traits |= inspector.traits
        common = hits if common is None else {key: common[key] for key in common if key in hits}
    return policy, list((common or {}).values()), traits


def _inspect_each(
    document: Document, policy: Policy, inspector: Inspector, tally: Tally
) -> Iterator[Hit]:
    for listener, outcome in inspector.inspect_each(policy):
        if isinstance(outcome, Exception):
            message = listener.rule.failure("this policy", outcome)
            tally.errors.append(InputError(document.path, message))
        else:
            yield from outcome


def _gather(
    document: Document,
    policy: Policy,
    hits: Sequence[Hit],
    suppressions: Suppressions,
    tally: Tally,
) -> None:
    """Place what the rules saw in the file, silence what is accepted, keep the rest in order."""
    spans = document.source.spans({(at, problem.on_key) for _, at, problem in hits})
    sids = {statement.pointer: statement.sid for statement in policy.statements}
    for rule, at, problem in hits:
        span = spans[at, problem.on_key]
        if suppressions.silences(document.path, rule.id, at, _sid(sids, at), span.line):
            tally.suppressed += 1
            continue
        location = Location(document.path, span, at, document.address)
        tally.findings.append(rule.finding(problem, location, document.source.line(span.line)))


def _sid(sids: dict[str, str | None], pointer: str) -> str | None:
    """Return the Sid of the statement that holds the place, if there is one."""
    head = "/".join(pointer.split("/", 3)[:3])
    return sids.get(head, sids.get("/Statement"))
