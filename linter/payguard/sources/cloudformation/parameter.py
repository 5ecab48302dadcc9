"""Parameters and pseudo parameters: values that each deploy gives.

A parameter is never taken for its default: whoever deploys the stack may give another value, and
nothing may be proved from what can be overridden. What is known all the same is kept: the allowed
values, and what a condition has decided (where ``Env is prod``, ``Ref Env`` is ``prod``). So that
mistakes in defaults are still seen, documents that depend on them are read once more as a deploy
without any values makes them (``World.defaults``); those belong to no role.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from collections.abc import Mapping
from typing import Any

from payguard.iam.unresolved import MISSING, SECRET
from payguard.sources.cloudformation.partial import Known, Partial, Piece, hull, unknown
from payguard.sources.cloudformation.world import World

ACCOUNT = Piece("AWS::AccountId", pattern="????????????")
PARTITION = Piece("AWS::Partition", pattern="aws*")
REGION = Piece("AWS::Region")
PSEUDO: Mapping[str, Piece] = {
    one.what: one
    for one in (
        ACCOUNT,
        PARTITION,
        REGION,
        Piece("AWS::NotificationARNs"),
        Piece("AWS::StackId", pattern="arn:aws*:cloudformation:*:????????????:stack/*"),
        Piece("AWS::StackName"),
        Piece("AWS::URLSuffix", pattern="amazonaws.com*"),
    )
}
# Types whose default is the name of a parameter of Systems Manager, not a value.
_STORED = "AWS::SSM::Parameter::"
_WORDS = {True: "true", False: "false"}


def subject(name: str, parameter: Mapping[str, Any]) -> Partial:
    """Return what stands for a parameter of which nothing is decided."""
    if _is_secret(parameter):
        return unknown(f"parameter {name}", SECRET)
    allowed = allowed_values(parameter)
    pattern = hull(sorted(allowed)) if allowed and not _is_list(parameter) else "*"
    return unknown(f"parameter {name}", MISSING, pattern)


def value(name: str, parameter: Mapping[str, Any], world: World) -> Known | list[str]:
    """Return what a parameter is in a world."""
    unresolved = subject(name, parameter)
    if _is_secret(parameter):
        return unresolved
    decided = world.text(unresolved.pieces)
    if decided is None and world.defaults and has_default(parameter):
        decided = _text(parameter["Default"])
    if decided is None:
        allowed = allowed_values(parameter)
        decided = next(iter(allowed)) if allowed is not None and len(allowed) == 1 else None
        if decided is None or _is_list(parameter):
            return unresolved
    if _is_list(parameter):
        return [one.strip() for one in decided.split(",")]
    return decided


def has_default(parameter: Mapping[str, Any]) -> bool:
    """Tell whether a deploy without values gives the parameter a value that is written here."""
    return (
        _text(parameter.get("Default")) is not None
        and not str(parameter.get("Type")).startswith(_STORED)
        and not _is_secret(parameter)
    )


def allowed_values(parameter: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the texts that a parameter can be; None where any can be."""
    values = parameter.get("AllowedValues")
    if type(values) is not list or not values or str(parameter.get("Type")).startswith(_STORED):
        return None
    texts = [_text(one) for one in values]
    return None if None in texts else frozenset(one for one in texts if one is not None)


def _text(written: object) -> str | None:
    if isinstance(written, bool):
        return _WORDS[written]
    return str(written) if isinstance(written, str | int | float) else None


def _is_list(parameter: Mapping[str, Any]) -> bool:
    kind = str(parameter.get("Type"))
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _is_secret(parameter: Mapping[str, Any]) -> bool:
    return str(parameter.get("NoEcho", "false")).lower() != "false"
