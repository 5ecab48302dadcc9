"""Each argument by itself: what it takes, whatever the others are."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from payguard import identifiers
from payguard.iam.document import BOUNDARY, parse_policy
from payguard.iam.parameter import check_passed_role, check_principal, check_secret
from payguard.identifiers import ERROR, Problem, arn_field, parse_arn
from payguard.identifiers.glob import is_glob
from payguard.identifiers.shape import from_model
from payguard.quotation import quote
from payguard.sources import json_text
from payguard_policies import catalog
from payguard_pulumi.argument import PRINCIPALS, SEPARATIONS, ArgumentError, is_known

_MOST_TAGS = 50  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
# 10,240 characters are the most that a role's policies have, and an ARN has twenty at least.
_MOST_ARNS = 500
_PLACES = ("partition", "region")

# Takes the property path of a value, and the value; raises ArgumentError if it is not fit.
Check = Callable[[str, Any], None]


def _texts(check: Check) -> Check:
    """Return a check of a list: it is one, is not empty, and each entry passes ``check``."""

    def checked(path: str, value: Any) -> None:
        if not is_known(value) and not isinstance(value, list | tuple):
            return
        if not isinstance(value, list | tuple):
            raise ArgumentError(path, f"expected a list, found {kind(value)}")
        if not value:
            raise ArgumentError(path, "the list is empty: leave it out or name at least one")
        if len(value) > _MOST_ARNS:
            raise ArgumentError(
                path, f"{len(value):,} ARNs; no policy that IAM takes holds {_MOST_ARNS}"
            )
        for number, entry in enumerate(value):
            check(f"{path}[{number}]", entry)
        seen = Counter(entry for entry in value if isinstance(entry, str))
        twice = next((entry for entry, times in seen.items() if times > 1), None)
        if twice is not None:
            raise ArgumentError(path, f"{quote(twice)} stands in it twice")

    return checked


def _text(check: Check) -> Check:
    """Return a check of a text: it is one, is not empty, and passes ``check``."""

    def checked(path: str, value: Any) -> None:
        if not is_known(value):
            return
        if not isinstance(value, str):
            raise ArgumentError(path, f"expected a text, found {kind(value)}")
        if not value:
            raise ArgumentError(path, "it is empty: leave it out or give a value")
        check(path, value)

    return checked


def _sound(problems: Callable[[str], Iterable[Problem]]) -> Check:
    """Return a check of a text in which nothing is found wrong.

    A partition or region that AWS does not have, as far as is known, is only doubted there; the
    linter would refuse the policies for it without naming the argument.
    """

    def checked(path: str, value: str) -> None:
        found = [one for one in problems(value) if one.severity == ERROR or one.part in _PLACES]
        if found:
            mend = f"; {found[0].help}" if found[0].help else ""
            messages = "; ".join(problem.message for problem in found[:3])
            raise ArgumentError(path, f"{quote(value)}: {messages}{mend}")

    return checked


def _identifier(kind: str) -> Check:
    """Return a check of an identifier of a kind of ``payguard.identifiers``."""
    return _sound(partial(identifiers.check, kind))


def _shape(name: str, what: str) -> Check:
    """Return a check against a hand-kept shape of the catalog."""

    def checked(path: str, value: str) -> None:

        shape = from_model("other", name)
        if not shape.accepts(value):
            raise ArgumentError(
                path,
                f"{quote(value)} is no {what}: IAM takes {shape.least} to {shape.most:,} "
                f"characters that match {shape.pattern}",
            )

    return checked


def _principal(path: str, value: str) -> None:
    """Refuse what a trust policy of people or agents cannot name, and what names anybody."""
    if value == "*":
        raise ArgumentError(path, '"*" lets anybody in: name the roles or users that may assume it')
    if parse_arn(value) is None and not is_glob(value):
        raise ArgumentError(
            path, f"{quote(value)}: it is no ARN; an account is named as arn:aws:iam::ACCOUNT:root"
        )
    _sound(check_principal)(path, value)


def _account(path: str, value: str) -> None:

    if not arn_field.is_account(value):
        problem = arn_field.account_problem(value)
        raise ArgumentError(
            path, problem.message if problem else f"{quote(value)} is no account ID of 12 digits"
        )


def _region(path: str, value: str) -> None:

    problem = arn_field.region_problem("", value)
    if problem:
        raise ArgumentError(path, "; ".join(filter(None, (problem.message, problem.help))))


def _boundary_text(path: str, value: str) -> None:

    try:
        document = json_text.parse(value)
    except json_text.JsonError as error:
        raise ArgumentError(path, f"it is no policy document in JSON: {error}") from None
    if not isinstance(document, dict) or not parse_policy(document, BOUNDARY).statements:
        raise ArgumentError(path, "it is no policy document: it has no Statement")


def _duration(path: str, value: Any) -> None:
    if not is_known(value):
        return
    bounds = catalog.integer_shape("other", "IamMaxSessionDuration")
    least, most = bounds.min or 0, bounds.max or 0
    number = not isinstance(value, bool) and isinstance(value, int | float)
    # Other languages send every number as a float.
    if not number or value != value // 1 or not least <= value <= most:
        raise ArgumentError(
            path, f"expected a whole number of seconds, {least:,} to {most:,}, found {value!r}"
        )


def _flag(path: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ArgumentError(path, f"expected true or false, found {kind(value)}")


def _separation(path: str, value: Any) -> None:
    if value not in SEPARATIONS:
        expected = " or ".join(map(quote, SEPARATIONS))
        shown = quote(value) if isinstance(value, str) else kind(value)
        raise ArgumentError(path, f"expected {expected}, found {shown}")


def _tags(path: str, value: Any) -> None:
    if not is_known(value) and not isinstance(value, Mapping):
        return
    if not isinstance(value, Mapping):
        raise ArgumentError(path, f"expected a map of texts, found {kind(value)}")
    if len(value) > _MOST_TAGS:
        raise ArgumentError(path, f"{len(value)} tags; IAM takes {_MOST_TAGS} on a role")
    for key, text in value.items():
        _tag_key(path, key)
        if not is_known(text):
            continue
        if not isinstance(text, str):
            raise ArgumentError(f"{path}.{key}", f"expected a text, found {kind(text)}")
        _shape("IamTagValue", "value of a tag")(f"{path}.{key}", text)
    seen = Counter(key.lower() for key in value)
    twice = next((key for key in value if seen[key.lower()] > 1), None)
    if twice is not None:
        raise ArgumentError(path, f"{quote(twice)} stands in it twice: IAM reads keys in any case")


def _tag_key(path: str, key: Any) -> None:
    """Refuse what IAM takes for no key: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html."""
    if not isinstance(key, str):
        raise ArgumentError(path, f"expected a text as the key of a tag, found {kind(key)}")
    _shape("IamTagKey", "key of a tag")(path, key)
    if key.lower().startswith("aws:"):
        raise ArgumentError(path, f'{quote(key)}: only AWS makes tags that start with "aws:"')


def _path(path: str, value: str) -> None:
    """Refuse what is no path, and wildcards: IAM takes them, policies mean others by them."""
    _shape("IamPath", "path of a role")(path, value)
    if is_glob(value):
        raise ArgumentError(
            path,
            f"{quote(value)} holds a wildcard or variable: a policy that names a role with that "
            "path, as the control-plane role's does, would mean others as well",
        )


CHECKS: dict[str, Check] = {
    "payment_manager_arns": _texts(_text(_identifier("payment-manager-arn"))),
    "payment_manager_name": _text(_identifier("payment-manager-name")),
    "account_id": _text(_account),
    "region": _text(_region),
    **{name: _texts(_text(_principal)) for name in PRINCIPALS.values()},
    "create_service_role": _flag,
    "service_role_arn": _text(_sound(check_passed_role)),
    "credential_provider_arns": _texts(_text(_identifier("credential-provider-arn"))),
    "secret_arns": _texts(_text(_sound(check_secret))),
    "kms_key_arn": _text(_identifier("kms-key-arn")),
    "permissions_boundary": _text(_shape("IamPolicyArn", "ARN of a managed policy")),
    "permissions_boundary_document": _text(_boundary_text),
    "path": _text(_path),
    "name_prefix": _text(_shape("IamRoleName", "start of a role's name")),
    "max_session_duration": _duration,
    "external_id": _text(_shape("IamExternalId", "external ID")),
    "tags": _tags,
    "coinbase_marketplace": _flag,
    "separation": _separation,
}


def kind(value: Any) -> str:
    """Say in words what a value is, where it should be something else."""
    names = {bool: "a truth value", str: "a text", int: "a number", float: "a number"}
    if value is None:
        return "nothing"
    return names.get(type(value), "a list" if isinstance(value, list | tuple) else "an object")
