"""Our named tuples do what those of the standard library do."""

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard_policies import named_tuple


class Place(named_tuple.NamedTuple):
    """A place, with what it is called."""

    path: str
    line: int
    name: str = "nowhere"
    tags: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.path}:{self.line}"


class Standard(typing.NamedTuple):
    path: str
    line: int
    name: str = "nowhere"
    tags: tuple[str, ...] = ()


class Empty(named_tuple.NamedTuple):
    """Nothing at all."""


class Near(Place):
    """A class of one's own above a named tuple."""

    __slots__ = ()

    def __new__(cls, path: str) -> typing.Self:
        return super().__new__(cls, path, 1)


@given(st.text(), st.integers(), st.text(), st.lists(st.text()).map(tuple))
def test_a_value_behaves_as_one_of_the_standard_library(
    path: str, line: int, name: str, tags: tuple[str, ...]
) -> None:
    ours, theirs = Place(path, line, name, tags), Standard(path, line, name, tags)
    assert tuple(ours) == tuple(theirs) == ours
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Standard", "Place", 1)
    assert ours._asdict() == theirs._asdict()
    assert (ours.path, ours.line, ours.name, ours.tags) == (path, line, name, tags)
    assert tuple(ours._replace(line=0)) == tuple(theirs._replace(line=0))
    assert type(ours._replace(line=0)) is Place
    assert Place._make(ours) == ours
    assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == copy.copy(ours) == ours  # noqa: S301
    assert type(pickle.loads(pickle.dumps(ours))) is type(copy.copy(ours)) is Place  # noqa: S301


def test_values_are_given_by_place_by_name_or_left_to_their_defaults() -> None:
    assert Place("a", 1) == Place(line=1, path="a") == Place("a", 1, "nowhere", tags=())


def test_the_class_says_what_it_is_made_of() -> None:
    assert Place._fields == Place.__match_args__ == Standard._fields
    assert Place._field_defaults == Standard._field_defaults
    assert Place.__doc__ == "A place, with what it is called."
    assert (Place.__name__, Place.__module__) == ("Place", __name__)
    assert Place("a", 1).words == "a:1"


def test_a_value_has_no_room_for_other_members() -> None:
    with pytest.raises(AttributeError):
        Place("a", 1).other = 2  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        Place("a", 1).line = 2  # type: ignore[misc]


@pytest.mark.parametrize("count", range(1, 15))
def test_a_tuple_has_as_many_fields_as_are_listed(count: int) -> None:
    names = [f"f{number}" for number in range(count)]
    listed = "".join(f"    {name}: int\n" for name in names)
    scope: dict[str, Any] = {"NamedTuple": named_tuple.NamedTuple, "__name__": __name__}
    exec(f"class Made(NamedTuple):\n{listed}    last: int = -1", scope)  # noqa: S102
    made = scope["Made"](*range(count))
    assert made == (*range(count), -1)
    assert [getattr(made, name) for name in names] == list(range(count))
    assert scope["Made"](**dict(zip(names, range(count), strict=True)), last=7)[-1] == 7
    with pytest.raises(TypeError):
        scope["Made"](*range(count + 2))


def test_it_is_matched_by_place() -> None:
    match Place("a", 1):
        case Place(path, line):
            assert (path, line) == ("a", 1)


def test_a_tuple_without_fields_is_empty() -> None:
    assert Empty() == ()
    assert Empty._fields == ()


def test_a_class_above_it_makes_its_own_values() -> None:
    near = Near("a")
    assert type(near) is type(near._replace(line=2)) is Near
    assert near == ("a", 1, "nowhere", ())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Place("a"),  # type: ignore[call-arg]
        lambda: Place("a", 1, "b", (), 5),  # type: ignore[call-arg]
        lambda: Place("a", 1, path="b"),  # type: ignore[misc]
        lambda: Place("a", 1, other=2),  # type: ignore[call-arg]
        lambda: Place._make(["a"]),
        lambda: Place("a", 1)._replace(other=2),  # type: ignore[call-arg]
    ],
)
def test_wrong_values_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        wrong()


def test_what_is_refused_is_said_in_the_words_of_python() -> None:
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'line'"):
        Place("a")  # type: ignore[call-arg]
