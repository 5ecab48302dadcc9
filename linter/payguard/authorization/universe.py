"""What texts a resource or a value can be: the universe that a proof speaks about.

Resource universes follow the identifier patterns of the catalog and the resource types of AWS's
service authorization reference.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html
"""

import functools

from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from payguard.identifiers.automaton import Automaton

# Tried in this order where any character will do, so that witnesses are easy to read.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
ALPHABET = (
    _LETTERS
    + "0123456789-_/.:=@+ "
    + _LETTERS.upper()
    + "*?!\"#$%&'(),;<>[\\]^`{|}~"
    + "".join(map(chr, range(0xA0, 0x100)))  # the last that IAM takes in a policy
    + "\t\n\r"
)

PARTITION, REGION, ACCOUNT = "aws(-[a-z]+)*", "[a-z0-9-]+", "[0-9]{12}"
_NAME = "[^/:]+"
_ANYTHING = "[^ ]+"
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (Name)
_NAMES = {"secretsmanager": "[^ :]+"}

_LONGEST = 256  # counts that are kept to in an exact universe

Move = tuple[int, str]  # the state after any of these characters


class Leap(NamedTuple):
    """What can be read from a state on.

    Attributes:
        after: the state behind it.
        characters: one of which is read.
        rest: what has to follow them.
        reading: a number for the two.
        accepts: whether the text is one of the universe then.
    """

    after: int
    characters: str
    rest: str
    reading: int
    accepts: bool


class Universe:
    """The texts that a pattern allows, as an automaton whose states are asked one by one.

    Args:
        pattern: a regular expression as ``automaton_of`` reads it; empty for any text at all.
        name: in words, what the texts are.
        has_colons: whether a text may hold more than the five colons between an ARN's fields.
        is_exact: whether long counts in the pattern are kept to; else some of the texts are longer.
    """

    def __init__(
        self, pattern: str, name: str, *, has_colons: bool = False, is_exact: bool = False
    ) -> None:
        self.pattern, self.name, self.has_colons = pattern, name, has_colons
        self.is_exact = is_exact
        self._moves: dict[int, tuple[Move, ...]] = {}
        self._leaps: dict[int, tuple[Leap, ...]] = {}
        self._readings: dict[tuple[str, str], int] = {}
        self._classes: dict[int, str] = {}  # places -> the characters that may stand there
        self._automaton = _automaton(pattern, is_exact=is_exact) if pattern else None

    def accepts(self, state: int) -> bool:
        """Tell whether a text that leads to ``state`` is one of the universe; 0 is the start."""
        if self._automaton is None:
            return True
        whole = self._automaton.whole
        return bool(state & whole.last) or (not state and whole.empty)

    def has(self, text: str) -> bool:
        """Tell whether a text is one of the universe, and not too long."""
        from payguard.identifiers.shape import compiled  # noqa: PLC0415  start-up time

        return not self.pattern or compiled(self.pattern).fullmatch(text) is not None

    def holds(self, text: str) -> bool:
        """Tell whether a text is one of the universe."""
        state = 0
        for symbol in text:
            after = (found for found, symbols in self.moves(state) if symbol in symbols)
            state = next(after, -1)
            if state < 0:
                return False
        return self.accepts(state)

    def moves(self, state: int) -> tuple[Move, ...]:
        """Return the states that one more character leads to, each with its characters."""
        found = self._moves.get(state)
        if found is None:
            found = self._moves[state] = self._find_moves(state)
        return found

    def leaps(self, state: int) -> tuple[Leap, ...]:
        """Return what can be read from a state on, up to the next state with a choice."""
        found = self._leaps.get(state)
        if found is None:
            moves = self.moves(state)
            alone = len(moves) == 1
            found = tuple(self._leap(*move, alone=alone) for move in moves)
            self._leaps[state] = found
        return found

    def _leap(self, after: int, characters: str, *, alone: bool) -> Leap:
        """Return a leap; one beside others is short, so that short texts are found first."""
        rest = ""
        while alone and not self.accepts(after):
            moves = self.moves(after)
            if len(moves) != 1 or len(moves[0][1]) != 1:
                break
            after, symbol = moves[0]
            rest += symbol
        reading = self._readings.setdefault((characters, rest), len(self._readings))
        return Leap(after, characters, rest, reading, self.accepts(after))

    def _find_moves(self, state: int) -> tuple[Move, ...]:
        automaton = self._automaton
        if automaton is None:
            return ((1, ALPHABET),)
        ready = automaton.after(state) if state else automaton.whole.first
        by_state: dict[int, list[str]] = {}
        for places, characters in self._character_classes(automaton).items():
            taken = ready & places
            if taken:
                by_state.setdefault(taken, []).append(characters)
        return tuple((taken, _in_order(classes)) for taken, classes in by_state.items())

    def _character_classes(self, automaton: "Automaton") -> dict[int, str]:
        if not self._classes:
            for character in ALPHABET:
                places = automaton.at(character)
                self._classes[places] = self._classes.get(places, "") + character
        return self._classes


def _in_order(classes: list[str]) -> str:
    """Return the characters of some classes, those first that are tried first."""
    if len(classes) == 1:
        return classes[0]
    return "".join(sorted("".join(classes), key=ALPHABET.index))


def _automaton(pattern: str, *, is_exact: bool) -> "Automaton":
    from payguard.identifiers.automaton import automaton_of  # noqa: PLC0415  start-up time

    return automaton_of(pattern, _LONGEST) if is_exact else automaton_of(pattern)


@functools.lru_cache(maxsize=64)
def exactly(universe: Universe) -> Universe:
    """Return the universe of the same pattern in which no text is too long."""
    return Universe(universe.pattern, universe.name, has_colons=universe.has_colons, is_exact=True)


@functools.lru_cache(maxsize=64)
def loosely(universe: Universe) -> Universe:
    """Return a universe with all texts of another, and with such as are too short or too long.

    Only whether a part may be left out counts; so there is far less to tell apart.
    """
    import re  # noqa: PLC0415  start-up time

    pattern = re.sub(r"\{0,\d*\}", "*", universe.pattern)
    pattern = re.sub(r"\{\d+(,\d*)?\}", "+", pattern)
    return Universe(pattern, universe.name, has_colons=universe.has_colons)


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
