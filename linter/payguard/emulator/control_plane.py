"""The control plane: payment managers, their connectors, and credential providers.

What takes AWS a while is done at once here: the answers say READY, and what is deleted is gone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard.emulator.access import trusts_service
from payguard.emulator.failure import conflict, invalid, not_emulated, not_found
from payguard.emulator.ledger import Connector, Manager, Provider, tail
from payguard.emulator.page import Page, cut
from payguard.emulator.payment_call import Handler, PaymentCall, Result
from payguard.emulator.payment_resource import PROVIDER, coming
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE
from payguard_policies.roles import contract

_READY, _DELETING = "READY", "DELETING"
# The configuration of a vendor: its name in an input, in a connector, and the secrets it has.
# Each secret: its name in the input, and of the member that says where it is kept.
_VENDORS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "CoinbaseCDP": (
        "coinbaseCdpConfiguration",
        "coinbaseCDP",
        {"apiKeySecret": "apiKeySecretArn", "walletSecret": "walletSecretArn"},
    ),
    "StripePrivy": (
        "stripePrivyConfiguration",
        "stripePrivy",
        {"appSecret": "appSecretArn", "authorizationPrivateKey": "authorizationPrivateKeyArn"},
    ),
}


def _create_manager(call: PaymentCall) -> Result:
    given = call.input
    name = given["name"]
    if any(item.name.lower() == name.lower() for item in call.ledger.managers.values()):
        raise conflict(f"A payment manager with the name {name} already exists")
    _check_authorizer(given["authorizerType"], given.get("authorizerConfiguration"))
    _check_service_role(call, given["roleArn"], name)
    found = call.ledger.add_manager(
        name,
        given["roleArn"],
        authorizer=given["authorizerType"],
        authorizer_configuration=given.get("authorizerConfiguration"),
        description=given.get("description"),
        key_arn=given.get("kmsKeyArn"),
        tags=given.get("tags"),
    )
    return _manager(call, found)


def _check_authorizer(type_: str, configuration: Any) -> None:
    if (type_ == "CUSTOM_JWT") != (configuration is not None):
        raise invalid(
            "authorizerConfiguration is required for the authorizer type CUSTOM_JWT, and has no "
            "place beside AWS_IAM"
        )


def _check_service_role(call: PaymentCall, arn: str, name: str) -> None:
    """Check what AWS checks of the service role, as far as its trust policy goes."""
    owner = arn.split(":")[4]
    if not owner:
        raise invalid("roleArn must contain a valid account ID")
    if owner != call.account.id:
        raise invalid("roleArn must belong to your account")
    role = call.account.role(arn)
    context = {
        "aws:SourceAccount": call.account.id,
        "aws:SourceArn": coming(call.ledger, "CreatePaymentManager", name),
    }
    trust = role and str(role.assume_role_policy_document)
    if not trust or not any(trusts_service(trust, arn, who, context) for who in _principals(call)):
        raise invalid("Role validation failed")


def _principals(call: PaymentCall) -> Iterator[str]:
    """Yield the names by which a trust policy may name the service; either is accepted."""
    for name in contract("resource-retrieval").trust.services:
        yield name.replace("<region>", call.ledger.region)


def _manager(call: PaymentCall, found: Manager) -> dict[str, Any]:
    identity = call.ledger.arn(f"workload-identity-directory/default/workload-identity/{found.id}")
    return {
        **_manager_summary(found),
        "authorizerConfiguration": found.authorizer_configuration,
        "workloadIdentityDetails": {"workloadIdentityArn": identity},
        "tags": found.tags,
    }


def _manager_summary(found: Manager) -> dict[str, Any]:
    return {
        "paymentManagerArn": found.arn,
        "paymentManagerId": found.id,
        "name": found.name,
        "description": found.description,
        "authorizerType": found.authorizer,
        "roleArn": found.role_arn,
        "status": _READY,
        "createdAt": found.created,
        "lastUpdatedAt": found.updated,
        "kmsKeyArn": found.key_arn,
    }


def _get_manager(call: PaymentCall) -> Result:
    return _manager(call, call.manager)


def _list_managers(call: PaymentCall) -> Result:
    found, token = cut(list(call.ledger.managers.values()), _page(call, "managers"))
    return {"paymentManagers": [_manager_summary(item) for item in found], "nextToken": token}


def _page(call: PaymentCall, *of: str) -> Page:
    return Page(of, call.input.get("maxResults"), call.input.get("nextToken"))


def _update_manager(call: PaymentCall) -> Result:
    given, found = call.input, call.manager
    if "roleArn" in given:
        _check_service_role(call, given["roleArn"], found.name)
    type_ = given.get("authorizerType", found.authorizer)
    kept = found.authorizer_configuration if type_ == found.authorizer else None
    configuration = given.get("authorizerConfiguration", kept)
    _check_authorizer(type_, configuration)
    found.authorizer, found.authorizer_configuration = type_, configuration
    found.role_arn = given.get("roleArn", found.role_arn)
    found.description = given.get("description", found.description)
    found.key_arn = given.get("kmsKeyArn", found.key_arn)
    found.updated = call.now
    return _manager(call, found)


def _delete_manager(call: PaymentCall) -> Result:
    found = call.manager
    if found.connectors:
        raise conflict(f"Payment manager {found.id} still has payment connectors")
    del call.ledger.managers[found.id]
    return {"status": _DELETING, "paymentManagerId": found.id}


def _create_connector(call: PaymentCall) -> Result:
    given, manager = call.input, call.manager
    if given.get("provisionMode") == "QUICK_CREATE":
        raise not_emulated("QUICK_CREATE, which needs the vendor's own pages")
    name, type_ = given["name"], given["type"]
    if any(item.name == name for item in manager.connectors.values()):
        raise conflict(f"A payment connector with the name {name} already exists")
    configurations = given["credentialProviderConfigurations"]
    _check_provider(call, type_, configurations)
    found = call.ledger.add_connector(
        manager, name, type_, configurations, given.get("description")
    )
    return {**_connector(found), "paymentManagerId": manager.id}


def _check_provider(call: PaymentCall, type_: str, configurations: list[Any]) -> None:
    """Check that a connector names one credential provider, of its vendor, that there is."""
    _, member, _ = _VENDORS[type_]
    arns = [item[member]["credentialProviderArn"] for item in configurations if member in item]
    if len(arns) != 1:
        raise invalid(
            f"A {type_} connector needs one credential provider configuration of its type"
        )
    provider = call.ledger.providers.get(arns[0].rpartition("/")[2])
    if (
        provider is None
        or provider.vendor != type_
        or arns[0] not in _provider_arns(call, provider)
    ):
        raise not_found(f"Payment credential provider not found: {arns[0]}")


def _connector(found: Connector) -> dict[str, Any]:
    return {
        **_connector_summary(found),
        "description": found.description,
        "credentialProviderConfigurations": found.configurations,
        "createdAt": found.created,
    }


def _connector_summary(found: Connector) -> dict[str, Any]:
    return {
        "paymentConnectorId": found.id,
        "name": found.name,
        "type": found.type,
        "provisionMode": "MANUAL",
        "status": _READY,
        "lastUpdatedAt": found.updated,
    }


def _get_connector(call: PaymentCall) -> Result:
    return _connector(call.connector(call.manager))


def _list_connectors(call: PaymentCall) -> Result:
    manager = call.ledger.managers.get(call.input["paymentManagerId"])
    if manager is None:
        raise invalid(f"Payment manager not found: {call.input['paymentManagerId']}")
    page = _page(call, "connectors", manager.id)
    found, token = cut(list(manager.connectors.values()), page)
    return {"paymentConnectors": [_connector_summary(item) for item in found], "nextToken": token}


def _update_connector(call: PaymentCall) -> Result:
    given, manager = call.input, call.manager
    found = call.connector(manager)
    type_ = given.get("type", found.type)
    configurations = given.get("credentialProviderConfigurations", found.configurations)
    _check_provider(call, type_, configurations)
    found.type, found.configurations = type_, configurations
    found.description = given.get("description", found.description)
    found.updated = call.now
    return {**_connector(found), "paymentManagerId": manager.id}


def _delete_connector(call: PaymentCall) -> Result:
    manager = call.manager
    found = call.connector(manager)
    if any(item.connector_id == found.id for item in manager.instruments.values()):
        raise conflict(f"Payment connector {found.id} still has payment instruments")
    del manager.connectors[found.id]
    return {"status": _DELETING, "paymentConnectorId": found.id}


def _create_provider(call: PaymentCall) -> Result:
    given, name = call.input, call.input["name"]
    if name in call.ledger.providers:
        raise conflict(f"A payment credential provider with the name {name} already exists")
    vendor = given["credentialProviderVendor"]
    output = _without_secrets(call, name, vendor, given["providerConfigurationInput"])
    number, tags = call.ledger.next_number(), dict(given.get("tags") or {})
    found = Provider(number, name, vendor, output, tags, call.now, call.now)
    call.ledger.providers[name] = found
    return _provider(call, found)


def _without_secrets(
    call: PaymentCall, name: str, vendor: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a vendor's configuration with the places of its secrets instead of the secrets.

    The places have the form that AWS gives them; nothing is kept there.
    """
    member, _, secrets = _VENDORS[vendor]
    if member not in given:
        raise invalid(f"The vendor {vendor} needs {member}")
    configuration = given[member]
    found = {
        key: value
        for key, value in configuration.items()
        if key not in secrets and not key.endswith(("Config", "Source"))
    }
    for secret, arn in secrets.items():
        external = configuration.get(f"{secret}Config")
        source = configuration.get(f"{secret}Source", "EXTERNAL" if external else "MANAGED")
        if source == "EXTERNAL" and not external:
            raise invalid(f"{secret}Config is required where {secret}Source is EXTERNAL")
        if source == "MANAGED" and not configuration.get(secret):
            raise invalid(f"{secret} is required where {secret}Source is MANAGED")
        found[f"{secret}Source"] = source
        found[arn] = {"secretArn": _secret_arn(call, name, vendor, secret, external)}
        if source == "EXTERNAL":
            found[f"{secret}JsonKey"] = external["jsonKey"]
    return {member: found}


