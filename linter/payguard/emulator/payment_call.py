"""One call of a payments operation, as its handler sees it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from payguard.emulator.account import Account
from payguard.emulator.failure import ServiceError, invalid, not_found
from payguard.emulator.identity import Identity
from payguard.emulator.ledger import Connector, Ledger, Manager
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

Result = Mapping[str, Any]


class PaymentCall(NamedTuple):
    """A call that has been authenticated and checked.

    Attributes:
        input: keeps to the model.
        ledger: what there is; its lock is held.
        account: whose roles there are.
        caller: None for the bearer of a token, who is no identity of IAM's.
        user_id: of the token, where there is one, else of the header; empty for neither.
        now: in UTC.
    """

    input: Mapping[str, Any]
    ledger: Ledger
    account: Account
    caller: Identity | None
    user_id: str
    now: dt.datetime

    @property
    def manager(self) -> Manager:
        """The manager that the call names, by ARN or by ID.

        Raises:
            ServiceError: There is none. The lists have no ResourceNotFoundException.
        """
        arn, id_ = self.input.get("paymentManagerArn"), self.input.get("paymentManagerId", "")
        found = self.ledger.manager(arn) if arn else self.ledger.managers.get(id_)
        if found is None:
            raise not_found(f"Payment manager not found: {arn or id_}")
        return found

    @property
    def user(self) -> str:
        """The user on whose behalf it is.

        AWS says that it scopes what it returns by the user, and not what it does without one. Here
        nothing crosses users: without one the call is refused.

        Raises:
            ServiceError: The call names none.
        """
        if not self.user_id:
            raise invalid(
                "userId is required for a payment manager with AWS_IAM authorization: send the "
                f"header {header('userId')}"
            )
        return self.user_id

    def connector(self, manager: Manager) -> Connector:
        """Return the connector that the call names.

        Raises:
            ServiceError: The manager has none of that ID.
        """
        id_ = str(self.input["paymentConnectorId"])
        found = manager.connectors.get(id_)
        if found is None:
            raise not_found(f"Payment connector not found: {id_}")
        return found


def header(member: str) -> str:
    """Return the header of a member that all calls of the data plane have."""
    return catalog.operations("data")["ListPaymentSessions"].inputs[member].wire_name


Handler = Callable[[PaymentCall], Result]


def as_invalid(failure: ServiceError) -> ServiceError:
    """Return a failure to find something in the one form that the lists have for it."""
    return invalid(failure.message) if failure.status == 404 else failure
