"""What code scanning shows about a rule: why it matters, how bad it is, a bad and a good example.

https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from typing import Any

from payguard.finding import Severity
from payguard.rules.listener import listeners
from payguard.rules.rule import Example, Rule
from payguard.suppression import REMARKS, Remark

# A policy that grants what it should not is as much a reason to stop as one that AWS rejects, and
# both fail a run by default: both are errors.
LEVELS = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "error",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "note",
}
# GitHub calls 7.0 to 8.9 high, the level from which its own check fails a pull request. What
# grants too much stands above what does not work. Less is no security problem and has no score.
_SCORES = {Severity.ERROR: "7.0", Severity.SECURITY_WARNING: "8.0"}
_PROBLEMS = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "error",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "recommendation",
}


def described(rule_id: str) -> dict[str, Any]:
    """Return the reporting descriptor (§3.49) of the rule named ``rule_id``.

    An id that no rule has, such as one that a caller of the library made up, is described by
    its name alone.
    """
    for one in listeners():
        if one.id == rule_id:
            return _rule(type(one.rule))
    remark = REMARKS.get(rule_id)
    return _remark(rule_id, remark) if remark else {"id": rule_id, "name": _name(rule_id)}


def _rule(rule: type[Rule]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": _name(rule.id),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": _text(rule), "markdown": _markdown(rule)},
        "helpUri": rule.references[0],
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": _properties(rule.severity, rule.category),
    }


def _remark(rule_id: str, remark: Remark) -> dict[str, Any]:
    return {
        "id": rule_id,
        "name": _name(rule_id),
        "shortDescription": {"text": remark.summary},
        "fullDescription": {"text": remark.why},
        "help": {"text": remark.why},
        "defaultConfiguration": {"level": LEVELS[remark.severity]},
        "properties": _properties(remark.severity, "suppression"),
    }


def _name(rule_id: str) -> str:
    return "".join(part.capitalize() for part in rule_id.split("-"))


def _properties(severity: Severity, category: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "tags": ["security", "iam", category],
        "precision": "high",
        "problem.severity": _PROBLEMS[severity],
    }
    if severity in _SCORES:
        properties["security-severity"] = _SCORES[severity]
    return properties


def _text(rule: type[Rule]) -> str:
    parts = [rule.why, f"Avoid:\n{rule.bad[0].text.strip()}"]
    parts += [f"Prefer:\n{good.text.strip()}" for good in rule.good[:1]]
    return "\n\n".join((*parts, "\n".join(rule.references)))


def _markdown(rule: type[Rule]) -> str:
    parts = [rule.why, f"**Avoid**\n\n{_fenced(rule.bad[0])}"]
    parts += [f"**Prefer**\n\n{_fenced(good)}" for good in rule.good[:1]]
    return "\n\n".join((*parts, "\n".join(f"- <{page}>" for page in rule.references)))


def _fenced(example: Example) -> str:
    text = example.text.strip()
    return f"```{'json' if text.startswith('{') else 'yaml'}\n{text}\n```"
