"""Where a value comes from that is only known after apply, by references of the configuration.

A plan shows which attributes an expression refers to, not what it does with them; of local values
it shows nothing. https://developer.hashicorp.com/terraform/internals/json-format
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from payguard.iam.unresolved import Unresolved
from payguard.sources.terraform_resource import Place, Resource
from payguard_policies.named_tuple import NamedTuple

_KEY = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_KEYS = re.compile(_KEY)
_CALL = re.compile(rf"(?:^|\.)module\.([^.\[\"]+)({_KEY})?")
_TO_RESOURCE = re.compile(rf"((?:data\.)?[\w-]+\.[\w-]+)({_KEY})?(?:\.(.*))?", re.DOTALL)
_TO_OUTPUT = re.compile(rf"(module\.[\w-]+(?:{_KEY})?)\.([\w-]+).*", re.DOTALL)
_NAME = re.compile(r"[\w-]*")
# Their values are known when a plan is made.
_KNOWN = ("path", "terraform", "self", "count")
_OWN_KEY, _OWN_INDEX = "each.key", "count.index"
# One question follows at most this many references: hostile configurations lead in circles.
_STEPS = 100
# Addresses of modules beyond this length are not taken apart.
_LONGEST = 4096


class Origin(NamedTuple):
    """An attribute that is not known either; ``attribute`` is empty where only the resource is."""

    resource: Resource
    attribute: str


class Trace(NamedTuple):
    """Where the unknown part of a value comes from.

    Attributes:
        origins: the attributes, in the order in which they are referred to.
        complete: whether there is certainly no other.
        spread: whether they belong to all instances of the block together, one to each, as the
            values of a ``for_each`` do.
        plain: whether nothing else is referred to, such as a variable that might choose.
        wording: what the author wrote, if that is one reference.
    """

    origins: tuple[Origin, ...] = ()
    complete: bool = False
    spread: bool = False
    plain: bool = False
    wording: str = ""


class _Scope(NamedTuple):
    """Where an expression stands: what ``var``, ``each`` and ``count`` mean there."""

    module: str
    key: str
    siblings: int
    each: object


class References:
    """The configuration of a plan, asked where values come from.

    Args:
        configuration: the plan's ``configuration``, whatever it is; None for a state.
        resources: all resource instances of the plan.
    """

    def __init__(self, configuration: object, resources: Iterable[Resource]) -> None:
        self.instances: dict[tuple[str, str], dict[str, Resource]] = defaultdict(dict)
        self._calls: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._traces: dict[tuple[str, str, Place, bool], Trace] = {}
        modules = set()
        for resource in resources:
            self.instances[resource.module, resource.block][resource.key] = resource
            modules.add(resource.module)
        for module in modules:
            for parent, name, key in _calls_above(module):
                self._calls[parent, name].add(key)
        root = configuration.get("root_module") if isinstance(configuration, dict) else None
        self.modules = _modules(root)
        self._blocks = {
            (module, str(block.get("address"))): block
            for module, found in self.modules.items()
            for block in _objects(found.get("resources"))
        }

    def block(self, resource: Resource) -> Mapping[str, Any] | None:
        """Return a resource's block of the configuration; None if it is not there."""
        return self.find(resource.module, resource.block)

    def find(self, module: str, block: str) -> Mapping[str, Any] | None:
        """Return a block of the module that a module instance is made of."""
        return self._blocks.get((_KEYS.sub("", module), block))

    def is_configured(self, resource: Resource, name: str) -> bool | None:
        """Tell whether the author set an attribute; None if the configuration is not there."""
        block = self.block(resource)
        expressions = block.get("expressions") if block is not None else None
        if not isinstance(expressions, dict):
            return None if block is None else expressions is not None
        return name in expressions

    def trace(self, resource: Resource, place: Place, *, known: bool = False) -> Trace:
        """Return where an attribute's value, or a value inside it, comes from.

        Args:
            resource: whose attribute it is.
            place: the names and indexes that lead to the value.
            known: whether attributes that are known count as well.
        """
        block = self.block(resource)
        if block is None:
            return Trace()
        asked = (resource.module, resource.block, place, known)
        if asked not in self._traces:
            trace, is_of_key = self._trace(resource, block, place, known=known)
            if is_of_key:
                return trace
            self._traces[asked] = trace  # the same for all instances
        return self._traces[asked]

    def _trace(
        self, resource: Resource, block: Mapping[str, Any], place: Place, *, known: bool
    ) -> tuple[Trace, bool]:
        """Return where a value comes from, and whether that hangs on the instance's key."""
        expression: Any = block.get("expressions")
        for token in place:
            expression = _at(expression, token)
        siblings = len(self.instances[resource.module, resource.block])
        each = block.get("for_each_expression")
        walk = _Walk(self, known=known)
        walk.follow(expression, _Scope(resource.module, resource.key, siblings, each))
        names = _references(expression)[0]
        wording = names[0] if len(names) == 1 else ""
        trace = Trace(tuple(walk.origins), walk.complete, walk.spread, walk.plain, wording)
        return trace, walk.is_of_key

    def call(self, module: str) -> tuple[Mapping[str, Any], _Scope] | None:
        """Return the call of a module instance, and where it stands."""
        above = _calls_above(module)
        if not above:
            return None
        parent, name, key = above[-1]
        calls = self.modules.get(_KEYS.sub("", parent), {}).get("module_calls")
        call = calls.get(name) if isinstance(calls, dict) else None
        if not isinstance(call, dict):
            return None
        siblings = len(self._calls[parent, name])
        return call, _Scope(parent, key, siblings, call.get("for_each_expression"))

    def outputs(self, module: str) -> Mapping[str, Any]:
        """Return the outputs of a module instance; empty if the configuration has none."""
        outputs = self.modules.get(_KEYS.sub("", module), {}).get("outputs")
        return outputs if isinstance(outputs, dict) else {}


