"""Questions about all requests whose answers are known.

Three readers: the proof engine, z3 (``z3_model``), and the benchmark. Documents are plain JSON, so
that each reads them in its own way.
"""

from collections.abc import Iterable
from typing import NamedTuple

from authorization.asking import ACCOUNT, PAY, ROLE, Json, allow, deny, policy
from authorization.sample_roles import (
    MANAGERS,
    OPEN,
    SHOP,
    Role,
    managers,
    many_statements,
    rewritten,
    role,
    typical,
    widened,
)
from payguard.authorization.answer import PROVED, REFUTED, Answer
from payguard.authorization.compare import implies
from payguard.authorization.prove import confined_to, manager_actions, never_both

NEVER_BOTH, CONFINED_TO, IMPLIES = "never both", "confined to", "implies"


class Asked(NamedTuple):
    """A question.

    Attributes:
        name: what it is about.
        kind: NEVER_BOTH, CONFINED_TO or IMPLIES.
        roles: the role; for IMPLIES the new one and the old one.
        about: the two actions, the ARNs, or the actions that are compared.
        verdict: the answer; empty where it is not known.
    """

    name: str
    kind: str
    roles: tuple[Role, ...]
    about: tuple[str, ...]
    verdict: str = ""

    def answer(self) -> Answer:
        """Put the question to the engine."""
        found = [role.actor(name) for role, name in zip(self.roles, ("new", "old"), strict=False)]
        if self.kind == NEVER_BOTH:
            return never_both(found[0], self.about[0], self.about[1])
        if self.kind == CONFINED_TO:
            return confined_to(found[0], self.about)
        return implies(found[0], found[1], self.about).answer


NOBODY = role(deny())
_BOTH = [OPEN, PAY]
_SESSIONS = {"StringEquals": {"aws:ResourceTag/duty": "session"}}
_OF_AGENT = f"{MANAGERS}pm-${{aws:PrincipalTag/agent}}-*"
_PLAN = allow(Action=PAY, Resource=managers("pm-plan-*"))
_HERE = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}

