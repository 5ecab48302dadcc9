"""Commands that put the requests of a witness once more: ``payguard simulate``, the same files."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from payguard.authorization.call import Call, Use, call, decide_call
from payguard.authorization.decision import decide
from payguard.authorization.policy_set import Clause, Policies, clauses_of
from payguard.authorization.relevance import about, keys_of
from payguard.authorization.request import Request, Unknown, Value, account_in, request
from payguard.cli.policy_files import STDIN
from payguard.iam.variable import variables
from payguard.reporters.plain_text import plain
from payguard_policies.catalog import global_condition_key
from payguard_policies.named_tuple import NamedTuple

_REGION = "aws:requestedregion"
Context = Mapping[str, Value]


class Given(NamedTuple):
    """The policies that speak about a witness.

    Attributes:
        policies: as the engine has them.
        flags: the options of simulate that read them from their files.
        piped: a policy that simulate reads from standard input besides; empty for none.
        whole: whether they are all of the role's: simulate decides nothing where some are not known.
    """

    policies: Policies
    flags: tuple[str, ...]
    piped: str = ""
    whole: bool = True

    @property
    def can_be_replayed(self) -> bool:
        """Whether all is known, and standard input, which can be read once, is asked for once."""
        return (
            self.whole
            and sum(word == STDIN or word.endswith(f"={STDIN}") for word in self.flags) <= 1
        )


def commands(given: Given, requests: Sequence[Request], *, allowed: bool) -> tuple[str, ...]:
    """Return the commands that put a call to the evaluator once more, and come to the same.

    One command where it can ask all of the call at once, else one for each request; none where
    simulate cannot be told the requests.

    Args:
        given: the policies.
        requests: one for each resource of the call.
        allowed: what is to come out.
    """
    if not given.can_be_replayed:
        return ()
    contexts = [context_of(given.policies, one) for one in requests]
    resources = [one.resource for one in requests]
    if all(context == contexts[0] for context in contexts):
        expected = "allow" if allowed else "deny"
        whole = _command(given, requests[0], contexts[0], expected, resources)
        if whole:
            return (whole,)
    alone = [
        _command(given, one, context, decide(given.policies, one).decision)
        for one, context in zip(requests, contexts, strict=True)
    ]
    return tuple(alone) if all(alone) else ()


def context_of(policies: Policies, found: Request) -> dict[str, Value]:
    """Return the keys of a request that do not follow from the rest of it, spelt as in the policies.

    A key that is not in them is spelt as AWS does. The region follows from the resource; it is
    among them where a policy looks at it.
    """
    clauses = list(clauses_of(about(policies, found.action)))
    implied = request(
        found.principal, found.action, found.resource, resource_account=found.resource_account
    ).context
    written, looked_at = dict(_spellings(clauses)), keys_of(clauses)
    return {
        written.get(key) or _spelt(key): value
        for key, value in found.context.items()
        if value not in {(), implied.get(key, ())} and (key != _REGION or key in looked_at)
    }


def _spelt(key: str) -> str:
    """Return a key that no policy looks at as AWS spells it."""
    known = global_condition_key(key)
    return known.key + key[len(known.key) :] if known is not None else key


def _spellings(clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    for clause in clauses:
        texts = (*clause.statement.resources, *clause.statement.not_resources)
        for condition in clause.conditions:
            yield condition.key.lower(), condition.key
            texts += condition.values
        for text in texts:
            for variable in variables(text) if isinstance(text, str) else ():
                yield variable.key.lower(), variable.key


def _command(
    given: Given,
    found: Request,
    context: Context,
    expected: str,
    resources: Sequence[str] = (),
) -> str:
    """Return a command that decides as expected; empty if simulate cannot be told the request.

    Without resources the request is asked alone, whatever else the call is authorized on.
    """
    wanted = call(found.action, resources) if resources else Call((Use("", found.resource),))
    if any("=" in key for key in context):
        return ""
    for times in (1, 2):
        told = {key: _told(value, times) for key, value in context.items()}
        if _decision(given, found, told, wanted) == expected:
            words = ("payguard", "simulate", *given.flags, *_asking(found, resources, told))
            text = " ".join(map(word, words))
            return f"echo {word(given.piped)} | {text}" if given.piped else text
    return ""


def _told(value: Value, times: int) -> Value:
    """Return what simulate makes of a value: a set of one is told by giving its value twice."""
    if isinstance(value, tuple) and len(value) == 1:
        return value * 2 if times == 2 else value[0]
    return value


def _decision(given: Given, found: Request, context: Context, wanted: Call) -> str:
    def ask(resource: str) -> Request:
        account = found.resource_account
        return request(
            found.principal, found.action, resource, resource_account=account, context=context
        )

    return decide_call(given.policies, wanted, ask).decision


def _asking(found: Request, resources: Sequence[str], context: Context) -> Iterator[str]:
    """Yield the options that make the request; without resources it is asked alone."""
    yield from ("--action", found.action)
    for resource in resources or (found.resource,):
        yield from ("--resource", resource)
    if not resources:
        yield "--alone"
    account = account_in(resources or (found.resource,))
    if account and account != found.resource_account:
        yield from ("--resource-account", found.resource_account)
    if found.principal != f"arn:aws:iam::{found.resource_account}:role/" or not account:
        yield from ("--principal", found.principal or "")
    for key, value in context.items():
        if isinstance(value, Unknown):
            yield from ("--unknown", key)
            continue
        for text in (value,) if isinstance(value, str) else value:
            yield from ("--context", f"{key}={text}")


def word(text: str) -> str:
    """Return a word of a shell's command line, without anything that a terminal or log acts on.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html (2.2.4)
    """
    if plain(text) == text:
        return shlex.quote(text)
    return f"$'{re.sub(_SPECIAL, _escaped, text)}'"


_SPECIAL = r"[^A-Za-z0-9 _./:=*,@+-]"


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in found[0].encode("utf-8", "surrogateescape"))
