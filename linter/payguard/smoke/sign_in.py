"""Credentials: those at hand, and those of assumed roles, each asked for once in a run."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import boto3
from botocore.exceptions import NoCredentialsError

from payguard.iam.document import RESOURCE, TRUST
from payguard.quotation import quote
from payguard.smoke.connection import ASSUME_ROLE, STS, Asker, Connections
from payguard.smoke.patience import Deadline, Patience
from payguard.smoke.target import Target
from payguard.smoke.trouble import of_credentials, trouble
from payguard.smoke.verdict import OF_THE_CALLER, Outcome, Trouble
from payguard_policies.named_tuple import NamedTuple

_SESSION_NAME = "payguard-smoke"
_SECONDS = 900  # the shortest that STS hands out
_ACTION = "sts:AssumeRole"


ANY = object()


class Once:
    """Answers that several threads want, each worked out by the first that asks.

    The others wait for it, no longer than their own deadline.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, until: Deadline, work_out: Callable[[], Any]) -> Any:
        """Return the answer for a key.

        Raises:
            TimeoutError: another thread is still at it when the time is up.
        """
        with self._lock:
            mine = key not in self._found
            future = self._found.setdefault(key, Future())
        if mine:
            try:
                future.set_result(work_out())
            except BaseException as error:
                with self._lock:
                    del self._found[key]
                future.set_exception(error)
                raise
        return future.result(timeout=max(0.0, until.remaining))

    def forget(self, key: Hashable, answer: Any = ANY) -> None:
        """Drop an answer that serves no more; one that is given, unless there is a newer one."""
        with self._lock:
            future = self._found.get(key)
            if future is None or not future.done():
                return
            if answer is ANY or future.result() is answer:
                del self._found[key]


class SignedIn(NamedTuple):
    """As whom to ask, or why that is not possible; and with how many requests it was found out."""

    asker: Asker | None
    trouble: Trouble | None = None
    attempts: int = 0


class SignIn:
    """Hands out credentials for targets; any thread may ask.

    Args:
        connections: the clients.
        patience: asks again where that may help.
        at_hand: as whom to ask, instead of the profiles and the default chain; None for those.
    """

    def __init__(
        self, connections: Connections, patience: Patience, at_hand: Asker | None = None
    ) -> None:
        self._connections, self._patience, self._at_hand = connections, patience, at_hand
        self._once = Once()
        self._own = threading.Lock()
        self._chains: dict[str, Any] = {}

    def base(self, target: Target, until: Deadline) -> SignedIn:
        """Return the credentials at hand; they refresh themselves, where they can.

        Raises:
            TimeoutError: the time is up, and another thread is still looking for them.
        """
        if self._at_hand is not None:
            return SignedIn(self._at_hand)
        # botocore's providers are not made for threads, and one may wait for a program.
        if not self._own.acquire(timeout=max(0.0, until.remaining)):
            raise TimeoutError
        try:
            return SignedIn(Asker(self._chain(target.profile).get_frozen_credentials()))
        except Exception as error:  # noqa: BLE001  a provider may raise anything
            return SignedIn(None, of_credentials(error))
        finally:
            self._own.release()

    def _chain(self, profile: str) -> Any:
        """Return the credentials of a profile, or of the default chain for an empty name."""
        if profile not in self._chains:
            found = boto3.Session(profile_name=profile or None).get_credentials()
            if found is None:
                raise NoCredentialsError
            self._chains[profile] = found
        return self._chains[profile]

    def role(self, target: Target, until: Deadline) -> SignedIn:
        """Assume the role of a target with the credentials at hand.

        Raises:
            TimeoutError: the time is up.
        """
        found: SignedIn = self._once.get(_key(target), until, lambda: self._assume(target, until))
        if found.trouble is not None and not found.trouble.final:
            self._once.forget(_key(target), found)  # the next target may have more luck
        return found

    def again(self, target: Target, stale: SignedIn, until: Deadline) -> SignedIn:
        """Assume the role once more: its credentials have expired."""
        self._once.forget(_key(target), stale)
        return self.role(target, until)

    def forget(self, target: Target) -> None:
        """Let the role of a target be assumed anew, unless somebody is at it."""
        self._once.forget(_key(target))

    def _assume(self, target: Target, until: Deadline) -> SignedIn:
        base = self.base(target, until)
        if base.asker is None:
            return base
        asker = base.asker
        parameters: dict[str, Any] = {
            "RoleArn": target.role_arn,
            "RoleSessionName": _SESSION_NAME,
            "DurationSeconds": _SECONDS,
        }
        if target.external_id:
            parameters["ExternalId"] = target.external_id
        secrets = self._connections.secrets
        secrets.add((target.external_id,))
        done = self._patience.ask(
            lambda: self._connections.call(
                STS,
                ASSUME_ROLE,
                parameters,
                region=target.asked_region,
                endpoint_url=target.sts_endpoint_url,
                asker=asker,
                until=until,
            ),
            lambda error: trouble(error, _ACTION, secrets),
            until,
        )
        if done.trouble is not None:
            return SignedIn(None, _refused(done.trouble, target), done.made)
        return SignedIn(_assumed(done.value), None, done.made)


def _key(target: Target) -> Hashable:
    return (
        target.role_arn,
        target.external_id,
        target.profile,
        target.asked_region,
        target.sts_endpoint_url,
    )


def _assumed(answer: dict[str, Any]) -> Asker:
    from botocore.credentials import ReadOnlyCredentials  # noqa: PLC0415  beside its only use

    given = answer["Credentials"]
    return Asker(
        ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    )


def _refused(found: Trouble, target: Target) -> Trouble:
    """Return what it means that a role was not assumed."""
    named = quote(target.role_arn)
    if found.outcome in {Outcome.DENIED_BY_IAM, Outcome.DENIED_OTHERWISE}:
        mend = (
            "the trust policy of the role must let the caller in, and the caller's own policies "
            "must allow sts:AssumeRole on it"
        )
        layer = found.denial.layer if found.denial else ""
        return replace(
            found,
            outcome=Outcome.NOT_ASSUMABLE,
            kind="" if layer in {"", RESOURCE, TRUST} else OF_THE_CALLER,
            says=f"the role {named} cannot be assumed: {found.says}",
            mend=found.mend or mend,
        )
    return replace(found, says=f"the role {named} was not assumed: {found.says}")
