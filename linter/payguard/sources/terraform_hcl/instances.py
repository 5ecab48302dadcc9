"""Instances: what ``count`` and ``for_each`` make of a declaration."""

import json
from collections.abc import Callable, Mapping

from payguard.finding import InputError
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    Several,
    UnknownError,
    Work,
    items,
    text,
    whole_number,
)
from payguard.sources.terraform_hcl.evaluate import Scope, evaluate
from payguard.sources.terraform_hcl.syntax import Block
from payguard_policies.named_tuple import NamedTuple

# Terraform itself gets slow long before.
_MOST = 10_000


class Unit(NamedTuple):
    """One instance, or any of several where it is not known how many there are.

    Attributes:
        key: what is in the brackets of its address; None where there are none.
        names: ``each`` or ``count``.
        any: whether it stands for any number of instances.
    """

    key: str | int | None
    names: Mapping[str, Datum]
    any: bool = False

    @property
    def suffix(self) -> str:
        """What its address ends with."""
        if self.any:
            return "[*]"
        if self.key is None:
            return ""
        return f"[{json.dumps(self.key, ensure_ascii=False)}]"


def units(
    block: Block, scope: Scope, address: str, report: Callable[[InputError], None]
) -> list[Unit]:
    """Return the instances of a declaration.

    Args:
        block: the declaration.
        scope: where it stands.
        address: what it is called in errors.
        report: is told what is wrong.
    """
    for name, make in (("count", _counted), ("for_each", _each)):
        argument = block.arguments.get(name)
        if argument is None:
            continue
        value = evaluate(argument.value, scope._replace(source=argument.source))
        try:
            found = make(value, scope.module.work)
        except UnknownError as error:
            return [_any(name, value._replace(data=error.unresolved))]
        except EvaluationError as error:
            line, column = argument.source.lines.place(argument.value.start)
            message = f"{address}: {name}: {error}"
            report(InputError(argument.source.path, message, line, column))
            return [_any(name, value._replace(data=Unresolved(f"{address} {name}", MISSING)))]
        return found
    return [Unit(None, {})]


def _any(name: str, unknown: Datum) -> Unit:
    if name == "count":
        return Unit(None, {"count": unknown._replace(data={"index": unknown})}, any=True)
    each = {"key": unknown, "value": unknown}
    return Unit(None, {"each": unknown._replace(data=each)}, any=True)


def _counted(value: Datum, work: Work) -> list[Unit]:
    number = whole_number(value)
    if not 0 <= number <= _MOST:
        raise EvaluationError(f"{number} instances; from 0 to {_MOST:,} are read")
    work.spend_instances(number)
    return [
        Unit(index, {"count": value._replace(data={"index": value._replace(data=index)})})
        for index in range(number)
    ]


def _each(value: Datum, work: Work) -> list[Unit]:
    if not isinstance(value.data, dict | list | Several | Unresolved):
        raise EvaluationError("it takes an object or a set of texts")
    if isinstance(value.data, dict):
        found = [(value._replace(data=key), value.data[key]) for key in sorted(value.data)]
    else:
        found = [(item, item) for item in items(value)]  # raises where they are not known
    if len(found) > _MOST:
        raise EvaluationError(f"{len(found)} instances; up to {_MOST:,} are read")
    work.spend_instances(len(found))
    return [_one(key, item) for key, item in found]


def _one(key: Datum, item: Datum) -> Unit:
    if key.unknown:
        return _any("for_each", item)
    return Unit(text(key), {"each": item._replace(data={"key": key, "value": item})})
