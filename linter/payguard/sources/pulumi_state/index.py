"""Who is meant: roles, users, groups and policies of a file, by URN, ARN or name."""

from collections.abc import Iterable, Mapping, Sequence

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.infrastructure import Text
from payguard.sources.assembly import Reference
from payguard.sources.pulumi_state.sentinel import partly
from payguard.sources.pulumi_state.shape import MANAGED, POLICY, PRINCIPALS, is_list, kind_of
from payguard.sources.pulumi_state.state import Resource, type_of
from payguard_policies.named_tuple import NamedTuple

# Of more namesakes than this not each is told that it may be meant.
_NAMESAKES = 16


class Identity(NamedTuple):
    """What a role, user, group or managed policy is called.

    Attributes:
        urn: the URN of its resource.
        kind: ROLE, USER, GROUP or POLICY.
        name: its name in IAM.
        arn: its ARN; an Unresolved that has its path and name in its pattern.
        provider: the provider that it belongs to, which has the account.
    """

    urn: str
    kind: str
    name: Text
    arn: Text
    provider: str

    @property
    def reference(self) -> Reference:
        """How a piece names it."""
        if self.kind == POLICY:
            return Reference(self.urn, arn=self.arn)
        return Reference(self.urn, self.name, self.arn, self.kind)

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name; of a policy, path and name, as in its ARN."""
        if self.kind != POLICY:
            return self.kind, self.name if isinstance(self.name, str) else ""
        arn = self.arn.pattern if isinstance(self.arn, Unresolved) else self.arn
        return POLICY, arn.partition(":policy")[2]


class Named(NamedTuple):
    """Whom a property names.

    Attributes:
        references: one for each; of those that are not known, one that says so.
        doubtful: URNs of those that it may mean, and why that is not certain.
        malformed: whether something in it is no text, or it is a list that should be none.
    """

    references: tuple[Reference, ...] = ()
    doubtful: tuple[tuple[str, Unresolved], ...] = ()
    malformed: bool = False


class Index:
    """The roles, users, groups and managed policies of a file."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.identities: dict[str, Identity] = {}
        self._arns: dict[str, Identity] = {}
        self._named: dict[tuple[str, str], list[Identity]] = {}
        self._of_provider: dict[tuple[tuple[str, str], str], list[Identity]] = {}
        for resource in resources:
            if kind_of(resource.type):
                self._add(_identity(resource))

    def _add(self, found: Identity) -> None:
        self.identities.setdefault(found.urn, found)
        if isinstance(found.arn, str):
            self._arns.setdefault(found.arn, found)
        # A policy whose ARN is known is named by that, never by its path and name.
        by_name = found.kind != POLICY or isinstance(found.arn, Unresolved)
        if by_name and found.key[1] and "*" not in found.key[1]:
            self._named.setdefault(found.key, []).append(found)
            self._of_provider.setdefault((found.key, found.provider), []).append(found)

    def named(self, resource: Resource, name: str, kind: str) -> Named:
        """Return whom the property ``name`` of ``resource`` names, as ``kind``.

        What the property was made from decides where its value is not known, or not enough.
        """
        found = resource.get(name)
        if found is None:
            missing = Unresolved(resource.what(name), MISSING)
            return Named((_unknown(missing, kind),)) if resource.hides(name) else Named()
        sources = [urn for urn in resource.made_from(name) if kind_of(type_of(urn)) == kind]
        made_from = self._by_key(sources)
        known, unknown, malformed = _sorted(resource, name, found.value)
        doubtful: list[tuple[str, Unresolved]] = []
        references = []
        for text in known:
            reference, namesakes = self._known(text, kind, made_from, resource)
            references.append(reference)
            doubtful += namesakes
        used = {reference.address for reference in references}
        free = [urn for urn in sources if urn not in used]
        if len(free) == len(unknown):
            references += [self._at(urn, kind, why) for urn, why in zip(free, unknown, strict=True)]
        else:
            references += [_unknown(why, kind) for why in unknown]
            maybe = free or self._parent(resource, kind)
            doubtful += [(urn, unknown[0]) for urn in maybe if unknown]
        return Named(tuple(references), tuple(doubtful), malformed)

    def _at(self, urn: str, kind: str, why: Unresolved) -> Reference:
        """Return what stands at a URN; what the file does not show has no name."""
        if urn in self.identities:
            return self.identities[urn].reference
        return _unknown(why, kind)._replace(address=urn)

    def _parent(self, resource: Resource, kind: str) -> list[str]:
        """Return the parent, if it is one that may be meant: all that a stream of events tells."""
        parent = self.identities.get(resource.parent)
        return [parent.urn] if parent is not None and parent.kind == kind else []

    def _by_key(self, urns: Iterable[str]) -> dict[tuple[str, str], list[Identity]]:
        found: dict[tuple[str, str], list[Identity]] = {}
        for urn in urns:
            if urn in self.identities:
                found.setdefault(self.identities[urn].key, []).append(self.identities[urn])
        return found

    def _known(
        self,
        text: str,
        kind: str,
        made_from: Mapping[tuple[str, str], Sequence[Identity]],
        resource: Resource,
    ) -> tuple[Reference, list[tuple[str, Unresolved]]]:
        """Return what a name or an ARN names, and what it may name if that is not certain.

        Of namesakes that one is meant that the property was made from, or that belongs to the same
        provider. Of one alone the provider does not matter: two of them can have one account.
        """
        if text in self._arns:
            return self._arns[text].reference, []
        key = _key(text, kind)
        found = self._named.get(key, ())
        if not found:
            is_arn = _is_arn(text, kind)
            return Reference("", "" if is_arn else text, text if is_arn else "", kind), []
        of_provider = self._of_provider.get((key, resource.provider), ())
        for some in (found, made_from.get(key, ()), of_provider):
            if len(some) == 1:
                return some[0].reference, []
        several = Unresolved(f"{kind} {text}, of which there are several", MISSING)
        return _unknown(several, kind), [(each.urn, several) for each in found[:_NAMESAKES]]


