"""What AWS's own managed policies say, as far as it can concern payments.

Their texts are in no one's files: a role only names them, as
`arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`. AWS changes them at any time;
`provenance()["inputs"]["moto"]["latest_policy"]` is the day of the latest change known here.

Only the partition aws is known. The others have policies of the same names, but with texts of their
own, for IAM refuses a resource of another partition ("Partition "aws" is not valid for resource").
None of those texts has been read, no region that AWS names for payments lies in those partitions,
and a text made up by replacing `arn:aws:` would be a guess in AWS's name.
"""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies.catalog.files import table

_FILE = "managed_policies.json"
_ARN = "arn:aws:iam::aws:policy/"
_VERSION = "2012-10-17"  # of every text: the generator refuses another


def managed_policy(arn: str) -> Mapping[str, Any] | None:
    """The statements of an AWS managed policy that can match an action of some services.

    For every action of `managed_policy_services` the document decides what the whole policy, in its
    default version, decides. Of the actions of other services it says nothing: that it does not
    allow them is no answer. Statements and lists may be shorter than in AWS's text, so that the
    Sid tells which statement it is, not its number.

    Args:
        arn: The ARN as attached, with the policy's path; upper and lower case count.

    Returns:
        A policy document, without a statement if the policy cannot concern those services; None
        if the policy is not known, of which nothing follows.
    """
    name = _known_name(arn)
    return None if name is None else _document(name)


def managed_policy_version(arn: str) -> str | None:
    """The version of an AWS managed policy that `managed_policy` tells about, such as "v21"."""
    name = _known_name(arn)
    return None if name is None else str(table(_FILE)["policies"][name]["version"])


@functools.cache
def managed_policy_services() -> frozenset[str]:
    """The service prefixes, in lower case, on whose actions `managed_policy` is complete."""
    return frozenset(table(_FILE)["services"])


def _known_name(arn: str) -> str | None:
    if not arn.startswith(_ARN):
        return None  # without reading half a megabyte
    name = arn.removeprefix(_ARN)
    return name if name in table(_FILE)["policies"] else None


@functools.cache
def _document(name: str) -> Mapping[str, Any]:
    kept = table(_FILE)["policies"][name].get("statements", ())
    statements = [_statement(statement) for statement in kept]
    return MappingProxyType({"Version": _VERSION, "Statement": statements})


def _statement(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A statement with what the file leaves out: that it allows, and that it means any resource."""
    whole = {"Effect": "Allow", **kept}
    return whole if "NotResource" in whole else {"Resource": "*", **whole}
