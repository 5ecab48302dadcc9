"""The page of a rule: the same text for ``payguard rule`` and for RULES.md."""

from collections.abc import Iterator

from payguard import run
from payguard.configuration import Settings
from payguard.finding import InputError, Report
from payguard.reporters import Options, render
from payguard.rules.rule import Example, Rule
from payguard.sources.reading import read_input
from payguard.tally import Asked

_PLAIN = Options(color=False, statistics=False, quiet=True, verbose=False, version="")


def page(rule: type[Rule]) -> str:
    """Return the rule's page in Markdown: what, why, a bad example with its output, a good one."""
    return "\n".join(_lines(rule))


def _lines(rule: type[Rule]) -> Iterator[str]:
    yield f"## {rule.id}\n"
    yield f"{rule.summary} *{rule.severity.label}, {rule.category}*\n"
    yield f"{rule.why}\n"
    yield "Avoid:\n"
    yield _fenced(rule.bad[0])
    yield f"```text\n{output(rule.bad[0]).rstrip()}\n```\n"
    yield "Prefer:\n"
    yield _fenced(rule.good[0])
    if rule.access_analyzer:
        codes = ", ".join(f"`{code}`" for code in rule.access_analyzer)
        yield f"IAM Access Analyzer asks this as {codes}.\n"
    yield "References:\n"
    yield from (f"- <{page}>" for page in rule.references)
    yield ""


def _fenced(example: Example) -> str:
    kind = f" ({example.policy_type} policy)" if example.policy_type else ""
    kind = f" ({example.persona} role)" if example.persona else kind
    return f"```{language(example)}{kind}\n{example.text.rstrip()}\n```\n"


def language(example: Example) -> str:
    """Return ``json`` or ``yaml``: what the example is written in."""
    return "json" if example.text.lstrip().startswith("{") else "yaml"


def output(example: Example) -> str:
    """Return what the linter prints about ``example``, one line a finding."""
    return "".join(render(report_of(example), "concise", _PLAIN))


def report_of(example: Example) -> Report:
    """Return what the linter says about ``example``."""
    found = read_input(
        f"policy.{language(example)}", example.text, named=True, policy_type=example.policy_type
    )
    if isinstance(found, InputError):
        raise ValueError(f"an example cannot be read: {found.message}")  # noqa: TRY004  no type is wrong
    asked = Asked(example.persona, example.managers, example.arn)
    return run.lint_found(found, Settings(), asked)
