"""The catalog's tables: what is kept of the service authorization reference and of botocore's models.

Decoded facts go in, a table comes out; nothing is read and nothing is written.
"""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]

# String shapes that payments operations do not reach, but payments policies and roles talk about.
MORE_SHAPES = (
    "*PaymentCredentialProvider*",
    "CredentialProvider*",
    "KmsKeyArn",
    "NextToken",
    "Payment*",
    "RoleArn",
    "SecretArn",
    "TaggableResourcesArn",
    "TokenVault*",
    "UserId",
    "WorkloadIdentity*",
)


class InputError(Exception):
    """An input is missing or is not the pinned one; the message is for the reader."""


def present(**facts: Any) -> Json:
    """The facts that say something: None, False and empty ones left out."""
    return {name: fact for name, fact in facts.items() if fact not in (None, False, "", (), [])}


# Service authorization reference


def action_table(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Service to its action names, sorted and separated by spaces."""
    return {service: " ".join(sorted(found)) for service, found in names.items()}


def with_exceptions(actions: Mapping[str, Json], exceptions: Mapping[str, Json]) -> dict[str, Json]:
    """A service's actions in catalog form, by canonical name, the hand-kept ones among them.

    Raises:
        InputError: The reference has come to list a hand-kept action.
    """
    listed = {action["name"]: listed_action(action) for action in actions.values()}
    if known := sorted(listed.keys() & exceptions.keys()):
        raise InputError(f'the reference lists "{known[0]}" now: drop it from exceptions.json')
    return listed | {name: excepted_action(facts) for name, facts in exceptions.items()}


def listed_action(action: Json) -> Json:
    """One action of the reference in catalog form."""
    return present(
        # "Permissions management, Write" and "Tagging, Write": the reference's own level is first.
        level=action["accessLevel"].partition(",")[0],
        resources=[
            present(
                type=use["name"],
                required=use["required"],
                keys=template_keys(use["conditionKeys"]),
                dependent=sorted(use["dependentActions"]),
            )
            for use in sorted(action["resourceTypes"], key=lambda use: str(use["name"]))
        ],
        keys=template_keys(action["conditionKeys"]),
        dependent=sorted(action["dependentActions"]),
    )


def excepted_action(facts: Json) -> Json:
    """One hand-kept action in catalog form; its sources stay in exceptions.json."""
    kept = {name: fact for name, fact in facts.items() if name != "sources"}
    return {**kept, "origin": "exception"}


def template_keys(keys: Iterable[str]) -> list[str]:
    """Condition keys, sorted, their variable part always written as ${...}."""
    return sorted({template_key(key) for key in keys})


def template_key(key: str) -> str:
    """`s3:ExistingObjectTag/<key>` and `secretsmanager:ResourceTag/tag-key` are templates too."""
    return key.replace("/<key>", "/${TagKey}").replace("/tag-key", "/${TagKey}")


def service_detail(
    service: str,
    actions: Mapping[str, Json],
    resource_types: Mapping[str, Json],
    condition_keys: Mapping[str, Json],
) -> Json:
    """The detailed table of one service; `actions` are in catalog form."""
    return {
        "service": service,
        "actions": dict(actions),
        "resource_types": {
            kind["key"]: present(arn=kind["arn"], keys=template_keys(kind.get("conditionKeys", ())))
            for kind in resource_types.values()
        },
        "condition_keys": {
            template_key(facts["key"]): facts["type"] for facts in condition_keys.values()
        },
    }


def condition_key_table(
    condition_keys: Mapping[str, Mapping[str, Json]], rcp_services: Iterable[str]
) -> Json:
    """Service-specific condition keys of every service by type, and who defines foreign ones."""
    by_service = {service: keys_by_type(keys) for service, keys in condition_keys.items()}
    return {
        "foreign_prefixes": foreign_prefixes(condition_keys),
        "rcp_services": " ".join(sorted(rcp_services)),
        "services": {service: keys for service, keys in by_service.items() if keys},
    }


def keys_by_type(condition_keys: Mapping[str, Json]) -> dict[str, str]:
    """Type to condition keys, sorted and separated by spaces; global keys left out."""
    found: dict[str, set[str]] = {}
    for facts in own_keys(condition_keys):
        found.setdefault(facts["type"], set()).add(template_key(facts["key"]))
    return {kind: " ".join(sorted(keys)) for kind, keys in found.items()}


def own_keys(condition_keys: Mapping[str, Json]) -> Iterator[Json]:
    """The keys that are not global."""
    return (facts for facts in condition_keys.values() if not facts["key"].startswith("aws:"))


def foreign_prefixes(condition_keys: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Key prefixes that are not the defining service's own: `saml` belongs to sts."""
    found: dict[str, set[str]] = {}
    for service, keys in condition_keys.items():
        for facts in own_keys(keys):
            prefix = key_prefix(facts["key"])
            if prefix != service:
                found.setdefault(prefix, set()).add(service)
    return {prefix: " ".join(sorted(services)) for prefix, services in found.items()}


def key_prefix(key: str) -> str:
    """What stands before the first colon of a condition key."""
    return key.partition(":")[0]


def refute_invented(invented: Iterable[str], actions: Mapping[str, Mapping[str, Json]]) -> None:
    """Refuse to call an action invented that the reference lists.

    Raises:
        InputError: It lists one.
    """
    for full_name in invented:
        service, _, name = full_name.partition(":")
        if name.lower() in actions[service]:
            raise InputError(f'the reference lists "{full_name}": drop it from exceptions.json')


# botocore


def payments_operations(model: Json) -> dict[str, Json]:
    """The operations named after payments, by name."""
    return {name: op for name, op in model["operations"].items() if "Payment" in name}


def reached_shapes(model: Json) -> set[str]:
    """The shapes that inputs and outputs of payments operations consist of."""
    pending = [
        op[side]["shape"]
        for op in payments_operations(model).values()
        for side in ("input", "output")
        if side in op
    ]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending.extend(parts_of(model["shapes"][name]))
    return reached


def parts_of(shape: Json) -> list[str]:
    """The shapes that a shape names: members of a structure, element of a list, key and value."""
    elements = [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
    return elements + [member["shape"] for member in shape.get("members", {}).values()]


def shape_table(model: Json, source: str) -> Json:
    """Patterns, lengths, permitted values and bounds that payments requests can hold."""
    shapes = model["shapes"]
    reached = reached_shapes(model)
    reached.update(
        name for name in shapes for more in MORE_SHAPES if fnmatch.fnmatchcase(name, more)
    )
    return {
        "source": source,
        "strings": {n: string_facts(shapes[n]) for n in reached if shapes[n]["type"] == "string"},
        "integers": {n: bounds(shapes[n]) for n in reached if shapes[n]["type"] == "integer"},
    }


def string_facts(shape: Json) -> Json:
    """What limits a string; `enum` keeps the model's order."""
    kept = ("pattern", "min", "max", "enum")
    return {name: shape[name] for name in kept if name in shape}


def bounds(shape: Json) -> Json:
    """What limits an integer."""
    return {name: shape[name] for name in ("min", "max") if name in shape}


def operation_table(model: Json, paginators: Json) -> dict[str, Json]:
    """How each payments operation goes over the wire, what it takes and how it can fail."""
    shapes = model["shapes"]
    pages = paginators["pagination"]
    return {
        name: {
            "method": op["http"]["method"],
            "uri": op["http"]["requestUri"],
            "status": op["http"].get("responseCode", 200),
            "readonly": op.get("readonly", False),
            "inputs": input_members(shapes, op),
            "errors": {error["shape"]: http_status(shapes, error) for error in op["errors"]},
            **present(paginator=pages.get(name)),
        }
        for name, op in payments_operations(model).items()
    }


def input_members(shapes: Json, operation: Json) -> dict[str, Json]:
    """The members of an operation's input, by name."""
    shape = shapes[operation["input"]["shape"]]
    required = shape.get("required", ())
    return {
        name: present(
            shape=member["shape"],
            type=shapes[member["shape"]]["type"],
            location=member.get("location", "body"),
            wire_name=member.get("locationName", name),
            required=name in required,
        )
        for name, member in shape["members"].items()
    }


def http_status(shapes: Json, error: Json) -> int:
    """The HTTP status of an error; the model gives one for each."""
    status: int = shapes[error["shape"]]["error"]["httpStatusCode"]
    return status


def partition_table(partitions: Json) -> dict[str, Json]:
    """Each partition's regions; pseudo regions such as aws-global are not among them."""
    return {
        partition["id"]: {
            "regions": sorted(name for name in partition["regions"] if "-global" not in name),
            "region_pattern": partition["regionRegex"],
            "dns_suffix": partition["outputs"]["dnsSuffix"],
        }
        for partition in partitions["partitions"]
    }
