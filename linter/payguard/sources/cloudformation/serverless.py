"""AWS::Serverless (SAM): the roles that SAM makes for functions and state machines.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
What SAM puts into a role is taken from its source (aws-sam-translator 1.115).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import ROLE, Document, Gap, Role, Text
from payguard.sources.cloudformation import serverless_policy
from payguard.sources.cloudformation.document import Policy, Written
from payguard.sources.cloudformation.identity import ReadPolicy, added, gap
from payguard.sources.cloudformation.partial import Partial
from payguard.sources.cloudformation.piece import (
    POLICY,
    Attached,
    Declared,
    Inline,
    Piece,
    Target,
    target,
    text_of,
)
from payguard.sources.cloudformation.reference import WITH_ROLE
from payguard.sources.cloudformation.template import Resource
from payguard.sources.cloudformation.view import ABSENT, View

CONNECTOR = "AWS::Serverless::Connector"
TYPES = frozenset({*WITH_ROLE, CONNECTOR})
_FUNCTION = "AWS::Serverless::Function"
_TRUST = "AssumeRolePolicyDocument"
# Sources of events whose managed policy SAM attaches.
_OF_EVENTS = {
    "DynamoDB": "service-role/AWSLambdaDynamoDBExecutionRole",
    "Kinesis": "service-role/AWSLambdaKinesisExecutionRole",
    "MSK": "service-role/AWSLambdaMSKExecutionRole",
    "SQS": "service-role/AWSLambdaSQSQueueExecutionRole",
}
# Those for which it writes statements of their own, secrets among them.
_WITH_STATEMENTS = frozenset({"DocumentDB", "MQ", "SelfManagedKafka"})
_ACTIONS = {
    "EventBridge": "events:PutEvents",
    "Lambda": "lambda:InvokeFunction",
    "S3": "s3:PutObject",
    "S3Bucket": "s3:PutObject",
    "SNS": "sns:Publish",
    "SQS": "sqs:SendMessage",
}


def written(resource: Resource) -> Iterator[Written]:
    """Yield every policy that is written out in a SAM resource, whatever its conditions."""
    if resource.type in WITH_ROLE:
        yield from serverless_policy.written(resource)
        if _TRUST in resource.properties:
            value, at = resource.properties[_TRUST], resource.at(_TRUST)
            yield Written(value, at, resource.address, TRUST)


def pieces(resource: Resource, view: View, read_policy: ReadPolicy) -> Iterator[Piece]:
    """Yield what the role that SAM makes for a resource is, if it makes one in this world."""
    if resource.type == CONNECTOR:
        yield from _connected(resource, view)
    elif not _has_role(resource, view):
        yield from _Made(resource, view, read_policy).pieces()


def _has_role(resource: Resource, view: View) -> bool:
    value, _ = view.branch(resource.properties.get("Role"), resource.at("Role"))
    return value is not ABSENT and value is not None


def _connected(resource: Resource, view: View) -> Iterator[Piece]:
    """Yield a gap of the role to which a connector attaches a policy of SAM's own."""
    source = resource.properties.get("Source")
    address = source.get("Id") if type(source) is dict else None
    what = Unresolved(f"the policies of the connector {resource.address}", MISSING)
    unknown = gap(resource, view, resource.pointer, what, IDENTITY)
    owner = view.template.resources.get(address) if type(address) is str else None
    if owner is None or owner.type not in WITH_ROLE or _has_role(owner, view):
        view.template.notes.gap(unknown._replace(part=""))
    else:
        yield Inline(Target(ROLE, f"{owner.address}Role"), unknown, unknown.location)


