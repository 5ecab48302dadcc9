"""A kind of identifier, and how its demands are taken from the catalog."""

import functools
from collections.abc import Callable

from payguard.identifiers import shape
from payguard.identifiers.shape import Bounds, Shape
from payguard.identifiers.template import Template, resource_template, template_shape
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

Demand = Callable[[], Shape | Bounds]


class Kind(NamedTuple):
    """One kind of identifier.

    Attributes:
        name: the kind's slug.
        title: what AWS calls it.
        example: a valid one; parts of a text are tried in its place to find the wrong ones.
        fields: the members of AWS's API that take it.
        family: how it is explained: ``arn``, ``suffixed``, ``prefixed``, ``uuid``, ``name``,
            ``token``, ``text`` or ``number``.
        subject: the first word of its codes, such as ``manager-id``.
        required: the demands that it must meet.
        advisory: demands that others make; to fail one is a note.
        template: for an ARN, what its resource part is made of.
        services: for an ARN, the services that it may name.
        probe: for the rest, a place in ``example`` where any permitted character may stand.
    """

    name: str
    title: str
    example: str
    fields: tuple[str, ...]
    family: str
    subject: str
    required: tuple[Demand, ...]
    advisory: tuple[Demand, ...] = ()
    template: Callable[[], Template] | None = None
    services: tuple[str, ...] = ()
    probe: int = 1


def model(plane: str, name: str) -> Demand:
    """Demand a string shape of the catalog; arguments as in `shape.from_model`."""
    return functools.partial(shape.from_model, plane, name)


def integer(plane: str, name: str, taker: str) -> Demand:
    """Demand an integer shape of the catalog; arguments as in `shape.integer_from_model`."""
    return functools.partial(shape.integer_from_model, plane, name, taker)


def below_manager(plane: str, sub_type: str, identifier: str) -> Demand:
    """Demand a payment manager ARN followed by a sub-resource, whose ID is a shape of ``plane``."""

    def demand() -> Shape:
        # The control plane's own pattern for the manager's ARN matches none: the data plane's.
        manager = shape.from_model("data", "PaymentManagerArn")
        below = shape.from_model(plane, identifier)
        return shape.joined(plane, manager, f"/{sub_type}/", below)

    return demand


def by_template(resource_type: str, **values: tuple[str, str]) -> Demand:
    """Demand the ARN of a resource type as the service authorization reference writes it.

    Args:
        resource_type: its name there.
        **values: for a variable of the ARN, plane and name of its shape.
    """

    def demand() -> Shape:
        shapes = {name: shape.from_model(*at) for name, at in values.items()}
        return template_shape(resource_template(PAYMENTS_SERVICE, resource_type), shapes)

    return demand


def resource(service: str, resource_type: str) -> Callable[[], Template]:
    """Return what gives the template of a resource type, once it is asked for."""
    return functools.partial(resource_template, service, resource_type)