def _secret_arn(call: PaymentCall, name: str, vendor: str, secret: str, external: Any) -> str:
    if external and external["secretId"].startswith("arn:"):
        return str(external["secretId"])
    partition, _, region, account = call.ledger.arn("").split(":")[1:5]
    vault = f"{PAYMENTS_SERVICE}-identity!default/payment/{vendor.lower()}"
    secret_name = external["secretId"] if external else f"{vault}/{name}/{secret.lower()}"
    return f"arn:{partition}:secretsmanager:{region}:{account}:secret:{secret_name}-{tail(6)}"


def provider_arn(call: PaymentCall, name: str) -> str:
    """Return the ARN by which policies name a credential provider."""
    return call.ledger.arn(f"{PROVIDER}/{name}")


def _provider_arns(call: PaymentCall, found: Provider) -> tuple[str, str]:
    """Return both ARNs that AWS writes: the service's answers say acps, its pages say not."""
    arn = provider_arn(call, found.name)
    return arn, arn.replace(f":{PAYMENTS_SERVICE}:", f":{CREDENTIAL_SERVICE}:", 1)


def _provider(call: PaymentCall, found: Provider) -> dict[str, Any]:
    return {
        "name": found.name,
        "credentialProviderVendor": found.vendor,
        "credentialProviderArn": _provider_arns(call, found)[1],
        "providerConfigurationOutput": found.output,
        "createdTime": found.created,
        "lastUpdatedTime": found.updated,
        "tags": found.tags,
    }


