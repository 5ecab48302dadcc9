"""The spelling of action texts: whether one is well formed, and which name was meant.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from payguard.iam.action import split_action
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE, catalog

# Longer than any prefix or name that AWS has: nothing is near to such a text, and it is not
# compared.
_LONGEST = 80
_COMPARED = 6
_SHOWN = 2
_SLIP = 0.9
_MARGIN = 0.06  # a name this much worse than the best is no second guess, it is noise

_PERMITTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*?")


def is_well_formed(text: str) -> bool:
    """Tell whether ``text`` is ``*``, or a prefix, one colon and a name of permitted characters."""
    if text == "*":
        return True
    service, name = split_action(text)
    return bool(service and name) and _PERMITTED.issuperset(service) and _PERMITTED.issuperset(name)


@lru_cache(maxsize=4096)
def meant_service(service: str) -> str:
    """Return the service prefix that ``service`` most likely stands for, or nothing."""
    # AgentCore's prefix is written in many ways, not all of them near by letters. Its control
    # plane is named bedrock-agentcore-control but signs as the data plane does (AWS's SDK models).
    if "agentcore" in service.lower().replace("-", ""):
        return PAYMENTS_SERVICE
    known = tuple(sorted(catalog.service_names()))
    return next(iter(_nearest(service.lower(), known, 0.8)), "")


@lru_cache(maxsize=4096)
def nearest_actions(service: str, name: str) -> tuple[str, ...]:
    """Return up to two actions, as ``service:Name``, that ``name`` is most likely meant to be.

    Names of the service itself come first, then the same name under AgentCore's prefix.
    """
    known = catalog.action_names(service)
    close = _nearest(name.lower(), tuple(known), 0.8)
    if close:
        return tuple(f"{service.lower()}:{known[match]}" for match in close[:_SHOWN])
    return agentcore_action(name)


def agentcore_action(name: str) -> tuple[str, ...]:
    """Return AgentCore's action of this very name, as ``service:Name``, if it has one."""
    known = catalog.action_names(PAYMENTS_SERVICE).get(name.lower())
    return (f"{PAYMENTS_SERVICE}:{known}",) if known else ()


def is_slip(name: str, meant: str) -> bool:
    """Tell whether ``name`` is so near to ``meant`` that it is a slip of the pen, no other name.

    The verb is half of the meaning, so the first letter has to be the same.
    """
    from difflib import SequenceMatcher  # noqa: PLC0415  start-up time: only for a misspelling

    first, second = meant.lower(), name.lower()
    return first[:1] == second[:1] and SequenceMatcher(None, first, second).ratio() >= _SLIP


def did_you_mean(candidates: Iterable[str]) -> str:
    """Return the question that offers ``candidates``; empty if there are none."""
    quoted = " or ".join(quote(candidate) for candidate in candidates)
    return f"did you mean {quoted}?" if quoted else ""


def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> list[str]:
    """Return the names of ``known`` that resemble ``word``, best first.

    The few that share most pairs of letters are compared in full: comparing with all of them
    would cost a hostile policy of 100,000 invented names minutes.
    """
    if not word or len(word) > _LONGEST:
        return []
    from difflib import SequenceMatcher  # noqa: PLC0415  start-up time: only for a misspelling

    index, shared = _pairs_index(known), Counter[str]()
    for pair in _pairs(word):
        shared.update(index.get(pair, ()))
    ratios = {
        name: SequenceMatcher(None, name, word).ratio() for name, _ in shared.most_common(_COMPARED)
    }
    best = sorted(ratios, key=lambda name: (-ratios[name], name))
    least = max(cutoff, ratios[best[0]] - _MARGIN) if best else cutoff
    return [name for name in best if ratios[name] >= least]


@lru_cache(maxsize=64)
def _pairs_index(known: tuple[str, ...]) -> Mapping[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in known:
        for pair in _pairs(name):
            index.setdefault(pair, []).append(name)
    return index


def _pairs(word: str) -> set[str]:
    return {word[at : at + 2] for at in range(len(word) - 1)}
