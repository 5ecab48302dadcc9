"""Resources of a witness as people write them: a witness about one is as good as about another."""

from collections.abc import Iterator
from itertools import product

_FIELDS = 6
# What the search writes where anything will do, and what people expect to read there instead.
_REGION = "us-east-1"
_ACCOUNT = "111122223333"
_NAMES = {
    "payment-manager": "shop-a1b2c3d4e5",
    "token-vault": "default",
    "paymentcredentialprovider": "wallet",
    "workload-identity-directory": "default",
    "workload-identity": "shop-a1b2c3d4e5",
    "session": "payment-session-a1b2c3d4e5f6g7h",
    "instrument": "payment-instrument-a1b2c3d4e5f6g7h",
    "connector": "coinbase-a1b2c3d4e5",
    "role": "other",
}


def readable(text: str) -> Iterator[str]:
    """Yield ARNs like ``text`` in which fillers are exchanged for what people write, best first."""
    fields = text.split(":", _FIELDS - 1)
    if len(fields) != _FIELDS:
        return
    partition = fields[1]
    region = [_REGION] if len(fields[3]) == 1 and partition == "aws" else []
    account = [_ACCOUNT] if fields[4].strip("0") == "" and fields[4] else []
    resource = _renamed(fields[5])
    choices = [[*region, fields[3]], [*account, fields[4]], [*resource, fields[5]]]
    for chosen in product(*choices):
        found = ":".join((*fields[:3], *chosen))
        if found != text:
            yield found


def _renamed(resource: str) -> list[str]:
    """Return the resource part with the IDs that the search made up replaced; none if it has none."""
    parts = resource.split("/")
    renamed = [
        _NAMES.get(before, part) if _is_filler(part) else part
        for before, part in zip(["", *parts], parts, strict=False)
    ]
    return ["/".join(renamed)] if renamed != parts else []


def _is_filler(part: str) -> bool:
    return len(set(part.rpartition("-")[2])) == 1