class _Walk:
    """The way from one expression to the attributes that it depends on."""

    def __init__(self, references: References, *, known: bool) -> None:
        self._references, self._known = references, known
        self._steps = _STEPS
        self._seen: set[tuple[str, str]] = set()
        self.origins: list[Origin] = []
        self.complete, self.spread, self.is_of_key = True, False, False
        self.plain = True

    def follow(self, expression: object, scope: _Scope, *, each: bool = False) -> None:
        """Follow the references of an expression; ``each`` if it is a ``for_each``."""
        if not isinstance(expression, dict):
            self.complete = False
            return
        names, all_of_them = _references(expression)
        self.complete = self.complete and all_of_them
        dynamic = _OWN_KEY if _OWN_KEY in names else _OWN_INDEX if _OWN_INDEX in names else ""
        # One name alone leads on; beside others it may decide which of them is meant.
        chosen = len(names) > 1 and any(map(_may_choose, names))
        self.plain = self.plain and not chosen
        for name in names:
            self._steps -= 1
            if self._steps <= 0:
                self.complete = False
                return
            self._one(name, scope, "each" if each else dynamic)

    def _one(self, name: str, scope: _Scope, dynamic: str) -> None:
        head, _, rest = name.partition(".")
        if head in _KNOWN or name == _OWN_KEY:
            return
        if head == "each":
            self._each(rest.partition(".")[2], scope)
        elif head == "var":
            self._variable(_first(rest), scope)
        elif head == "module":
            self._output(name, scope)
        else:
            self._resource(name, scope, dynamic)

    def _each(self, attribute: str, scope: _Scope) -> None:
        before = len(self.origins)
        self.follow(scope.each, scope._replace(each=None), each=True)
        found = self.origins[before:]
        self.origins[before:] = [
            origin if origin.attribute else Origin(origin.resource, _first(attribute))
            for origin in found
        ]
        self.spread = self.spread or len(found) > 1

    def _variable(self, name: str, scope: _Scope) -> None:
        if not scope.module:
            return  # those of the root module are known when a plan is made
        found = self._references.call(scope.module)
        if found is None:
            self.complete = False
            return
        call, outside = found
        given = call.get("expressions")
        if not isinstance(given, dict):
            self.complete = False
        elif name in given:  # else its default, which is constant
            self.follow(given[name], outside)

    def _output(self, name: str, scope: _Scope) -> None:
        match = _TO_OUTPUT.fullmatch(name)
        module = ".".join(filter(None, (scope.module, match[1]))) if match else ""
        output = self._references.outputs(module).get(match[2]) if match else None
        if not isinstance(output, dict):
            self.complete = False
            return
        self.follow(output.get("expression"), _Scope(module, "", 1, None))

    def _resource(self, name: str, scope: _Scope, dynamic: str) -> None:
        match = _TO_RESOURCE.fullmatch(name)
        if match is None:
            self.complete = False
            return
        instances = self._references.instances.get((scope.module, match[1]))
        if instances is None:  # a block without instances has no values that could be unknown
            declared = self._references.find(scope.module, match[1]) is not None
            self.complete = self.complete and declared
            return
        key, attribute = match[2] or "", _first(match[3] or "")
        found = _keyed(instances, key) if key else _picked(instances, scope, dynamic)
        self.is_of_key = self.is_of_key or bool(dynamic and not key and "" not in instances)
        self.complete = self.complete and 0 < len(found) <= _STEPS
        for one in found[:_STEPS]:
            self._add(one, attribute)

    def _add(self, resource: Resource, attribute: str) -> None:
        place = (resource.address, attribute)
        if place in self._seen:
            return
        self._seen.add(place)
        unknown = isinstance(resource.get(attribute), Unresolved) if attribute else True
        if unknown or self._known:
            self.origins.append(Origin(resource, attribute))


