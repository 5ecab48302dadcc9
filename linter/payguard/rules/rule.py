"""What a rule is: declared metadata, examples, and one question asked of one kind of node."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from payguard.finding import Finding, Location, Severity, Witness
from payguard.iam.condition import Condition
from payguard.iam.document import Policy, Statement
from payguard.infrastructure import Value
from payguard_policies.named_tuple import NamedTuple

if TYPE_CHECKING:
    from payguard.authorization.policy_set import StatementRef
    from payguard.rules.subject import Subject

# What a statement holds: a rule names in ``when`` all that must be there for it to be asked, so
# that nobody pays for a payments rule on a policy about buckets. Plain integers: enum.Flag costs
# a microsecond an operation, and these are combined for every statement of every file.
ALLOW = 1 << 0
DENY = 1 << 1
CONDITION = 1 << 2
PRINCIPAL = 1 << 3  # a Principal or NotPrincipal element
NOT_ACTION = 1 << 4
NOT_RESOURCE = 1 << 5
VARIABLE = 1 << 6  # "${" in a resource or a condition
AGENTCORE = 1 << 7  # may match an action of bedrock-agentcore
PAYMENTS = 1 << 8  # may match an action on payments resources
DETAILED = 1 << 9  # may match an action of a service that the catalog knows in detail
PASS_ROLE = 1 << 10  # may match iam:PassRole
SECRETS = 1 << 11  # may match secretsmanager:GetSecretValue
ASSUME_ROLE = 1 << 12  # may match an action of STS's AssumeRole family
SEVERAL_ACTIONS = 1 << 13  # more than one element under Action or NotAction
SEVERAL_RESOURCES = 1 << 14  # more than one element under Resource or NotResource
ACTION_WILDCARD = 1 << 15  # a wildcard in an action
ODD_ACTION = 1 << 16  # a literal action that is not spelt as the catalog has it
SIMILAR_ACTIONS = 1 << 17  # several actions of which two may say the same: see inspection.py
SEVERAL_CONDITIONS = 1 << 18  # more than one entry in the condition block
EXCLUSION = 1 << 19  # NotAction or NotResource
# Not plainly of the grammar's shape: an element missing, unknown, empty or of another type, an
# effect that is neither, a Sid with other characters, or a Principal. Most statements are plain,
# and every rule that asks about shape alone names this bit.
IRREGULAR = 1 << 20


class Problem(NamedTuple):
    """What a rule sees: a sentence, a place relative to the node it was asked about, a mend.

    Attributes:
        message: what was found, the value quoted, and why it is wrong.
        at: JSON Pointer relative to the node (policy, statement or text); empty for a value.
        help: how to mend it.
        severity: where it differs from the rule's.
        on_key: whether the key at ``at`` is meant, not its value.
    """

    message: str
    at: str = ""
    help: str = ""
    severity: Severity | None = None
    on_key: bool = False


class RoleProblem(NamedTuple):
    """What a rule sees in a role: a sentence, a place in one of its policies, a mend, a witness.

    Attributes:
        message: what was found, and why it is wrong.
        place: the statement that it is about, or that decides; None for the role as a whole.
        at: JSON Pointer relative to the statement.
        help: how to mend it.
        severity: where it differs from the rule's.
        witness: the requests that show it.
        decided: False where it is a question that could not be answered.
    """

    message: str
    place: "StatementRef | None" = None
    at: str = ""
    help: str = ""
    severity: Severity | None = None
    witness: tuple[Witness, ...] = ()
    decided: bool = True


class Example(NamedTuple):
    """A policy that shows a rule, or a template that holds what the rule is about.

    Attributes:
        text: the policy.
        policy_type: its type, where the text alone cannot tell.
        persona: of the role that it is attached to, for a rule about roles; empty for none.
        managers: the payment managers of that role.
        arn: its ARN.
    """

    text: str
    policy_type: str = ""
    persona: str = ""
    managers: tuple[str, ...] = ()
    arn: str = ""


class Text(NamedTuple):
    """An action or resource text with the little that a rule about single texts may know.

    Equal texts in equal surroundings are asked about once a run: a rule's answer may depend on
    nothing else.
    """

    text: str
    element: str
    effect: str
    policy_type: str


class Rule:
    """A rule; subclasses declare the metadata and override exactly one or more ``check_*`` hooks.

    Attributes:
        id: the slug that names the defect, also the module's name with underscores.
        summary: one sentence: the defect.
        why: a short paragraph: what happens to somebody who has this defect.
        severity: of its findings, unless a problem says otherwise.
        category: the folder.
        references: official pages, best first.
        yields: whether a finding as bad in the same statement is reason enough to be silent.
        yields_to: rules that say the same of a policy that stands alone.
        access_analyzer: codes of IAM Access Analyzer's checks that ask the same question.
        policy_types: the types it is asked of; empty for all.
        when: what a statement must hold for ``check_statement`` to be asked (bits above); for
            ``check_policy``, what the document and its statements must hold together.
        bad: policies on which it fires; the first is shown to users.
        good: the same policies mended; silent under every rule.
    """

    id: ClassVar[str]
    summary: ClassVar[str]
    why: ClassVar[str]
    severity: ClassVar[Severity]
    category: ClassVar[str]
    references: ClassVar[tuple[str, ...]]
    yields: ClassVar[bool] = False
    yields_to: ClassVar[frozenset[str]] = frozenset()
    access_analyzer: ClassVar[tuple[str, ...]] = ()
    policy_types: ClassVar[frozenset[str]] = frozenset()
    when: ClassVar[int] = 0
    bad: ClassVar[tuple[Example, ...]]
    good: ClassVar[tuple[Example, ...]]

    def severity_of(self, problem: "Problem | RoleProblem") -> Severity:
        """Return how bad a problem is that this rule sees."""
        return self.severity if problem.severity is None else problem.severity

    def finding(
        self, problem: "Problem | RoleProblem", location: Location, source: str = ""
    ) -> Finding:
        """Return a problem that this rule sees as a finding.

        Args:
            problem: what it sees.
            location: where that stands.
            source: the line there; empty if there is none to show.
        """
        witness = problem.witness if isinstance(problem, RoleProblem) else ()
        severity, reference = self.severity_of(problem), self.references[0]
        return Finding(
            self.id, severity, problem.message, problem.help, reference, location, source, witness
        )

    def failure(self, subject: str, error: Exception) -> str:
        """Return the sentence that says that this rule failed on something, as on ``a value``."""
        reason = f"{type(error).__name__}: {error}"[:200]
        return f"the rule {self.id} failed on {subject}, please report it ({reason})"

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield problems of a whole document; ``at`` is relative to the document."""
        raise NotImplementedError

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield problems of one statement; ``at`` is relative to the statement.

        Statements that differ in nothing but a plain Sid are asked about once a run: only a rule
        that is asked of IRREGULAR ones may look at the Sid.
        """
        raise NotImplementedError

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether ``check_statement`` has to do with statements that hold ``condition``.

        A rule that overrides this is asked about a statement only if it hears one of its
        conditions. Equal conditions are heard once a run: the answer may depend on nothing else.
        """
        raise NotImplementedError

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield problems of one text under Action or NotAction, whatever stands beside it.

        Not asked about texts that are plainly in order (``trait.is_plain_action``): names of known
        actions, and patterns of services that payments roles do not touch. A rule about certain
        known actions is a statement's rule.
        """
        raise NotImplementedError

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield problems of one text under Resource or NotResource.

        Not asked about texts that are plainly in order (``trait.is_plain_resource``).
        """
        raise NotImplementedError

    def check_role(self, subject: "Subject") -> Iterator[RoleProblem]:
        """Yield problems of a role: of everything that is attached to it, taken together.

        Asked of roles that the input declares, or the configuration; not of single documents.
        """
        raise NotImplementedError

    def check_value(self, value: Value) -> Iterator[Problem]:
        """Yield problems of an ARN or ID of payments that stands by itself, outside of policies."""
        raise NotImplementedError

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield problems of one condition entry, whatever stands beside it.

        ``at`` is relative to the statement: build it with ``condition.value_pointer``.
        """
        raise NotImplementedError


def hears(rule: type[Rule], hook: str) -> bool:
    """Tell whether ``rule`` overrides ``hook``, such as ``check_statement``."""
    return getattr(rule, hook) is not getattr(Rule, hook)
