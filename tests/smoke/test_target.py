"""Inputs are checked on the spot, before anything is called."""

from typing import Any

import pytest

from payguard.smoke.target import DEADLINE, USER_ID, Target, problems
from smoke.scripted import MANAGER, ROLE

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"manager_arn": ""}, "--manager-arn"),
    ({"manager_arn": "arn:aws:bedrock:us-east-1:999988887777:payment-manager/x"}, "service"),
    ({"manager_arn": MANAGER.replace("shop", "Shop")}, "--manager-arn"),
    ({"manager_arn": f"{MANAGER}\n{MANAGER}"}, "--manager-arn"),
    ({"manager_arn": MANAGER.replace("us-east-1", "*")}, "--manager-arn"),
    ({"role_arn": "arn:aws:iam::999988887777:user/x"}, "--role-arn"),
    ({"role_arn": "arn:aws:iam::9999:role/x"}, "--role-arn"),
    ({"connector_id": "My_Connector"}, "--connector-id"),
    ({"user_id": "x" * 121}, "--user-id"),
    ({"user_id": "jane\r\nX-Evil: 1"}, "--user-id"),
    ({"user_id": "jané"}, "--user-id"),
    ({"agent_name": "x" * 257}, "--agent-name"),
    ({"agent_name": "a\nb"}, "--agent-name"),
    ({"region": "everywhere"}, "--region"),
    ({"endpoint_url": "localhost:4566"}, "--endpoint-url"),
    ({"endpoint_url": "ftp://localhost"}, "--endpoint-url"),
    ({"endpoint_url": "http://user:secret@localhost"}, "--endpoint-url"),
    ({"endpoint_url": "http://localhost:99999"}, "--endpoint-url"),
    ({"sts_endpoint_url": "file:///etc/passwd"}, "--sts-endpoint-url"),
    ({"external_id": "x"}, "--external-id"),
    ({"external_id": "between-us", "role_arn": ""}, "--external-id"),
]


def target(**changes: Any) -> Target:
    return Target(**{"manager_arn": MANAGER, "role_arn": ROLE, **changes})


def test_a_target_that_is_right_has_no_problem() -> None:
    url = "https://vpce-1.bedrock-agentcore.us-east-1.vpce.amazonaws.com"
    assert list(problems(target(endpoint_url=url, connector_id="coinbase-a1b2c3d4e5"))) == []


@pytest.mark.parametrize(("changes", "told"), WRONG, ids=[str(changes) for changes, _ in WRONG])
def test_a_wrong_input_is_named(changes: dict[str, Any], told: str) -> None:
    found = list(problems(target(**changes)))
    assert told in "\n".join(found)
    assert not any("secret" in text for text in found)


def test_what_is_left_out_has_the_documented_value() -> None:
    found = Target(MANAGER)
    assert (found.user_id, found.asked_region) == (USER_ID, "us-east-1")
    assert found.manager_id == "shop-a1b2c3d4e5"
    assert found.who == "the credentials at hand"
    assert DEADLINE == 30
