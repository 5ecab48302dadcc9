"""What payguard says: findings, where they stand, and inputs it could not read."""

from enum import IntEnum

from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple


class Severity(IntEnum):
    """How bad a finding is, in IAM Access Analyzer's words; a higher value is worse."""

    SUGGESTION = 1
    WARNING = 2
    SECURITY_WARNING = 3
    ERROR = 4

    @property
    def label(self) -> str:
        """The word that users read and write, such as ``security-warning``."""
        return _LABELS[self]


_LABELS = {
    Severity.SUGGESTION: "suggestion",
    Severity.WARNING: "warning",
    Severity.SECURITY_WARNING: "security-warning",
    Severity.ERROR: "error",
}
SEVERITIES = {label: severity for severity, label in _LABELS.items()}


class Span(NamedTuple):
    """A stretch of a text file: lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location(NamedTuple):
    """Where a finding stands: a file, a span in it, and the place in words of the document."""

    path: str
    span: Span
    pointer: str = ""
    address: str = ""


class Witness(NamedTuple):
    """One request that shows a finding about access: whoever doubts it can replay it.

    Attributes:
        who: the role that makes it.
        action: what it asks for.
        resource: on what.
        context: the context keys that matter, with their values.
        allowed: whether it is allowed.
        note: what it is there for, in a few words; may be empty.
    """

    who: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()
    allowed: bool = True
    note: str = ""

    @property
    def sentence(self) -> str:
        """The request in words."""
        held = ", ".join(f"{key} = {quote(value)}" for key, value in self.context)
        verb = "may" if self.allowed else "may not"
        text = f"{self.who} {verb} {self.action} on {self.resource}"
        return text + (f" with {held}" if held else "") + (f" ({self.note})" if self.note else "")


class Finding(NamedTuple):
    """One defect: what was found, where, why it is one, and how to mend it.

    Attributes:
        rule: the rule's id, such as ``unknown-action``.
        severity: how bad it is.
        message: the sentence, with the offending value quoted.
        help: how to mend it; may be empty.
        reference: the address of the page that says so; may be empty.
        location: where it stands.
        source: the source line at ``location``, for display; empty where there is none.
        witness: the requests that show it, in order; none where it is not about access.
    """

    rule: str
    severity: Severity
    message: str
    help: str
    reference: str
    location: Location
    source: str = ""
    witness: tuple[Witness, ...] = ()


class InputError(NamedTuple):
    """An input that could not be read, or a rule that failed on it: never a clean exit.

    ``line`` and ``column`` count from 1; 0 where the defect has no place in the file.
    """

    path: str
    message: str
    line: int = 0
    column: int = 0


class Report(NamedTuple):
    """The outcome of one run, ready for a reporter.

    Attributes:
        findings: ordered by path, line, column, rule.
        errors: inputs that could not be checked.
        documents: how many policy documents were checked.
        files: how many files held them.
        suppressed: how many findings a suppression silenced.
        undecided: questions that could not be answered, one sentence each.
        checked: the files that held something to check.
        roles: how many roles were checked.
    """

    findings: tuple[Finding, ...]
    errors: tuple[InputError, ...]
    documents: int
    files: int
    suppressed: int = 0
    undecided: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    roles: int = 0
