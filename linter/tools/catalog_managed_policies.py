"""The catalog's table of AWS's managed policies: what of each can concern payments.

moto carries a copy of the policies that IAM hands out in the partition aws. Kept of each are its
default version and the statements that can match an action of SERVICES, without the actions of
other services. The reduction is exact: of every action of SERVICES, listed anywhere or not, the
statements that are left say what the whole policy says. Of other services they say nothing.

Effect and Resource are left out where they are "Allow" and "*": they mostly are.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools.catalog_tables import InputError, present
else:
    from catalog_tables import InputError, present

Json = dict[str, Any]

MOTO_VERSION = "5.2.5"
MOTO_RELEASED = "2026-10-27"  # the date of the files in the wheel

# Who pays and who may: payments and their tokens, wallet secrets and their keys, roles and how to
# come by them (assume, pass, edit), code that runs as a role (AgentCore's own, Lambda's), and the
# subscription that Coinbase wallets need. To run code as a role elsewhere takes iam:PassRole.
SERVICES = (
    "aws-marketplace",
    "bedrock-agentcore",
    "iam",
    "kms",
    "lambda",
    "secretsmanager",
    "sts",
)
LANGUAGE = "2012-10-17"  # the Version of all texts, which the catalog therefore does not repeat
DEFAULTS = {"Effect": "Allow", "Resource": "*"}


# Input


def moto_text() -> str:
    """The JSON text of all policies, as the installed moto carries it.

    Raises:
        InputError: There is no moto, or not the pinned one.
    """
    try:
        found = metadata.version("moto")
    except metadata.PackageNotFoundError:
        raise InputError(f"moto is not installed: install moto[iam]=={MOTO_VERSION}") from None
    if found != MOTO_VERSION:
        raise InputError(
            f"moto {found} is installed, the catalog is built from"
            f" {MOTO_VERSION}: install moto[iam]=={MOTO_VERSION} or raise the pin"
        )
    from moto.iam.aws_managed_policies import (  # noqa: PLC0415  it must still explain itself
        aws_managed_policies_data,
    )

    return str(aws_managed_policies_data)


def moto_source(text: str, policies: Mapping[str, Json]) -> Json:
    """What identifies the input, and how old it is: the date of the latest change in it."""
    return {
        "version": MOTO_VERSION,
        "released": MOTO_RELEASED,
        "license": "Apache-2.0",
        "latest_policy": max(policy["UpdateDate"] for policy in policies.values())[:10],
        "sha256": {"iam/aws_managed_policies.py": hashlib.sha256(text.encode()).hexdigest()},
    }


# Table


def policy_table(policies: Mapping[str, Json]) -> Json:
    """The services, and each policy by its path and name with its version and what is kept of it.

    Raises:
        InputError: A policy is not written as AWS has written all of them so far.
    """
    kept = {
        policy["Path"].removeprefix("/") + name: present(
            version=policy["DefaultVersionId"],
            statements=kept_statements(name, policy["Document"]),
        )
        for name, policy in policies.items()
    }
    return {"services": list(SERVICES), "policies": kept}


def kept_statements(name: str, document: Json) -> list[Json]:
    """The statements of a policy that can match an action of SERVICES, reduced.

    Raises:
        InputError: As in policy_table.
    """
    if document["Version"] != LANGUAGE:
        raise InputError(f"{name} has the version {document['Version']}, not {LANGUAGE}")
    reduced = [reduced_statement(name, item) for item in as_list(document["Statement"])]
    return [statement for statement in reduced if statement]


def reduced_statement(name: str, statement: Json) -> Json:
    """A statement without the actions of other services; empty if nothing is left to match.

    Raises:
        InputError: As in policy_table.
    """
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise InputError(f"{name} has a statement without one of {one} and {other}")
    element = "Action" if "Action" in statement else "NotAction"
    written = as_list(statement[element])
    kept = [entry for entry in written if may_concern(entry)]
    if element == "NotAction" and not kept:
        kept = written[:1]  # it spares no action of SERVICES, and an empty NotAction is malformed
    if not kept:
        return {}
    actions = kept if isinstance(statement[element], list) else kept[0]
    brief = {**statement, element: actions}
    return {key: value for key, value in brief.items() if DEFAULTS.get(key) != value}


def may_concern(action: str) -> bool:
    """Whether an action pattern can match an action of SERVICES.

    A service that is written out matches itself only; a wildcard in it, or before any colon,
    might match anything.
    """
    service, colon, _ = action.partition(":")
    return not colon or "*" in service or "?" in service or service.lower() in SERVICES


def as_list(value: Any) -> list[Any]:
    """The entries of an element that may hold a single one without a list."""
    return value if isinstance(value, list) else [value]


# Rendering


def render_policies(table: Json) -> str:
    """The table as JSON: a policy a line, the statements that are kept of it one a line below it."""
    policies = table["policies"]
    entries = (f"  {json.dumps(name)}:{policy_text(policies[name])}" for name in sorted(policies))
    head = f'{{\n "policies":{{\n{joined(entries)}\n }},\n'
    return f'{head} "services":{compact(table["services"])}\n}}'


def policy_text(facts: Json) -> str:
    """One policy, as short as JSON can be but for the line breaks."""
    end = f'"version":{compact(facts["version"])}}}'
    if "statements" not in facts:
        return "{" + end
    lines = (f"   {compact(statement)}" for statement in facts["statements"])
    return f'{{"statements":[\n{joined(lines)}\n  ],{end}'


def joined(lines: Iterable[str]) -> str:
    """JSON members or elements, one a line."""
    return ",\n".join(lines)


def compact(value: Any) -> str:
    """JSON with sorted keys and no blanks: they would be a twentieth of the file."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
