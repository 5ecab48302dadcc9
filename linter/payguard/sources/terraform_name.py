"""Which role, user, group or policy an attribute of a Terraform resource means."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, ROLE, USER, Text
from payguard.sources.assembly import Reference
from payguard.sources.terraform_document import Documents
from payguard.sources.terraform_pattern import attribute
from payguard.sources.terraform_reference import References, Trace
from payguard.sources.terraform_resource import Resource

POLICY = "policy"
KINDS = (ROLE, USER, GROUP)
# What a reference may lead to: the data sources read what is there already.
_TYPES = {
    **{kind: (f"aws_iam_{kind}", f"data.aws_iam_{kind}") for kind in (*KINDS, POLICY)},
}
# Attributes by which a resource is meant; nothing where a plan does not show which.
_MEANT_BY = frozenset({"arn", "id", "name", ""})


class Names:
    """Finds what attributes mean, by name and ARN, or by reference where those are not known yet.

    Args:
        references: the configuration.
        documents: are told what cannot be read.
        resources: all resources of the input.
    """

    def __init__(
        self, references: References, documents: Documents, resources: Iterable[Resource]
    ) -> None:
        self._references, self._refuse = references, documents.refuse
        self._known: set[str] = set()
        self._tails: dict[str, str] = {}
        self._counts: Counter[tuple[str, Any]] = Counter()
        kinds = {f"aws_iam_{kind}": kind for kind in KINDS}
        for resource in resources:
            if resource.type in _TYPES[POLICY]:
                self._add_policy(resource)
            elif resource.type in kinds and isinstance(resource.get("name"), str):
                self._counts[kinds[resource.type], resource.get("name")] += 1

    def _add_policy(self, resource: Resource) -> None:
        """Keep a policy's ARN, or what it will end with.

        An ARN may be written out by hand while Terraform knows that of its resource only later.
        """
        arn = attribute(resource, "arn")
        if isinstance(arn, str):
            self._known.add(arn)
            return
        tail = arn.pattern.partition(":policy/")[2]
        if tail and "*" not in tail:
            self._tails[tail] = "" if tail in self._tails else resource.address

    def text(self, resource: Resource, name: str) -> Text:
        """Return an attribute that is a text; empty where it is not set."""
        value = resource.get(name)
        if value is None or isinstance(value, (str, Unresolved)):
            return value or ""
        self._refuse(resource, (name,), "is no text")
        return Unresolved(f"{resource.address}.{name}", MISSING)

    def texts(self, resource: Resource, name: str) -> list[Any] | Unresolved:
        """Return an attribute that is a list; empty where it is not set."""
        value = resource.get(name)
        if value is None or isinstance(value, (list, Unresolved)):
            return [] if value is None else value
        self._refuse(resource, (name,), "is no list")
        return Unresolved(f"{resource.address}.{name}", MISSING)

    def one(self, resource: Resource, name: str, kind: str) -> Reference:
        """Return what an attribute means that is one name or ARN.

        Args:
            resource: whose attribute it is.
            name: the attribute.
            kind: ROLE, USER, GROUP or POLICY.
        """
        text = self.text(resource, name) or Unresolved(f"{resource.address}.{name}", MISSING)
        if isinstance(text, str):
            if self._counts[kind, text] <= 1:
                return self._named(text, kind)
            # Several accounts in one plan: a name alone does not tell.
            text = Unresolved(f"which {kind} is meant by {resource.address}.{name}", MISSING)
            return self._meant(self._references.trace(resource, (name,), known=True), text, kind)
        return self._meant(self._references.trace(resource, (name,)), text, kind)

    def several(self, resource: Resource, name: str, kind: str) -> list[Reference]:
        """Return what an attribute means that is a list; see ``one``.

        What is not known of it is a reference that leads nowhere; so is all of it where a condition
        may choose among what is referred to.
        """
        texts = self.texts(resource, name)
        if isinstance(texts, Unresolved):
            trace = self._references.trace(resource, (name,), known=True)
            found = _candidates(trace, kind)
            sure = found if trace.plain or len(found) == 1 else []
            return [*sure, _nowhere(texts, kind)]
        known, unknown = [], []
        for index, text in enumerate(texts):
            if isinstance(text, str):
                double = self._counts[kind, text] > 1
                what = f"which {kind} is meant by {resource.address}.{name}[{index}]"
                lost = Unresolved(what, MISSING)
                known.append(_nowhere(lost, kind) if double else self._named(text, kind))
            else:
                unknown.append(self._unknown(resource, name, index, text))
        if not unknown:
            return known
        trace = self._references.trace(resource, (name,))
        found = _candidates(trace, kind)
        if trace.complete and len(found) == len(unknown):
            return [*known, *found]
        sure = found if len(found) <= len(unknown) else []
        return [*known, *sure, *(_nowhere(text, kind) for text in unknown)]

    def spread(self, resource: Resource, name: str, kind: str) -> list[Reference]:
        """Return what the instances of a ``for_each`` mean together, one each; empty if not so."""
        trace = self._references.trace(resource, (name,))
        instances = self._references.instances[resource.module, resource.block].values()
        waiting = sum(isinstance(one.get(name), Unresolved) for one in instances)
        found = _candidates(trace, kind)
        whole = trace.spread and trace.complete
        return found if whole and len(found) == len(trace.origins) == waiting else []

    def _unknown(self, resource: Resource, name: str, index: int, text: object) -> Unresolved:
        if isinstance(text, Unresolved):
            return text
        self._refuse(resource, (name, index), "is no text")
        return Unresolved(f"{resource.address}.{name}[{index}]", MISSING)

    def _named(self, text: str, kind: str) -> Reference:
        if kind != POLICY:
            return Reference(name=text, kind=kind)
        if text in self._known or ":aws:policy/" in text:
            return Reference(arn=text)
        return Reference(self._tails.get(text.partition(":policy/")[2], ""), arn=text)

    def _meant(self, trace: Trace, text: Unresolved, kind: str) -> Reference:
        """Return the one thing that a value comes from, or a reference that leads nowhere."""
        if trace.complete and len(trace.origins) == 1 and (found := _candidates(trace, kind)):
            return found[0]
        return _nowhere(text._replace(what=trace.wording or text.what), kind)


def _candidates(trace: Trace, kind: str) -> list[Reference]:
    return [
        _reference(origin.resource, kind)
        for origin in trace.origins
        if origin.resource.type in _TYPES[kind] and origin.attribute in _MEANT_BY
    ]


def _reference(resource: Resource, kind: str) -> Reference:
    if kind == POLICY:
        return Reference(resource.address, arn=attribute(resource, "arn"))
    return Reference(resource.address, attribute(resource, "name"), kind=kind)


def _nowhere(text: Unresolved, kind: str) -> Reference:
    return Reference(arn=text) if kind == POLICY else Reference(name=text, kind=kind)
