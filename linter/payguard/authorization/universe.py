"""What texts a resource or a value can be: the universe that a proof speaks about.

Resource universes follow the identifier patterns of the catalog and the resource types of AWS's
service authorization reference.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html
"""

import functools

from payguard.authorization.graph import ALPHABET, Graph
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from payguard.identifiers.automaton import Automaton

PARTITION, REGION, ACCOUNT = "aws(-[a-z]+)*", "[a-z0-9-]+", "[0-9]{12}"
_NAME = "[^/:]+"
_ANYTHING = "[^ ]+"
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (Name)
_NAMES = {"secretsmanager": "[^ :]+"}

_ARN_FIELDS = 6
_LONGEST = 256  # counts that are kept to in an exact universe


class Universe:
    """The texts that a pattern allows.

    Args:
        pattern: a regular expression as ``automaton_of`` reads it; empty for any text at all.
        name: in words, what the texts are.
        has_colons: whether a text may hold more than the five colons between an ARN's fields.
        is_exact: whether long counts in the pattern are kept to; else some of the texts are longer.

    Attributes:
        fields: where all texts are ARNs with five colons, what each field can be: a text, or a
            universe; once for each alternative of the pattern. Empty for other texts.
    """

    def __init__(
        self, pattern: str, name: str, *, has_colons: bool = False, is_exact: bool = False
    ) -> None:
        self.pattern, self.name, self.has_colons = pattern, name, has_colons
        self.is_exact = is_exact
        self.fields = () if has_colons else _fields(pattern, is_exact=is_exact)

    @functools.cached_property
    def graph(self) -> Graph:
        """The states that the texts are read by."""
        return Graph(_automaton(self.pattern, is_exact=self.is_exact) if self.pattern else None)

    def holds(self, text: str) -> bool:
        """Tell whether a text is one of the universe."""
        from payguard.identifiers.automaton import match  # noqa: PLC0415  start-up time

        if not set(text) <= set(ALPHABET):
            return False
        automaton = _automaton(self.pattern, is_exact=self.is_exact) if self.pattern else None
        return automaton is None or match(automaton, text).possible

    def has(self, text: str) -> bool:
        """Tell whether a text is one of the universe, and not too long."""
        from payguard.identifiers.shape import compiled  # noqa: PLC0415  start-up time

        return not self.pattern or compiled(self.pattern).fullmatch(text) is not None


Fields = tuple["str | Universe", ...]


def _fields(pattern: str, *, is_exact: bool) -> tuple[Fields, ...]:
    found = [_pieces(one, ":") for one in _pieces(pattern, "|")]
    if any(len(fields) != _ARN_FIELDS for fields in found):
        return ()
    by_head: dict[tuple[str, ...], list[str]] = {}
    for *head, last in found:
        by_head.setdefault(tuple(head), []).append(last)
    return tuple(
        tuple(_field(field, is_exact=is_exact) for field in (*head, "|".join(last)))
        for head, last in by_head.items()
    )


@functools.lru_cache(maxsize=256)
def _field(pattern: str, *, is_exact: bool) -> "str | Universe":
    """Return what a field can be; the same for all whose pattern is the same."""
    if _is_text(pattern):
        return pattern
    return Universe(pattern, "", has_colons=True, is_exact=is_exact)


def _is_text(pattern: str) -> bool:
    return pattern.replace("-", "").isalnum()


def _pieces(pattern: str, sign: str) -> list[str]:
    """Split a pattern where a sign stands in no group, class or escape."""
    pieces, depth, start, at = [], 0, 0, 0
    while at < len(pattern):
        symbol = pattern[at]
        if symbol == "\\":
            at += 1
        elif symbol == "[":
            at = pattern.index("]", at)
        elif symbol == sign and not depth:
            pieces.append(pattern[start:at])
            start = at + 1
        depth += (symbol == "(") - (symbol == ")")
        at += 1
    return [*pieces, pattern[start:]]


def _automaton(pattern: str, *, is_exact: bool) -> "Automaton":
    from payguard.identifiers.automaton import automaton_of  # noqa: PLC0415  start-up time

    return automaton_of(pattern, _LONGEST) if is_exact else automaton_of(pattern)


@functools.lru_cache(maxsize=64)
def exactly(universe: Universe) -> Universe:
    """Return the universe of the same pattern in which no text is too long."""
    return Universe(universe.pattern, universe.name, has_colons=universe.has_colons, is_exact=True)


@functools.lru_cache(maxsize=64)
def loosely(universe: Universe) -> Universe:
    """Return a universe with all ARNs of another, and with such as are no IDs of its.

    Only whether a part may be left out counts; so there is far less to tell apart.
    """
    import re  # noqa: PLC0415  start-up time

    loose = []
    for one in _pieces(universe.pattern, "|"):
        *head, last = _pieces(one, ":")
        head = [re.sub(r"\{\d+\}", "+", field) for field in head]
        loose.append(":".join([*head, "/".join(map(_loose_piece, _pieces(last, "/")))]))
    return Universe("|".join(loose), universe.name, has_colons=universe.has_colons)