def _key(text: str, kind: str) -> tuple[str, str]:
    """Return by what an ARN or a name is found where no ARN in the file is the same."""
    if kind != POLICY:
        return kind, text
    return POLICY, "" if ":iam::aws:" in text else text.partition(":policy")[2]


def _is_arn(text: str, kind: str) -> bool:
    return kind == POLICY or text.startswith("arn:")


def _unknown(why: Unresolved, kind: str) -> Reference:
    return Reference(arn=why) if kind == POLICY else Reference(name=why, kind=kind)


def _sorted(
    resource: Resource, name: str, value: object
) -> tuple[list[str], list[Unresolved], bool]:
    """Return the texts in a property, what stands for those not known, and if some are none."""
    known: list[str] = []
    unknown: list[Unresolved] = []
    what = resource.what(name)
    malformed = isinstance(value, list) and not is_list(name)
    for item in value if isinstance(value, list) else [value]:
        unresolved = partly(item, what)
        if unresolved is not None:
            unknown.append(unresolved)
        elif not isinstance(item, str):
            unknown.append(Unresolved(what, MISSING))
            malformed = True
        elif item:
            known.append(item)
    return known, unknown, malformed


def _identity(resource: Resource) -> Identity:
    kind = kind_of(resource.type)
    if kind == POLICY:
        managed = MANAGED[resource.type]
        name = _name(resource, managed.name, "")
        arn = resource.text(managed.arn) or resource.id
    else:
        name = _name(resource, PRINCIPALS[resource.type].name, resource.id)
        arn = resource.text("arn")
    if not isinstance(arn, str) or not arn:
        why = arn.why if isinstance(arn, Unresolved) else _why(resource)
        arn = Unresolved(resource.what("arn"), why, _pattern(resource, kind, name))
    return Identity(resource.urn, kind, name, arn, resource.provider)


def _name(resource: Resource, name: str, identity: str) -> Text:
    """Return the name; that of a role, user or group is its ID as well."""
    found = resource.text(name)
    if isinstance(found, Unresolved):
        return identity if identity and found.why != SECRET else found
    if found or identity:
        return found or identity
    prefix = resource.text("namePrefix")
    pattern = f"{prefix}*" if isinstance(prefix, str) else "*"
    return Unresolved(resource.what(name), _why(resource), pattern)


def _why(resource: Resource) -> str:
    return AFTER_APPLY if resource.created else MISSING


def _pattern(resource: Resource, kind: str, name: Text) -> str:
    """Return the ARN of a resource with a pattern for its partition and its account."""
    path = resource.text("path") or ("*" if resource.hides("path") else "/")
    if isinstance(path, Unresolved):
        path = path.pattern
    name = name.pattern if isinstance(name, Unresolved) else name
    return f"arn:aws*:iam::*:{kind}{path}{name}"
