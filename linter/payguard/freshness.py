"""Is the catalog as new as the AWS SDK on this machine: compared file by file, nothing imported.

botocore ships its service models as data; reading them needs no import of botocore and no network.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from payguard.quotation import quote
from payguard_policies import catalog

_SERVICES = {"data": "bedrock-agentcore", "control": "bedrock-agentcore-control"}
_MODEL = "service-2.json"
_LIMITS = ("pattern", "min", "max")


class NoSdkError(Exception):
    """botocore, or its model of AgentCore, is not installed."""


def sdk_version() -> str:
    """Return the version of the installed botocore.

    Raises:
        NoSdkError: it is not installed.
    """
    from importlib import metadata  # noqa: PLC0415  costs start-up time

    try:
        return metadata.version("botocore")
    except metadata.PackageNotFoundError:
        raise NoSdkError("botocore is not installed") from None


def differences() -> Iterator[str]:
    """Yield a sentence for each payments fact in which botocore and the catalog differ.

    Raises:
        NoSdkError: botocore is not installed, or is too old to know AgentCore.
    """
    folder = _data_folder()
    for plane, service in _SERVICES.items():
        yield from compare(plane, read_model(folder, service))


def compare(plane: str, model: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences between one plane of the catalog and a botocore service model."""
    known = set(catalog.operations(plane))
    found = {name for name in model["operations"] if "Payment" in name}
    for name in sorted(found - known):
        yield f"botocore has the operation {quote(name)} ({plane} plane), the catalog has not"
    for name in sorted(known - found):
        yield f"the catalog has the operation {quote(name)} ({plane} plane), botocore has not"
    for name, shape in catalog.string_shapes(plane).items():
        theirs = model["shapes"].get(name)
        if theirs is None:
            yield f"botocore has no shape {quote(name)} ({plane} plane) any more"
        elif (shape.pattern, shape.min, shape.max) != tuple(map(theirs.get, _LIMITS)):
            yield f"botocore's pattern or length of {quote(name)} ({plane} plane) has changed"


def _data_folder() -> str:
    from importlib.util import find_spec  # noqa: PLC0415  costs start-up time

    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise NoSdkError("botocore is not installed")
    return os.path.join(spec.submodule_search_locations[0], "data")


def read_model(folder: str, service: str) -> Any:
    """Return the newest model of a service in a botocore data folder, compressed or plain.

    Raises:
        NoSdkError: there is none, or it cannot be read.
    """
    here = os.path.join(folder, service)
    try:
        newest = os.path.join(here, max(os.listdir(here)))
        if os.path.exists(os.path.join(newest, _MODEL)):
            with open(os.path.join(newest, _MODEL), "rb") as file:
                model = json.load(file)
        else:
            with gzip.open(os.path.join(newest, _MODEL + ".gz")) as file:
                model = json.load(file)
    except (OSError, ValueError, EOFError, zlib.error):
        raise NoSdkError(f"the installed botocore has no model of {service}") from None
    if not isinstance(model, dict) or not {"operations", "shapes"} <= model.keys():
        raise NoSdkError(f"the installed botocore's model of {service} cannot be read")
    return model
