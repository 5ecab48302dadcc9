"""A first try without an account: the documented role of each persona, in the emulator's IAM."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.credentials import ReadOnlyCredentials
from botocore.session import Session

from payguard.emulator import Emulator
from payguard.emulator.emulator import bare_session
from payguard.smoke.connection import Asker
from payguard.smoke.target import USER_ID, Target
from payguard_policies.named_tuple import NamedTuple
from payguard_policies.roles import Parameters, contract, permissions, trust

NOTE = (
    "Answered by payguard's emulator on loopback, not by AWS: the documented role of each persona, "
    "made there."
)
_MANAGER = "shop"


class Rehearsal(NamedTuple):
    """What can be asked while the emulator runs.

    Attributes:
        targets: one for each persona.
        asker: the emulator's first user, who may assume what lets the account in.
        session: of botocore's, without anything of the user's.
    """

    targets: tuple[Target, ...]
    asker: Asker
    session: Session


@contextmanager
def rehearsal(
    personas: Sequence[str], user_id: str = USER_ID, agent_name: str = ""
) -> Iterator[Rehearsal]:
    """Run the emulator with a payment manager and a role of each persona.

    Args:
        personas: whose roles are made.
        user_id: as in ``Target``.
        agent_name: as in ``Target``.
    """
    with Emulator() as emulator:
        manager = emulator.create_manager(_MANAGER)
        parameters = Parameters(
            manager_arns=(manager,),
            service_role_arn=f"arn:aws:iam::{emulator.account}:role/{_name('resource-retrieval')}",
        )
        iam = emulator.client("iam")
        targets = tuple(
            Target(
                manager,
                _make(iam, persona, parameters),
                persona,
                user_id=user_id,
                agent_name=agent_name,
                endpoint_url=emulator.url,
                sts_endpoint_url=emulator.url,
            )
            for persona in personas
        )
        keys = emulator.credentials
        asker = Asker(ReadOnlyCredentials(keys.access_key_id, keys.secret, None))
        yield Rehearsal(targets, asker, bare_session())


def _make(iam: Any, persona: str, parameters: Parameters) -> str:
    """Create the documented role of a persona, and return its ARN."""
    name = _name(persona)
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(persona, parameters))
    )
    iam.put_role_policy(
        RoleName=name,
        PolicyName="payments",
        PolicyDocument=json.dumps(permissions(persona, parameters)),
    )
    return str(made["Role"]["Arn"])


def _name(persona: str) -> str:
    """Return what AWS calls the role of a persona, or for one of ours the like."""
    return contract(persona).aws_role or f"{persona.title().replace('-', '')}Role"
