"""What a run is asked and what it gathers, input by input."""

from dataclasses import dataclass, field

from payguard.finding import Finding, InputError, Report
from payguard_policies.named_tuple import NamedTuple


class Asked(NamedTuple):
    """What the user says of the roles, beside the configuration.

    Attributes:
        persona: what they all are; empty if the user does not say.
        managers: the payment managers that are their own.
        arn: the ARN of the one role that the policies in single files make up.
        name: how that role is called.
    """

    persona: str = ""
    managers: tuple[str, ...] = ()
    arn: str = ""
    name: str = "the role"

    @property
    def role(self) -> bool:
        """Whether the policies in single files are those of one role."""
        return bool(self.persona or self.managers or self.arn)


NOTHING = Asked()


@dataclass(slots=True)
class Tally:
    """What a run gathers file by file."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    undecided: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    documents: int = 0
    files: int = 0
    roles: int = 0
    suppressed: int = 0

    def add(self, other: "Tally") -> None:
        """Take over what a part of the run gathered."""
        self.findings += other.findings
        self.errors += other.errors
        self.undecided += other.undecided
        self.checked += other.checked
        self.roles += other.roles
        self.documents += other.documents
        self.files += other.files
        self.suppressed += other.suppressed


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    at = finding.location
    return at.path, at.span.line, at.span.column, finding.rule, finding.message


def report(tally: Tally) -> Report:
    """Return what was gathered, in order."""
    return Report(
        _once(tally.findings),
        tuple(sorted(set(tally.errors))),
        tally.documents,
        tally.files,
        tally.suppressed,
        _once(tally.undecided),
        tuple(sorted(tally.checked)),
        tally.roles,
    )


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings in order; one text that several roles take their policy from counts once."""
    found: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(findings, key=_place):
        at = finding.location
        found.setdefault((finding.rule, finding.message, at.path, at.span), finding)
    return tuple(found.values())
