"""The answer of ``aws iam get-account-authorization-details``: who may do what in an account.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from payguard.finding import InputError, Location
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, ROLE, USER, Document, Gap, Infrastructure, Role, Text
from payguard.sources import json_text
from payguard.sources.account_details_text import UrlEncodedMap
from payguard.sources.assembly import Assembly, Reference, as_used
from payguard.sources.host import EmbeddedMap, Host, NestedMap
from payguard_policies.named_tuple import NamedTuple

_LISTS = {"UserDetailList": USER, "GroupDetailList": GROUP, "RoleDetailList": ROLE}
_POLICIES = "Policies"
_VERSIONS = "PolicyVersionList"
# Of each kind: the elements with its name, and with its inline policies.
_NAMES = {USER: "UserName", GROUP: "GroupName", ROLE: "RoleName"}
_INLINE = {USER: "UserPolicyList", GROUP: "GroupPolicyList", ROLE: "RolePolicyList"}
_POLICY_NAME = "PolicyName"


def recognises(value: object) -> bool:
    """Tell whether a decoded JSON value is such an answer, or a list of its pages."""
    pages = value if isinstance(value, list) else [value]
    return any(_is_page(page) for page in pages)


def _is_page(page: object) -> bool:
    if not isinstance(page, dict):
        return False
    if any(isinstance(page.get(name), list) for name in _LISTS):
        return True
    policies = page.get(_POLICIES)
    # list-policies answers with the same key, but without documents.
    return isinstance(policies, list) and any(
        isinstance(one, dict) and _VERSIONS in one for one in policies
    )


def read_account_details(
    path: str, text: str, value: Mapping[str, Any] | Sequence[Any]
) -> Infrastructure | InputError:
    """Return what the answer tells: users, groups and roles with all that is attached to them.

    Args:
        path: the file, as the user named it.
        text: its content.
        value: the decoded content, which ``recognises`` recognised.

    Of a managed policy the default version counts. Documents may be objects, as the AWS CLI
    prints them, or the URL-encoded JSON of the API.
    """
    return _Reading(path, text).infrastructure(value)


class _Entry(NamedTuple):
    """An object of one of the lists, and the JSON Pointer at which it stands."""

    value: dict[str, Any]
    place: str


class _Decoded(NamedTuple):
    """A document that was a string: its value, its JSON text, and whether that was URL-encoded."""

    value: Mapping[str, Any]
    text: str
    is_encoded: bool


class _Reading:
    """One answer on its way to an Infrastructure."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._host = path, Host(text)
        self._assembly = Assembly()
        self._documents: list[Document] = []
        self._refusals: list[tuple[str, str]] = []
        self._truncated: list[tuple[str, Unresolved]] = []
        self._unknown: list[Gap] = []
        self._locations: dict[str, Location] = {}
        self._groups: dict[tuple[str, str], str] = {}
        self._decoded: dict[str, _Decoded | str] = {}

    def infrastructure(self, value: Mapping[str, Any] | Sequence[Any]) -> Infrastructure:
        """Return everything that was found."""
        found: dict[str, list[_Entry]] = {name: [] for name in (*_LISTS, _POLICIES)}
        for page, place in self._pages(value):
            for name in found:
                found[name] += self._objects(page.get(name), f"{place}/{name}")
        self._locate(found)
        for entry in found[_POLICIES]:
            self._policy(entry)
        for name, kind in _LISTS.items():
            for entry in found[name]:
                self._identity(kind, entry)
        for entry in found["UserDetailList"]:
            self._memberships(entry)
        roles = self._assembly.roles()
        told = {(gap.unresolved, gap.location) for role in roles for gap in role.gaps}
        unknown = (gap for gap in self._unknown if (gap.unresolved, gap.location) not in told)
        return Infrastructure(
            as_used(self._documents, roles),
            roles,
            gaps=(*self._gaps(), *unknown, *self._assembly.gaps),
            errors=tuple(self._errors()),
        )

    def _locate(self, found: Mapping[str, list[_Entry]]) -> None:
        """Find where the entries stand: all at once, before documents ask for their places."""
        shown = {
            entry.place: f"{entry.place}/{name}"
            for list_, entries in found.items()
            for entry in entries
            if (name := _NAMES.get(_LISTS.get(list_, ""), _POLICY_NAME))
        }
        self._host.expect([*shown.values(), *(place for place, _ in self._truncated)])
        for entry in (one for entries in found.values() for one in entries):
            span = self._host.span(shown[entry.place])
            self._locations[entry.place] = Location(self._path, span, "", _address(entry))

    def _gaps(self) -> Iterator[Gap]:
        for place, what in self._truncated:
            yield Gap(what, Location(self._path, self._host.span(place)))

    def _pages(self, value: object) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the pages with their places; the last one has to be the last one of all."""
        pages = [_Entry(value, "")] if isinstance(value, dict) else [*self._objects(value, "")]
        for page, place in pages:
            if not any(name in page for name in (*_LISTS, _POLICIES)):
                self._refuse(place, f"{place} is no page of account authorization details")
            yield page, place
        last, place = pages[-1] if pages else ({}, "")
        if last.get("IsTruncated") is True or last.get("NextToken") or last.get("Marker"):
            unknown = Unresolved("the pages that follow: the answer is truncated", MISSING)
            self._truncated.append((place, unknown))

    def _objects(self, value: object, place: str) -> Iterator[_Entry]:
        if value is not None and not isinstance(value, list):
            self._refuse(place, f"{place} is no list")
            return
        for index, item in enumerate(value or ()):
            here = f"{place}/{index}"
            if isinstance(item, dict):
                yield _Entry(item, here)
            else:
                self._refuse(here, f"{here} is no object")

    def _refuse(self, place: str, message: str) -> None:
        self._refusals.append((place, message))

    def _errors(self) -> Iterator[InputError]:
        self._host.expect(place for place, _ in self._refusals)
        for place, message in self._refusals:
            span = self._host.span(place)
            yield InputError(self._path, message, span.line, span.column)

    def _policy(self, entry: _Entry) -> None:
        """Add a managed policy, by its default version."""
        arn = self._arn(entry)
        what = Unresolved(f"the default version of {arn or entry.place}", MISSING)
        missing = Gap(what, self._locations[entry.place], IDENTITY)
        found: Document | Gap = missing
        versions = self._objects(entry.value.get(_VERSIONS), f"{entry.place}/{_VERSIONS}")
        default = entry.value.get("DefaultVersionId")
        for version, place in versions:
            if version.get("IsDefaultVersion") is True or (
                "IsDefaultVersion" not in version and version.get("VersionId") == default
            ):
                inner = f"{place}/Document"
                found = self._document(version.get("Document"), inner, IDENTITY, entry, arn)
                break
        else:
            self._unknown.append(missing)
        self._assembly.policy(Reference(arn=arn), found)

    def _identity(self, kind: str, entry: _Entry) -> None:
        """Add a role, user or group with its inline and attached policies."""
        name, arn = self._text(entry, _NAMES[kind]), self._arn(entry)
        location, gaps = self._locations[entry.place], []
        trust = None
        if kind == ROLE:
            place = f"{entry.place}/AssumeRolePolicyDocument"
            value = entry.value.get("AssumeRolePolicyDocument")
            trust = self._document(value, place, TRUST, entry, _address(entry))
        if isinstance(trust, Gap):
            gaps.append(trust)
        inline = list(self._inline(kind, entry))
        role = Role(
            _address(entry) or entry.place,
            location,
            kind,
            name,
            arn,
            identity=tuple(one for one in inline if isinstance(one, Document)),
            trust=trust if isinstance(trust, Document) else None,
            tags=self._tags(entry),
            gaps=(*gaps, *(one for one in inline if isinstance(one, Gap))),
        )
        self._assembly.role(role)
        if kind == GROUP:
            self._groups.setdefault((_account(arn), name), role.address)
        self._attachments(Reference(role.address, kind=kind), entry)

    def _inline(self, kind: str, entry: _Entry) -> Iterator[Document | Gap]:
        name = _INLINE[kind]
        for policy, place in self._objects(entry.value.get(name), f"{entry.place}/{name}"):
            called = self._text(_Entry(policy, place), _POLICY_NAME)
            address = f"{_address(entry)} inline policy {called}"
            inner = f"{place}/PolicyDocument"
            yield self._document(policy.get("PolicyDocument"), inner, IDENTITY, entry, address)

    def _attachments(self, role: Reference, entry: _Entry) -> None:
        name, location = "AttachedManagedPolicies", self._locations[entry.place]
        for policy, place in self._objects(entry.value.get(name), f"{entry.place}/{name}"):
            arn = self._policy_arn(policy, "PolicyArn", place)
            self._assembly.attach(role, Reference(arn=arn), location)
        boundary, place = (
            entry.value.get("PermissionsBoundary"),
            f"{entry.place}/PermissionsBoundary",
        )
        if isinstance(boundary, dict):
            arn = self._policy_arn(boundary, "PermissionsBoundaryArn", place)
            self._assembly.attach(role, Reference(arn=arn), location, BOUNDARY)
        elif boundary is not None:
            self._refuse(place, f"{place} is no object")
            unknown = Unresolved(place, MISSING)
            self._assembly.attach(role, Reference(arn=unknown), location, BOUNDARY)

    def _policy_arn(self, value: Mapping[str, Any], name: str, place: str) -> Text:
        arn = value.get(name)
        if isinstance(arn, str) and arn:
            return arn
        self._refuse(place, f"{place} has no {name}")
        return Unresolved(f"{place}/{name}", MISSING)

    def _memberships(self, entry: _Entry) -> None:
        """Add the groups of a user: of those with that name the one in its account."""
        place = f"{entry.place}/GroupList"
        names = entry.value.get("GroupList")
        if names is not None and not isinstance(names, list):
            self._refuse(place, f"{place} is no list")
            names = [place]
        account, location = _account(entry.value.get("Arn")), self._locations[entry.place]
        user = Reference(_address(entry) or entry.place, kind=USER)
        for index, name in enumerate(names or ()):
            address = self._groups.get((account, name), "") if isinstance(name, str) else ""
            if not isinstance(name, str):
                self._refuse(f"{place}/{index}", f"{place}/{index} is no text")
            missing: Text = str(name) if address else Unresolved(f"the group {name}", MISSING)
            self._assembly.member(user, Reference(address, missing, kind=GROUP), location)

    def _tags(self, entry: _Entry) -> dict[str, Text]:
        found: dict[str, Text] = {}
        for tag, place in self._objects(entry.value.get("Tags"), f"{entry.place}/Tags"):
            key, value = tag.get("Key"), tag.get("Value")
            if isinstance(key, str) and isinstance(value, str):
                found[key] = value
            else:
                self._refuse(place, f"{place} has no Key and Value that are texts")
        return found

    def _arn(self, entry: _Entry) -> str:
        return self._text(entry, "Arn")

    def _text(self, entry: _Entry, name: str) -> str:
        value = entry.value.get(name)
        if isinstance(value, str) and value:
            return value
        self._refuse(entry.place, f"{entry.place} has no {name}")
        return ""

    def _document(
        self, value: object, place: str, policy_type: str, entry: _Entry, address: str
    ) -> Document | Gap:
        """Return a document, whichever form it has; a Gap where it cannot be read."""
        found: Document | None = None
        if isinstance(value, dict):
            source = NestedMap(self._host, place)
            found = Document(self._path, value, policy_type, source, address)
        elif isinstance(value, str):
            found = self._decode(value, place, policy_type, address)
        elif value is not None:
            self._refuse(place, f"{address}: {place} is no policy document")
        if found is not None:
            self._documents.append(found)
            return found
        gap = Gap(Unresolved(place, MISSING), self._locations[entry.place], policy_type)
        self._unknown.append(gap)
        return gap

    def _decode(self, text: str, place: str, policy_type: str, address: str) -> Document | None:
        if text not in self._decoded:
            self._decoded[text] = _decoded(text)
        found = self._decoded[text]
        if isinstance(found, str):
            self._refuse(place, f"{address}: {found}")
            return None
        make = UrlEncodedMap if found.is_encoded else EmbeddedMap
        source = make(self._host, place, found.text)
        return Document(self._path, found.value, policy_type, source, address, found.text)


def _decoded(text: str) -> _Decoded | str:
    """Return the document that a string is, or why it is none."""
    is_encoded = text.lstrip()[:1] == "%"
    try:
        plain = unquote(text, errors="strict") if is_encoded else text
        value = json_text.parse(plain)
    except UnicodeDecodeError:
        return "the policy is no URL-encoded UTF-8"
    except json_text.JsonError as error:
        at = f" (line {error.line}, column {error.column} of the policy)" if error.line else ""
        return f"the policy cannot be read: {error.message}{at}"
    if not isinstance(value, dict):
        return "the policy is no JSON object"
    return _Decoded(value, plain, is_encoded)


def _address(entry: _Entry) -> str:
    """Return the ARN, which is what names an entry best; else its name, or nothing."""
    for name in ("Arn", *_NAMES.values(), _POLICY_NAME):
        value = entry.value.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _account(arn: object) -> str:
    fields = arn.split(":") if isinstance(arn, str) else []
    return fields[4] if len(fields) > 4 else ""
