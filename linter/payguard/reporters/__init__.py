"""Reporters: one outcome, printed for people, for CI annotations or for other programs."""

from collections.abc import Iterator

from payguard.finding import Report, Severity
from payguard_policies.named_tuple import NamedTuple

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit")


class Options(NamedTuple):
    """How to print, whatever the format.

    Attributes:
        color: whether text may hold ANSI colours.
        statistics: whether text ends with the number of findings of each rule.
        quiet: whether text goes without its summary.
        verbose: whether the summary says how many files were read.
        version: payguard's, for the formats that name their producer.
        fail_on: the severity from which on a finding fails, for the formats that tell it apart.
        checked: the files that held policies, for the formats that name what passes as well.
    """

    color: bool
    statistics: bool
    quiet: bool
    verbose: bool
    version: str
    fail_on: Severity = Severity.SECURITY_WARNING
    checked: tuple[str, ...] = ()


def render(report: Report, output_format: str, options: Options) -> Iterator[str]:
    """Yield the report as text, in chunks that hold their own line ends.

    Args:
        report: the outcome of a run.
        output_format: one of FORMATS; only its module is loaded.
        options: how to print.

    Raises:
        ValueError: no such format.
    """
    if output_format in ("full", "concise"):
        from payguard.reporters.text import render_text  # noqa: PLC0415  only the chosen format

        return render_text(report, output_format, options)
    if output_format == "json":
        from payguard.reporters.json_report import render_json  # noqa: PLC0415  same

        return render_json(report, options)
    if output_format == "sarif":
        from payguard.reporters.sarif import render_sarif  # noqa: PLC0415  same

        return render_sarif(report, options)
    if output_format == "github":
        from payguard.reporters.github import render_github  # noqa: PLC0415  same

        return render_github(report)
    if output_format == "gitlab":
        from payguard.reporters.gitlab import render_gitlab  # noqa: PLC0415  same

        return render_gitlab(report)
    if output_format == "junit":
        from payguard.reporters.junit import render_junit  # noqa: PLC0415  same

        return render_junit(report, options)
    raise ValueError(f"no such format: {output_format}")
