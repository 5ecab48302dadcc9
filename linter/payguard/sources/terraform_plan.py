"""Terraform plans and states: the JSON of ``terraform show -json``, and state files as they lie."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from payguard.finding import InputError, Location
from payguard.infrastructure import Gap, Infrastructure, Value
from payguard.sources.assembly import as_used
from payguard.sources.host import Host
from payguard.sources.terraform_document import POLICY_DOCUMENT, Documents
from payguard.sources.terraform_iam import TYPES, Identities
from payguard.sources.terraform_name import Names
from payguard.sources.terraform_pattern import payment_kind
from payguard.sources.terraform_payments import Found, payment_resources, values
from payguard.sources.terraform_reference import References
from payguard.sources.terraform_resource import Resource
from payguard.sources.terraform_secret import SecretiveHost, Secrets
from payguard.sources.terraform_show import Refusal, Shown, show

# One of these stands beside the format version of plans and states, but of nothing else that
# Terraform prints.
_OF_SHOW = frozenset(
    {"planned_values", "resource_changes", "prior_state", "configuration", "values"}
)
_EMPTY_STATE = frozenset({"format_version", "terraform_version"})
_OF_STATE_FILE = ("lineage", "terraform_version", "resources")


def recognises(value: object) -> bool:
    """Tell whether a decoded JSON value is a Terraform plan or state, of whatever version."""
    if not isinstance(value, dict):
        return False
    if "format_version" in value:
        return value.keys() <= _EMPTY_STATE or not _OF_SHOW.isdisjoint(value)
    if "planned_values" in value and "resource_changes" in value:
        return True
    return all(name in value for name in _OF_STATE_FILE)


def read_plan(path: str, text: str, value: Mapping[str, Any]) -> Infrastructure | InputError:
    """Return what a Terraform plan or state tells.

    Args:
        path: the file, as the user named it.
        text: its content.
        value: the decoded content, which ``recognises`` recognised.

    A plan is read as what there will be after apply: what it deletes is not there, what it
    replaces is there once, what it forgets stays. Secret values stay unresolved, and so does
    what is known only after apply; where that is one attribute of another resource, the two are
    joined by the references in the plan's configuration.
    """
    shown = show(value)
    if isinstance(shown, Refusal):
        return _errors(path, Host(text), [shown])[0]
    return _Reading(path, text, shown, Secrets(value)).infrastructure()


def _errors(path: str, host: Host, refusals: Iterable[Refusal]) -> list[InputError]:
    spans = ((refusal, host.span(refusal.place)) for refusal in refusals)
    return [InputError(path, refusal.message, span.line, span.column) for refusal, span in spans]


class _Reading:
    """One plan or state on its way to an Infrastructure."""

    def __init__(self, path: str, text: str, shown: Shown, secrets: Secrets) -> None:
        self._path, self._shown, self._secrets = path, shown, secrets
        self._host = SecretiveHost(text, secrets)
        self._resources = self._located()
        self._references = References(shown.configuration, self._resources)
        self._documents = Documents(path, self._host, self._references, secrets)
        self._names = Names(self._references, self._documents, self._resources)

    def _located(self) -> list[Resource]:
        """Return the resources; those that matter know where they stand.

        The places are asked for all at once, before documents ask for theirs.
        """
        resources = list(self._shown.resources.values())
        wanted = [one.place for one in resources if _matters(one)]
        self._host.expect([*wanted, *(place for place, _ in self._shown.gaps)])
        return [
            one._replace(location=self._location(one.place, one.address)) if _matters(one) else one
            for one in resources
        ]

    def _location(self, place: str, address: str) -> Location:
        return Location(self._path, self._host.span(place), "", address)

    def infrastructure(self) -> Infrastructure:
        """Return everything that was found."""
        told = [Gap(what, self._location(place, "")) for place, what in self._shown.gaps]
        identities = Identities(
            self._documents, self._references, self._names, self._resources, self._shown.removed
        )
        roles = identities.roles()
        payments = payment_resources(self._resources, self._names, self._references)
        gaps = [*told, *identities.gaps, *self._unused()]
        refusals = [*self._shown.refusals, *self._documents.refusals]
        found = self._values()
        self._host.expect(
            [*(one.place for one in refusals), *(one.place for one in found)],
        )
        return Infrastructure(
            as_used(self._documents.found, roles),
            roles,
            payments,
            tuple(self._value(one) for one in found),
            tuple(gaps),
            tuple(_errors(self._path, self._host, refusals)),
        )

    def _unused(self) -> Iterator[Gap]:
        """Read the documents of data sources that no policy has; yield those not known.

        A document that others are merged from is read as a part of them.
        """
        sources = [one for one in self._resources if one.type == POLICY_DOCUMENT]
        if not sources:
            return
        read = {_canonical(document.value) for document in self._documents.found}
        merged = {text for source in sources for text in _merged_texts(source)}
        for source in sources:
            text = source.get("json")
            is_part = isinstance(text, str) and text in merged
            if is_part or source.address in self._documents.used:
                continue
            if (known := self._documents.value(text)) is not None:
                form = _canonical(known)
                if form in read:
                    continue
                read.add(form)
            found = self._documents.data_source(source)
            if isinstance(found, Gap):
                yield found

    def _values(self) -> list[Found]:
        """Return what names something of payments, apart from what is secret somewhere.

        Terraform marks a secret where its author put it, but not where a provider copied it.
        """
        if "payment" not in self._host.text:
            return []
        found = [
            one
            for loose in self._shown.loose
            for one in values(loose.value, loose.secret, loose.place, loose.address)
        ]
        for resource in self._resources:
            if not _matters(resource):
                found += values(
                    resource.values, resource.secret, resource.pointer, resource.address
                )
        if self._secrets.are_too_many:
            return []
        return [one for one in found if not one.is_secret and not self._secrets.within(one.text)]

    def _value(self, found: Found) -> Value:
        location = self._location(found.place, found.address)
        return Value(found.text, location, self._host.lines.line(location.span.line))


def _matters(resource: Resource) -> bool:
    return resource.type in TYPES or bool(payment_kind(resource))


def _merged_texts(source: Resource) -> Iterator[str]:
    for name in ("source_policy_documents", "override_policy_documents"):
        texts = source.get(name)
        yield from (
            (text for text in texts if isinstance(text, str)) if isinstance(texts, list) else ()
        )


def _canonical(value: Mapping[str, Any]) -> str:
    """Return a document in a form in which equal ones are the same text."""
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return f"too deep {id(value)}"
