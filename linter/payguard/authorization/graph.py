"""What the texts of a pattern are read by: the fewest states that tell apart how they may go on."""

import functools

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

_MOST_STATES = 256  # where there are more, they are taken as they come
START = 0
_NONE = -1

Row = tuple[int, ...]  # the state after a character of each class, or _NONE


class Leap(NamedTuple):
    """What can be read from a state on.

    Attributes:
        after: the state behind it.
        characters: one of which is read.
        rest: what has to follow them.
        reading: a number for the two.
        length: how many characters they are.
        left: how many have to follow at least, for all that is known.
    """

    after: int
    characters: str
    rest: str
    reading: int
    length: int
    left: int


class Graph:
    """The states of a pattern; START is where nothing was read.

    Args:
        automaton: of the pattern; None for any text at all.
    """

    def __init__(self, automaton: "Automaton | None") -> None:
        self._automaton = automaton
        classes = _classes(automaton) if automaton is not None else {1: ALPHABET}
        self._places, self._characters = tuple(classes), tuple(classes.values())
        self._rows: dict[int, Row] = {}
        self._accepting: dict[int, bool] = {}
        self._left: dict[int, int] = {}
        if self._explore():
            self._shrink()
        self._leaps: dict[int, tuple[Leap, ...]] = {}
        self._readings: dict[tuple[str, str], int] = {}

    def accepts(self, state: int) -> bool:
        """Tell whether a text that leads to a state is one of the pattern."""
        found = self._accepting.get(state)
        return self._is_end(state) if found is None else found

    def left(self, state: int) -> int:
        """Return how many characters have to be read on at least, for all that is known."""
        return self._left.get(state, 0)

    def leaps(self, state: int) -> tuple[Leap, ...]:
        """Return what can be read from a state on, up to the next state with a choice."""
        found = self._leaps.get(state)
        if found is None:
            moves = self._moves(state)
            alone = len(moves) == 1
            found = tuple(self._leap(*move, alone=alone) for move in moves.items())
            self._leaps[state] = found
        return found

    def _leap(self, after: int, characters: str, *, alone: bool) -> Leap:
        """Return a leap; one beside others is short, so that short texts are found first."""
        rest = ""
        while alone and not self.accepts(after):
            moves = self._moves(after)
            if len(moves) != 1 or len(next(iter(moves.values()))) != 1:
                break
            ((after, symbol),) = moves.items()
            rest += symbol
        reading = self._readings.setdefault((characters, rest), len(self._readings))
        return Leap(after, characters, rest, reading, 1 + len(rest), self.left(after))

    def _moves(self, state: int) -> dict[int, str]:
        """Return the states that one more character leads to, each with its characters."""
        by_state: dict[int, list[str]] = {}
        for after, characters in zip(self._row(state), self._characters, strict=True):
            if after >= 0:
                by_state.setdefault(after, []).append(characters)
        return {after: _in_order(classes) for after, classes in by_state.items()}

    def _row(self, state: int) -> Row:
        found = self._rows.get(state)
        if found is None:
            found = self._rows[state] = self._find_row(state)
        return found

    # States as they come: the places of the automaton that were reached, as bits

    def _find_row(self, state: int) -> Row:
        automaton = self._automaton
        if automaton is None:
            return (1,)
        ready = automaton.after(state) if state else automaton.whole.first
        return tuple((ready & places) or _NONE for places in self._places)

    def _is_end(self, state: int) -> bool:
        if self._automaton is None:
            return True
        whole = self._automaton.whole
        return bool(state & whole.last) or (state == START and whole.empty)

    def _explore(self) -> bool:
        """Follow all states; tell whether there are few."""
        states = [START]
        for state in states:  # it grows on the way
            if len(states) > _MOST_STATES:
                return False
            for after in self._row(state):
                if after >= 0 and after not in self._rows:
                    self._row(after)
                    states.append(after)
        return True

    # The fewest states

    def _shrink(self) -> None:
        """Take states together from which the same can be read, and number them.

        Moore's algorithm: states are told apart until none of a group differs from another.
        """
        rows = self._rows
        # The start is a state of its own: a text that leads back to it is not empty.
        group = {state: (self._is_end(state), state == START) for state in rows}
        number: dict[object, int] = {}
        numbers = {state: number.setdefault(found, len(number)) for state, found in group.items()}
        while True:
            found: dict[object, int] = {}
            finer = {}
            for state, row in rows.items():
                sign = numbers[state], *(numbers[a] if a >= 0 else _NONE for a in row)
                finer[state] = found.setdefault(sign, len(found))
            if len(found) == len(number):
                break
            number, numbers = found, finer
        self._accepting = {numbers[state]: self._is_end(state) for state in rows}
        self._rows = {
            numbers[state]: tuple(numbers[after] if after >= 0 else _NONE for after in row)
            for state, row in rows.items()
        }
        self._measure()

    def _measure(self) -> None:
        """Find out how far it is to the end of a text from every state."""
        left = {state: 0 for state, accepting in self._accepting.items() if accepting}
        before: dict[int, set[int]] = {}
        for state, row in self._rows.items():
            for after in row:
                before.setdefault(after, set()).add(state)
        states = list(left)
        for state in states:  # it grows on the way
            for earlier in before.get(state, ()):
                if earlier not in left:
                    left[earlier] = left[state] + 1
                    states.append(earlier)
        self._left = left


def _classes(automaton: "Automaton") -> dict[int, str]:
    """Return the characters that may stand at the same places, by these places."""
    found: dict[int, str] = {}
    members = [
        (_members(allowed), places) for allowed, places in automaton.places_by_class().items()
    ]
    for character in ALPHABET:
        at = sum(places for allowed, places in members if character in allowed)
        if at:
            found[at] = found.get(at, "") + character
    return found


@functools.lru_cache(maxsize=256)
def _members(allowed: str) -> frozenset[str]:
    # Universes have the same few classes: asked of each by ``Automaton.at``, character by
    # character, the first question takes a tenth longer.
    from payguard.identifiers.shape import compiled  # noqa: PLC0415  start-up time

    matches = compiled(allowed).fullmatch
    return frozenset(character for character in ALPHABET if matches(character))


def _in_order(classes: list[str]) -> str:
    """Return the characters of some classes, those first that are tried first."""
    if len(classes) == 1:
        return classes[0]
    return "".join(sorted("".join(classes), key=ALPHABET.index))