Case = tuple[str, tuple[Json, ...], str]  # its name, the statements of a role, the verdict
# Never both CreatePaymentSession and ProcessPayment on one manager.
_SEPARATION: tuple[Case, ...] = (
    (
        "a wildcard in the action breaks it, for all managers but one",
        (allow(Action="bedrock-agentcore:*Payment*"), deny(Action=PAY, Resource=SHOP)),
        REFUTED,
    ),
    (
        "disjoint managers",
        (
            allow(Action=OPEN, Resource=managers("shop-*")),
            allow(Action=PAY, Resource=managers("till-*")),
        ),
        PROVED,
    ),
    (
        "a tag of the manager says which",
        (
            allow(Action=OPEN, Condition=_SESSIONS),
            allow(Action=PAY, Condition={"StringEquals": {"aws:ResourceTag/duty": "pay"}}),
        ),
        PROVED,
    ),
    (
        "a tag of the manager says which, and the role may change it",
        (
            allow(Action=OPEN, Condition=_SESSIONS),
            allow(Action=PAY, Condition={"StringEquals": {"aws:ResourceTag/duty": "pay"}}),
            allow(Action="bedrock-agentcore:TagResource"),
        ),
        REFUTED,
    ),
    (
        "denied by tag, and managers without it",
        (
            allow(Action=_BOTH),
            deny(Action=PAY, Condition=_SESSIONS),
            deny(
                Action=OPEN,
                Condition={
                    "StringNotEquals": {"aws:ResourceTag/duty": "session"},
                    "Null": {"aws:ResourceTag/duty": "false"},
                },
            ),
        ),
        REFUTED,
    ),
    (
        "a variable in the resource, its tag free",
        (allow(Action=OPEN, Resource=_OF_AGENT), _PLAN),
        REFUTED,
    ),
    (
        "a variable in the resource, its tag pinned",
        (
            allow(
                Action=OPEN,
                Resource=_OF_AGENT,
                Condition={"StringEquals": {"aws:PrincipalTag/agent": "shop"}},
            ),
            _PLAN,
        ),
        PROVED,
    ),
    (
        "a variable in the resource, its tag limited by a Deny",
        (
            allow(Action=OPEN, Resource=_OF_AGENT),
            _PLAN,
            deny(Condition={"StringNotLike": {"aws:PrincipalTag/agent": ["shop*", "till"]}}),
        ),
        PROVED,
    ),
    (
        "conditions on all values, and no value at all",
        (
            allow(
                Action=OPEN,
                Condition={"ForAllValues:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}},
            ),
            allow(
                Action=PAY,
                Condition={"ForAllValues:StringEquals": {"aws:CalledVia": "glue.amazonaws.com"}},
            ),
        ),
        REFUTED,
    ),
    (
        "eight overlapping patterns denied",
        (
            allow(Action=_BOTH),
            *(
                deny(Action=PAY, Resource=managers(f"*{one}*{other}*"))
                for one, other in ("ab", "cd", "ef", "gh", "ij", "kl", "mn", "op")
            ),
        ),
        REFUTED,
    ),
    (
        "denials that together cover what is allowed",
        (
            allow(Action=_BOTH, Resource=managers("a*")),
            deny(Action=PAY, Resource=managers("a")),
            deny(Action=PAY, Resource=managers("a?*")),
        ),
        PROVED,
    ),
    ("both in one region", (allow(Condition=_HERE),), REFUTED),
    (
        "each in a region of its own",
        (
            allow(Action=OPEN, Condition=_HERE),
            allow(Action=PAY, Condition={"StringNotLike": {"aws:RequestedRegion": "us-*"}}),
        ),
        PROVED,
    ),
    (
        "both in one account",
        (allow(Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}}),),
        REFUTED,
    ),
)
# Whether ProcessPayment is ever allowed: refuted if it is.
_REACH: tuple[Case, ...] = (
    (
        "contradictory addresses, dates and numbers",
        (
            allow(
                Action=PAY,
                Condition={
                    "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "300"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                },
            ),
            deny(Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}}),
            allow(
                Action=PAY,
                Condition={
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "10"},
                    "NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "10"},
                },
            ),
            allow(
                Action=PAY,
                Condition={
                    "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-06-01"},
                },
            ),
        ),
        PROVED,
    ),
    (
        "an ARN of four fields, compared field by field",
        (allow(Action=PAY, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:*"}}),),
        PROVED,
    ),
    (
        "an ARN of four fields, compared as text",
        (allow(Action=PAY, Condition={"StringLike": {"aws:SourceArn": "arn:aws:s3:*"}}),),
        REFUTED,
    ),
    (
        "NotAction, and a key that is absent without MFA",
        (
            allow(NotAction="iam:*"),
            deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        ),
        REFUTED,
    ),
)
# Confined to one manager.
_CONFINEMENT: tuple[Case, ...] = (
    (
        "everything but the manager is denied",
        (allow(), deny(NotResource=[SHOP, f"{SHOP}/*"])),
        PROVED,
    ),
    (
        "the denial spares more than the manager",
        (allow(), deny(NotResource=f"{SHOP[:-4]}*")),
        REFUTED,
    ),
)


def _layered() -> Role:
    """Return a role whose layers let it do both, but never on one manager."""
    every, both = policy(allow()), policy(allow(Action=_BOTH, Resource=managers("*-*")))
    return Role(
        (policy(allow(Action="bedrock-agentcore:*")),),
        boundary=(policy(allow(Action="bedrock-agentcore:*Payment*", Resource=managers("*"))),),
        session=(policy(allow(Action=_BOTH, Resource=managers("shop-*", "till-*"))),),
        scps=(
            (every,),
            (
                policy(allow(Action=OPEN), allow(Action=PAY, Resource=managers("till-*"))),
                policy(deny(Action=OPEN, NotResource=managers("shop-*"))),
            ),
            (both,),
        ),
    )


def questions() -> list[Asked]:
    """Return the questions, in a fixed order."""
    separated = [(name, role(*said), verdict) for name, said, verdict in _SEPARATION]
    many = many_statements()
    separated += (
        ("boundary, session policy and SCPs", _layered(), PROVED),
        ("ten statements", typical(), PROVED),
        ("200 statements", many, PROVED),
        ("200 statements, one wider", widened(many), REFUTED),
    )
    return [
        *(Asked(f"separation: {n}", NEVER_BOTH, (one,), (OPEN, PAY), v) for n, one, v in separated),
        *(Asked(f"reach: {n}", IMPLIES, (role(*said), NOBODY), (PAY,), v) for n, said, v in _REACH),
        *(
            Asked(f"confinement: {n}", CONFINED_TO, (role(*s),), (SHOP,), v)
            for n, s, v in _CONFINEMENT
        ),
        *_comparisons(many),
    ]


def _comparisons(many: Role) -> Iterable[Asked]:
    """Yield questions about new access, over every action on payment managers."""
    actions = manager_actions()
    shop, wider, other, letter = (
        role(allow(Resource=managers(name))) for name in ("shop-*", "shop*", "?1*", "a*")
    )
    everywhere = role(allow(Resource="arn:aws:bedrock-agentcore:*"))._replace(arn=ROLE)
    here = role(allow(Resource=managers("*")))._replace(arn=ROLE)
    for name, new, old, verdict in (
        ("narrower", shop, wider, PROVED),
        ("another letter", other, letter, REFUTED),
        ("more regions, of a role of a known account", everywhere, here, REFUTED),
        ("200 statements, said otherwise", rewritten(many), many, PROVED),
        ("200 statements, one wider", widened(many), many, REFUTED),
    ):
        yield Asked(f"new access: {name}", IMPLIES, (new, old), actions, verdict)
