"""Walks the pages of one list API, and says whether it was allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard.identifiers.problem import counted
from payguard.smoke.connection import DATA, Asker, Connections
from payguard.smoke.patience import Deadline, Patience
from payguard.smoke.target import Target
from payguard.smoke.trouble import NO_LIST, trouble
from payguard.smoke.verdict import SERVICE, Answer, Outcome, Trouble
from payguard_policies import catalog
from payguard_policies.catalog import Member, Paginator
from payguard_policies.named_tuple import NamedTuple

DENIED = frozenset({Outcome.DENIED_BY_IAM, Outcome.DENIED_OTHERWISE})
_PAGES = 100  # at most: whether the call is allowed, the first tells


class NoListError(Exception):
    """An answer without the list that was asked for: it is not to be taken for an empty one."""


class Question(NamedTuple):
    """One API of one target, asked as somebody, until a point in time."""

    target: Target
    api: str
    asker: Asker
    until: Deadline


@dataclass(slots=True)
class _Walk:
    """How far the pages were read; attributes as in ``Answer``."""

    pages: int = 0
    entries: int = 0
    attempts: int = 0
    trouble: Trouble | None = None
    notes: list[str] = field(default_factory=list)


class Listing:
    """Asks the list APIs; any thread may use it. Arguments as of ``payguard.smoke.probe.Probe``."""

    def __init__(self, connections: Connections, patience: Patience) -> None:
        self._connections, self._patience = connections, patience

    def ask(self, question: Question) -> Answer:
        """Walk all pages of a list, within bounds."""
        operation = catalog.operations("data")[question.api]
        names = operation.paginator
        assert names is not None  # noqa: S101  both APIs have pages
        parameters = _parameters(question, operation.inputs)
        walk, seen = _Walk(), set[str]()
        token = self._page(question, names, parameters, walk)
        while token:
            if token in seen:
                walk.notes.append(f"page {walk.pages} leads to one that was read: stopped there")
                break
            if walk.pages == _PAGES:
                walk.notes.append(f"there are more than {_PAGES} pages: stopped there")
                break
            seen.add(token)
            parameters[names.input_token] = token
            token = self._page(question, names, parameters, walk)
        return _answer(question, walk)

    def _page(
        self, question: Question, names: Paginator, parameters: Mapping[str, Any], walk: _Walk
    ) -> str:
        """Read one page; return the token of the next, empty if there is none."""
        done = self._patience.ask(
            lambda: self._call(question, names.result_key, parameters),
            lambda error: self._means(error, question),
            question.until,
        )
        walk.attempts += done.made
        walk.trouble = done.trouble
        if done.trouble is not None:
            return ""
        walk.pages += 1
        walk.entries += len(done.value[names.result_key])
        return str(done.value.get(names.output_token) or "")

    def _call(self, question: Question, key: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        target = question.target
        answer = self._connections.call(
            DATA,
            question.api,
            parameters,
            region=target.asked_region,
            endpoint_url=target.endpoint_url,
            asker=question.asker,
            until=question.until,
        )
        if not isinstance(answer.get(key), list):
            raise NoListError
        return answer

    def _means(self, error: Exception, question: Question) -> Trouble:
        if isinstance(error, NoListError):
            return NO_LIST
        return trouble(error, f"{SERVICE}:{question.api}", self._connections.secrets)


def _parameters(question: Question, inputs: Mapping[str, Member]) -> dict[str, Any]:
    """Return the parameters of an API, those that it takes.

    With a bearer token the user is who the token says: no user ID is sent.
    """
    target = question.target
    given = {
        "paymentManagerArn": target.manager_arn,
        "userId": "" if question.asker.bearer else target.user_id,
        "agentName": target.agent_name,
        "paymentConnectorId": target.connector_id,
    }
    return {name: value for name, value in given.items() if value and name in inputs}


def _answer(question: Question, walk: _Walk) -> Answer:
    found, notes = walk.trouble, tuple(walk.notes)
    if found is not None and walk.pages:
        if found.outcome in DENIED:
            notes = (*notes, f"after {counted(walk.pages, 'page')} that were allowed")
        else:  # the first page tells that it is allowed, whatever became of the others
            notes = (*notes, f"page {walk.pages + 1} could not be read: {found.says}")
            found = None
    return Answer(
        question.api,
        question.target.expected(question.api),
        Outcome.ALLOWED if found is None else found.outcome,
        found,
        walk.pages,
        walk.entries,
        walk.attempts,
        notes,
    )