def _may_choose(name: str) -> bool:
    """Tell whether a reference may be the condition of an expression, or lead to one."""
    head = name.partition(".")[0]
    return head in ("var", "local", "terraform") or (head == "each" and name != _OWN_KEY)


def _keyed(instances: Mapping[str, Resource], key: str) -> list[Resource]:
    return [instances[key]] if key in instances else []


def _picked(instances: Mapping[str, Resource], scope: _Scope, dynamic: str) -> list[Resource]:
    """Return the instances that a reference without a key means.

    By ``each.key`` it is the one of the same key; by ``count.index`` as well, if there are as
    many: otherwise the index was reckoned with. A ``for_each`` over a resource means the one of the
    same key, one over several things all of them. Without either, all are meant, as by a splat.
    """
    if "" in instances:
        return [instances[""]]
    same = _keyed(instances, scope.key)
    if dynamic == _OWN_KEY:
        return same
    if dynamic == _OWN_INDEX:
        return same if len(instances) == scope.siblings else []
    return same if dynamic == "each" and same else [*islice(instances.values(), _STEPS + 1)]


def _references(expression: object) -> tuple[list[str], bool]:
    """Return what an expression refers to, the longest forms only; and whether that is all.

    After ``a.b["k"].c`` Terraform lists ``a.b["k"]`` and ``a.b`` as well.
    """
    listed = expression.get("references", []) if isinstance(expression, dict) else None
    if not isinstance(listed, list):
        return [], False
    names = [name for name in listed[: _STEPS * 4] if isinstance(name, str)]
    shorter = {name[:at] for name in names for at, mark in enumerate(name[:512]) if mark in ".["}
    found = [name for name in dict.fromkeys(names) if name not in shorter]
    return found, len(names) == len(listed)


def _first(text: str) -> str:
    """Return the name that a path starts with."""
    match = _NAME.match(text)
    return match[0] if match is not None else ""


def _calls_above(module: str) -> list[tuple[str, str, str]]:
    """Return (address of the caller, name, key) of the calls that lead to a module instance."""
    if len(module) > _LONGEST:
        return []
    return [(module[: call.start()], call[1], call[2] or "") for call in _CALL.finditer(module)]


def _modules(root: object) -> dict[str, Mapping[str, Any]]:
    """Return the modules of a configuration by their addresses without keys."""
    found: dict[str, Mapping[str, Any]] = {}
    pending = [("", root)]
    while pending:
        address, module = pending.pop()
        if not isinstance(module, dict):
            continue
        found[address] = module
        calls = module.get("module_calls")
        for name, call in calls.items() if isinstance(calls, dict) else ():
            if isinstance(call, dict):
                inner = ".".join(filter(None, (address, f"module.{name}")))
                pending.append((inner, call.get("module")))
    return found


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _at(expression: Any, token: str | int) -> Any:
    """Return what belongs to ``token``: an attribute, or one of the blocks of one type.

    Of a whole attribute only all its references are known.
    """
    if isinstance(expression, dict):
        if "references" in expression or "constant_value" in expression:
            return expression
        return expression.get(str(token)) if expression else expression
    if isinstance(expression, list) and isinstance(token, int) and token < len(expression):
        return expression[token]
    return None