def _loose_piece(pattern: str) -> str:
    """Return a pattern of all texts from the characters of another, one at least."""
    if _is_text(pattern):
        return pattern
    classes = _automaton(pattern, is_exact=False).places_by_class()
    return f"({'|'.join(classes)})+"


@functools.lru_cache(maxsize=64)
def united(universes: tuple[Universe, ...]) -> Universe:
    """Return the universe of all texts of some universes, each of which has a pattern."""
    pattern = "|".join(universe.pattern for universe in universes)
    name = " and ".join(universe.name for universe in universes)
    return Universe(pattern, name, has_colons=any(universe.has_colons for universe in universes))


class Target(NamedTuple):
    """What a request of some action can be about.

    Attributes:
        universe: the ARNs; None where the resource is ``*``.
        type: the resource type, as AWS's reference names it; empty for ``*`` or any type.
        suffix: what follows the resource's own ARN in the texts of the universe, as a pattern
            with stars: the resource is then what contains the text, as the token vault of a
            credential provider. Empty where the text is the resource itself.
        contested: whether AWS's sources disagree on that the action is authorized on it.
    """

    universe: Universe | None
    type: str = ""
    suffix: str = ""
    contested: bool = False

    @property
    def universe_name(self) -> str:
        """What the resources are, in words."""
        return self.universe.name if self.universe is not None else '"*"'

    def resource(self, text: str) -> str:
        """Return the ARN of the resource in a text of the universe."""
        return text.rsplit("/", self.suffix.count("/"))[0] if self.suffix else text


@functools.cache
def anything() -> Universe:
    """Return the universe of all texts."""
    return Universe("", "any text", has_colons=True)


@functools.cache
def value_universe(kind: str, account: str = "", partition: str = "") -> Universe:
    """Return what a condition key of a type can hold: an ARN, or any text.

    Args:
        kind: the catalog's type of the key; ``role`` for the ARN of a role.
        account: of the role; empty for any.
        partition: the same.
    """
    if kind == "role":
        name = "the roles of the account" if account else "the roles of all accounts"
        pattern = f"arn:{partition or PARTITION}:iam::{account or ACCOUNT}:role/{_ANYTHING}"
        return Universe(pattern, name, has_colons=True)
    if kind == "ARN":
        pattern = f"arn:{PARTITION}:[a-z0-9-]+:[a-z0-9-]*:({ACCOUNT}|aws)?:{_ANYTHING}"
        return Universe(pattern, "ARNs", has_colons=True)
    return anything()


@functools.cache
def manager_universe(account: str = "") -> Universe:
    """Return the ARNs that payment managers can have, in an account if one is given."""
    shape = catalog.string_shape("data", "PaymentManagerArn").pattern or ""
    name = f"every payment manager of account {account}" if account else "every payment manager"
    return Universe(_within(shape, account), name)


@functools.cache
def sub_resource_universe(sub_type: str, account: str = "") -> Universe:
    """Return the ARNs of a payment manager's ``session``, ``instrument`` or ``connector``."""
    inner = catalog.string_shape("data", f"Payment{sub_type.capitalize()}Id").pattern or ""
    shape = f"{manager_universe(account).pattern}/{sub_type}/{inner}"
    return Universe(shape, f"every {sub_type} of a payment manager")


def _within(pattern: str, account: str) -> str:
    return pattern.replace(ACCOUNT, account, 1) if account else pattern


@functools.cache
def type_universe(service: str, kind: str, account: str = "") -> Universe:
    """Return the ARNs of a resource type that the catalog knows in detail."""
    if kind == "payment-manager":
        return manager_universe(account)
    detail = catalog.detail(service)
    if detail is None:
        raise KeyError(service)
    template = detail.resource_types[kind].arn
    owner = f" of account {account}" if account else ""
    name = f"every {kind}{owner}"
    open_ended = service != PAYMENTS_SERVICE
    return Universe(_shape(template, service, account), name, has_colons=open_ended)


def _shape(template: str, service: str, account: str) -> str:
    """Turn AWS's template of an ARN into a pattern."""
    fields = {"Partition": PARTITION, "Region": REGION, "Account": account or ACCOUNT}
    head, *rest = template.split("${")
    pattern = [_escaped(head)]
    for piece in rest:
        variable, _, literal = piece.partition("}")
        # The last variable may go on: paths of roles, names of secrets.
        last = piece is rest[-1] and not literal and service != PAYMENTS_SERVICE
        rest_of_it = _NAMES.get(service, _ANYTHING)
        pattern += [fields.get(variable, rest_of_it if last else _NAME), _escaped(literal)]
    return "".join(pattern)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in ".+*?()[]{}|^$\\" else sign for sign in text)


@functools.cache
def any_resource(service: str = "", account: str = "") -> Universe:
    """Return the ARNs of a service that the catalog does not know in detail."""
    pattern = f"arn:{PARTITION}:[a-z0-9-]+:[a-z0-9-]*:({account or ACCOUNT}|aws)?:{_ANYTHING}"
    return Universe(pattern, f"every ARN of {service}" if service else "every ARN", has_colons=True)
