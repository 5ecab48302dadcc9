"""What AWS's names look like: ARNs, IDs and names of AgentCore payments, and what is wrong with one.

The public names are loaded when they are first asked for: a run that finds nothing wrong does not
pay for the explanations.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payguard.identifiers.arn import Arn, parse_arn, segments
    from payguard.identifiers.diagnosis import check
    from payguard.identifiers.identification import Identification, identify
    from payguard.identifiers.kind import Kind
    from payguard.identifiers.policy_arn import check_policy_arn
    from payguard.identifiers.problem import ERROR, NOTE, Problem
    from payguard.identifiers.registry import KINDS
    from payguard.identifiers.resource_family import SubResource, sub_resource

__all__ = [
    "ERROR",
    "KINDS",
    "NOTE",
    "Arn",
    "Identification",
    "Kind",
    "Problem",
    "SubResource",
    "check",
    "check_policy_arn",
    "identify",
    "parse_arn",
    "segments",
    "sub_resource",
]

_HOMES = {
    "ERROR": "problem",
    "KINDS": "registry",
    "NOTE": "problem",
    "Arn": "arn",
    "Identification": "identification",
    "Kind": "kind",
    "Problem": "problem",
    "SubResource": "resource_family",
    "check": "diagnosis",
    "check_policy_arn": "policy_arn",
    "identify": "identification",
    "parse_arn": "arn",
    "segments": "arn",
    "sub_resource": "resource_family",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{_HOMES[name]}", fromlist=(name,))
    globals()[name] = getattr(module, name)
    return globals()[name]
