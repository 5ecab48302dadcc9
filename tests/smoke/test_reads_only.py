"""Only read calls are ever made: whatever asks for another is refused before it is sent."""

import threading

import boto3
import pytest

from payguard.smoke.connection import CONTROL, DATA, READS, STS, Asker, Connections
from payguard.smoke.patience import Patience, deadline
from payguard.smoke.probe import Pace, Probe
from payguard.smoke.trouble import Refused
from smoke.conftest import target_of
from smoke.scripted import MANAGER, Scripted, listed

# What each of them needs, so that botocore would send it.
OTHERS = [
    (DATA, "ProcessPayment", {}),
    (DATA, "CreatePaymentSession", {"paymentManagerArn": MANAGER, "expiryTimeInMinutes": 15}),
    (DATA, "DeletePaymentSession", {"paymentManagerArn": MANAGER, "paymentSessionId": "x"}),
    (DATA, "GetPaymentSession", {"paymentManagerArn": MANAGER, "paymentSessionId": "x"}),
    (CONTROL, "DeletePaymentManager", {"paymentManagerId": "shop-a1b2c3d4e5"}),
    (CONTROL, "UpdatePaymentManager", {"paymentManagerId": "shop-a1b2c3d4e5"}),
    (STS, "GetCallerIdentity", {}),
    (STS, "GetFederationToken", {"Name": "x"}),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), OTHERS)
def test_no_other_call_leaves_the_machine(
    server: Scripted,
    connections: Connections,
    service: str,
    operation: str,
    parameters: dict[str, object],
) -> None:
    assert (service, operation) not in READS
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    with pytest.raises(Refused):
        connections.call(
            service,
            operation,
            parameters,
            region="us-east-1",
            endpoint_url=server.url,
            asker=Asker(credentials.get_frozen_credentials()),
            until=deadline(5),
        )
    assert server.requests == []


def test_every_request_of_a_whole_run_only_reads(
    server: Scripted, connections: Connections
) -> None:
    for api in ("ListPaymentInstruments", "ListPaymentSessions"):
        server.says(api, listed(api, 3, "next"), listed(api, 3), listed(api))
    probe = Probe(connections, Patience(threading.Event(), lambda: 0.0), Pace(20))
    for persona in ("management", "process-payment", "resource-retrieval"):
        probe.ask(target_of(server.url, persona=persona))
    probe.ask(target_of(server.url, role_arn=""))
    sent = {(asked.method, asked.path, asked.operation) for asked in server.requests}
    assert sent == {
        ("POST", "/", "AssumeRole"),
        ("GET", "/payments/managers/shop-a1b2c3d4e5", "GetPaymentManager"),
        ("POST", "/payments/listPaymentInstruments", "ListPaymentInstruments"),
        ("POST", "/payments/listPaymentSessions", "ListPaymentSessions"),
    }