def _find_provider(call: PaymentCall) -> Provider:
    found = call.ledger.providers.get(call.input["name"])
    if found is None:
        raise not_found(f"Payment credential provider not found: {call.input['name']}")
    return found


def _get_provider(call: PaymentCall) -> Result:
    return _provider(call, _find_provider(call))


def _list_providers(call: PaymentCall) -> Result:
    found, token = cut(list(call.ledger.providers.values()), _page(call, "providers"))
    return {"credentialProviders": [_provider(call, item) for item in found], "nextToken": token}


def _update_provider(call: PaymentCall) -> Result:
    given, found = call.input, _find_provider(call)
    vendor = given["credentialProviderVendor"]
    if vendor != found.vendor:
        raise invalid("The vendor of a payment credential provider cannot be changed")
    found.output = _without_secrets(call, found.name, vendor, given["providerConfigurationInput"])
    found.updated = call.now
    return _provider(call, found)


def _delete_provider(call: PaymentCall) -> Result:
    found = _find_provider(call)
    arns = _provider_arns(call, found)
    used = (
        item for manager in call.ledger.managers.values() for item in manager.connectors.values()
    )
    if any(_names(connector, arns) for connector in used):
        raise conflict(f"Payment credential provider {found.name} is used by a payment connector")
    del call.ledger.providers[found.name]
    return {}


def _names(connector: Connector, arns: tuple[str, ...]) -> bool:
    return any(
        value["credentialProviderArn"] in arns
        for item in connector.configurations
        for value in item.values()
    )


HANDLERS: Mapping[str, Handler] = {
    "CreatePaymentManager": _create_manager,
    "GetPaymentManager": _get_manager,
    "ListPaymentManagers": _list_managers,
    "UpdatePaymentManager": _update_manager,
    "DeletePaymentManager": _delete_manager,
    "CreatePaymentConnector": _create_connector,
    "GetPaymentConnector": _get_connector,
    "ListPaymentConnectors": _list_connectors,
    "UpdatePaymentConnector": _update_connector,
    "DeletePaymentConnector": _delete_connector,
    "CreatePaymentCredentialProvider": _create_provider,
    "GetPaymentCredentialProvider": _get_provider,
    "ListPaymentCredentialProviders": _list_providers,
    "UpdatePaymentCredentialProvider": _update_provider,
    "DeletePaymentCredentialProvider": _delete_provider,
}