class _Made:
    """The role that SAM makes for a function or a state machine.

    Args:
        resource: the function or state machine.
        view: the world.
        read: reads a policy in that world.
    """

    def __init__(self, resource: Resource, view: View, read: ReadPolicy) -> None:
        self._resource = resource
        self._view = view
        self._read = read
        self._address = f"{resource.address}Role"
        self._globals = self._section()

    def _section(self) -> Mapping[str, Any]:
        """Return what Globals says for functions."""
        section = self._view.template.value.get("Globals")
        found = section.get("Function") if type(section) is dict else None
        ignored = self._resource.body.get("IgnoreGlobals")
        if type(found) is not dict or self._resource.type != _FUNCTION or ignored == "*":
            return {}
        names = ignored if type(ignored) is list else []
        return {key: one for key, one in found.items() if key not in names}

    def _given(self, name: str) -> tuple[Any, str]:
        """Return a property, of the resource or of Globals, and where it stands."""
        value, at = self._resource.properties.get(name), self._resource.at(name)
        if name in self._globals and name not in self._resource.properties:
            value, at = self._globals[name], f"/Globals/Function/{name}"
        value, at = self._view.branch(value, at)
        return (None if value is ABSENT else value), at

    def pieces(self) -> Iterator[Piece]:
        """Yield the role, and what is attached to it."""
        view, resource = self._view, self._resource
        me = Target(ROLE, self._address, view.attribute(self._address, "") or "")
        location = view.template.host.location(resource.pointer, self._address)
        found = list(serverless_policy.entries(resource, view, self._read))
        policies = [one for one in found if isinstance(one, Document | Gap)]
        policies += [*self._of_events(), *added(resource, view)]
        trust = self._trust()
        gaps = [one for one in (*policies, trust) if isinstance(one, Gap)]
        role = Role(
            self._address,
            location,
            ROLE,
            text_of(me.text),
            text_of(view.attribute(self._address, "Arn")),
            tuple(one for one in policies if isinstance(one, Document)),
            trust=trust if isinstance(trust, Document) else None,
            tags=self._tags(),
            gaps=tuple(gaps),
        )
        yield Declared(me, role)
        for one in found:
            if not isinstance(one, Document | Gap):
                yield Attached(me, one[0], view.template.host.location(one[1], self._address))
        for name in self._managed():
            arn = Target(POLICY, text=f"arn:aws:iam::aws:policy/{name}")
            yield Attached(me, arn, location)
        yield from self._boundary(me)

    def _boundary(self, me: Target) -> Iterator[Attached]:
        value, at = self._given("PermissionsBoundary")
        policy = target(self._view, value, at, POLICY) if value is not None else None
        if policy is not None:
            location = self._view.template.host.location(at, self._address)
            yield Attached(me, policy, location, BOUNDARY)

    def _trust(self) -> Policy:
        value, at = self._given(_TRUST)
        own = _TRUST in self._resource.properties
        if value is not None and own:
            whole = self._resource.properties[_TRUST]
            policy = Written(whole, self._resource.at(_TRUST), self._resource.address, TRUST)
            return self._read(policy, self._view)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": WITH_ROLE[self._resource.type]},
            "Action": "sts:AssumeRole",
        }
        made = {"Version": serverless_policy.VERSION, "Statement": [statement]}
        where = at if value is not None else self._resource.pointer
        policy = Written(made if value is None else value, where, self._resource.address, TRUST)
        return self._read(policy, self._view)

    def _managed(self) -> Iterator[str]:
        """Yield the managed policies that SAM attaches by itself."""
        tracing, at = self._given("Tracing")
        if self._resource.type != _FUNCTION:
            if type(tracing) is dict and tracing.get("Enabled") is True:
                yield "AWSXrayWriteOnlyAccess"
            return
        durable = self._given("DurableConfig")[0] is not None
        kind = "DurableExecutionRolePolicy" if durable else "ExecutionRole"
        yield f"service-role/AWSLambdaBasic{kind}"
        if tracing is not None and self._view.value(tracing, at) != "Disabled":
            yield "AWSXrayWriteOnlyAccess"
        if self._given("VpcConfig")[0] is not None:
            yield "service-role/AWSLambdaVPCAccessExecutionRole"
        for kind, _, _ in self._events():
            if kind in _OF_EVENTS:
                yield _OF_EVENTS[kind]

    def _events(self) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        """Yield type, properties and place of each source of events."""
        events = self._resource.properties.get("Events")
        for name, event in events.items() if type(events) is dict else ():
            kind = event.get("Type") if type(event) is dict else None
            if type(kind) is str:
                properties = event.get("Properties")
                at = pointer.join(self._resource.at("Events"), name)
                yield kind, properties if type(properties) is dict else {}, at

    def _of_events(self) -> Iterator[Document | Gap]:
        """Yield the policies that SAM writes so that the function can send what it has to."""
        if self._resource.type != _FUNCTION:
            return
        queue, at = self._given("DeadLetterQueue")
        yield from self._sending(queue, "TargetArn", at)
        config, at = self._given("EventInvokeConfig")
        destinations = config.get("DestinationConfig") if type(config) is dict else None
        for name, one in destinations.items() if type(destinations) is dict else ():
            place = f"{at}/DestinationConfig/{name}"
            yield from self._sending(one, "Destination", place)
        for kind, properties, at in self._events():
            if kind in _WITH_STATEMENTS or "SchemaRegistryConfig" in properties:
                what = Unresolved(f"the policies for {kind} events of {self._address}", MISSING)
                yield gap(self._resource, self._view, at, what, IDENTITY)
            on = properties.get("DestinationConfig")
            failure = on.get("OnFailure") if type(on) is dict else None
            if type(failure) is dict and "Type" in failure:
                yield from self._sending(failure, "Destination", at)

    def _sending(self, value: Any, name: str, at: str) -> Iterator[Document | Gap]:
        """Yield the policy to send to a destination: its ``Type``, and its ARN under ``name``."""
        if type(value) is not dict:
            return
        action = _ACTIONS.get(value["Type"]) if type(value.get("Type")) is str else None
        if action is None:
            what = Unresolved(f"the policy to send to a destination of {self._address}", MISSING)
            yield gap(self._resource, self._view, at, what, IDENTITY)
            return
        resource = value.get(name, "*")
        actions = [action, "s3:ListBucket"] if action[:3] == "s3:" else action
        statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
        if action[:3] == "s3:":
            statement["Resource"] = [resource, {"Fn::Join": ["/", [resource, "*"]]}]
        yield serverless_policy.generated(self._resource, self._view, [statement], at, self._read)

    def _tags(self) -> Mapping[str, Text]:
        found = self._view.value(*self._given("Tags"))
        tags = found.items() if type(found) is dict else ()
        return {key: text_of(one) for key, one in tags if isinstance(one, str | Partial)}
