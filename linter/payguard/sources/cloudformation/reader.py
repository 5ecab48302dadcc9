"""The reader: everything that a CloudFormation template says about access to payments."""

from collections.abc import Iterable, Iterator

from payguard.finding import InputError
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Gap, Infrastructure, Role
from payguard.sources.assembly import as_used
from payguard.sources.cloudformation import elsewhere, identity, serverless
from payguard.sources.cloudformation.cycle import note_cycles
from payguard.sources.cloudformation.document import Documents, Written
from payguard.sources.cloudformation.expansion import Expansion
from payguard.sources.cloudformation.payment import payment_resources
from payguard.sources.cloudformation.reference import KINDS, STACK, WITH_ROLE
from payguard.sources.cloudformation.stack import Stack
from payguard.sources.cloudformation.template import SERVERLESS, Resource, Template, open_template

# Resources that stand for others which the template does not hold.
_FOR_OTHERS = frozenset(
    {
        STACK,
        "AWS::CloudFormation::Macro",
        "AWS::CloudFormation::StackSet",
        "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
    }
)
_MODULE = "::MODULE"
# SAM's types that bring no role or policy; of the others it makes resources of IAM.
_SERVERLESS = "AWS::Serverless::"
_WITHOUT_ROLES = frozenset({"Api", "HttpApi", "LayerVersion", "SimpleTable", "WebSocketApi"})
# Macros of AWS that leave roles and policies as they are, SAM aside.
_KNOWN_TRANSFORMS = frozenset({SERVERLESS, "AWS::CodeDeployBlueGreen", "AWS::LanguageExtensions"})


def read_template(path: str, text: str) -> Infrastructure | InputError:
    """Return what a template says about access to payments.

    Args:
        path: the file, as the user named it.
        text: its content, JSON or YAML.
    """
    template = open_template(path, text)
    if isinstance(template, InputError):
        return template
    Expansion(template).expand()
    note_cycles(template)
    _note_gaps(template)
    documents = Documents(template)
    written = list(_written(template))
    found = [document for one in written for document in documents.all(one)]
    roles = tuple(Stack(template, documents).roles())
    _note_unattached(template, roles, (gap for one in written for gap in documents.gaps(one)))
    notes = template.notes
    return Infrastructure(
        as_used(found, roles),
        roles,
        tuple(payment_resources(template, documents)),
        tuple(elsewhere.values(template, frozenset(one.pointer for one in written))),
        tuple(notes.gaps),
        tuple(notes.errors),
    )


def _note_unattached(template: Template, roles: Iterable[Role], gaps: Iterable[Gap]) -> None:
    """Note the policies that are not known and that no role has."""
    told = {gap._replace(part="") for role in roles for gap in role.gaps}
    for gap in gaps:
        if gap._replace(part="") not in told:
            template.notes.gap(gap)


def _written(template: Template) -> Iterator[Written]:
    """Yield every policy that is written in a template, in its order."""
    for one in template.resources.values():
        read = [*_read(one)]
        yield from read
        yield from elsewhere.policies(one, frozenset(policy.pointer for policy in read))


def _read(resource: Resource) -> Iterator[Written]:
    """Return the policies that belong to a role, user or group, or are made to."""
    if resource.type in identity.TYPES:
        return identity.written(resource)
    return serverless.written(resource)


def _note_gaps(template: Template) -> None:
    """Note what the template leaves to others: macros, nested stacks, modules."""
    for name in template.transforms:
        if name not in _KNOWN_TRANSFORMS:
            _note(template, f"what the macro {name} makes of the template", "/Transform")
    for one in template.resources.values():
        if one.type in _FOR_OTHERS or one.type.endswith(_MODULE) or _is_serverless(one):
            _note(template, f"the resources of {one.address} ({one.type})", one.pointer)
        is_role = one.type in KINDS or one.type in WITH_ROLE  # which says so itself
        if not is_role and ("Fn::Transform" in one.body or "Fn::Transform" in one.properties):
            _note(template, f"what Fn::Transform adds to {one.address}", one.pointer)


def _is_serverless(resource: Resource) -> bool:
    name = resource.type.removeprefix(_SERVERLESS)
    return (
        name != resource.type
        and name not in _WITHOUT_ROLES
        and resource.type not in serverless.TYPES
    )


def _note(template: Template, what: str, at: str) -> None:
    location = template.host.location(at)
    template.notes.gap(Gap(Unresolved(what, MISSING), location))
