"""Values that a condition key never has."""

from collections.abc import Callable, Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules.condition.value import written
from payguard.rules.principal.service_name import service_defect
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog

_LONGEST = 256


class ImpossibleConditionValue(Rule):
    """An account, service, Region, VPC or principal that no request can name."""

    id = "impossible-condition-value"
    summary = "The condition key never has this value."
    why = (
        "The value has not the form that AWS gives the key: an account without twelve digits, a "
        "service without its domain, a Region that is none. The condition never holds."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
    )
    access_analyzer = (
        "INVALID_SERVICE_PRINCIPAL_FORMAT",
        "INVALID_REGION",
        "INVALID_VPC_FORMAT",
        "INVALID_VPCE_FORMAT",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "1111-2222-3333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "Condition": {"StringEquals": {"kms:ViaService": "bedrock-agentcore.amazonaws.com"}}
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "Condition": {"StringEquals": {"kms:ViaService": "bedrock-agentcore.us-east-1.amazonaws.com"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each value that the key cannot have; patterns are left alone."""
        judge = _JUDGES.get(condition.key.lower())
        operator = parse_operator(condition.operator)
        if judge is None or operator is None or operator.kind not in ("String", "ARN"):
            return
        for index, value in enumerate(condition.values):
            text = _literal(value)
            reason, mend = judge(text) if text else ("", "")
            if reason:
                yield Problem(
                    f"{quote(condition.key)} is never {quote(text)}: {reason}",
                    at=condition.value_pointer(index),
                    help=mend,
                )


def _literal(value: object) -> str:
    """Return the text that ``value`` is compared as; empty where it is a pattern or no text."""
    if type(value) not in (str, int):
        return ""
    text = written(value)
    if "${" in text or len(text) > _LONGEST:
        return ""
    return "" if has_wildcard(text) else text


def _account(text: str) -> tuple[str, str]:
    from payguard.identifiers.arn_field import is_account  # noqa: PLC0415  start-up time

    # Callers without credentials have this account; AWS says so of aws:PrincipalAccount.
    if text == "anonymous" or is_account(text):
        return "", ""
    return "an account ID has 12 digits and nothing else", "write the account ID in full"


def _region(text: str) -> tuple[str, str]:
    from payguard.identifiers.arn_field import region_problem  # noqa: PLC0415  start-up time

    problem = region_problem("", text)
    if problem is None or _names_like_this(text):
        return "", ""
    return problem.message, problem.help


def _names_like_this(region: str) -> bool:
    from payguard.identifiers.arn_field import is_future_region  # noqa: PLC0415  start-up time

    return any(is_future_region(partition, region) for partition in catalog.partitions())


def _service(text: str) -> tuple[str, str]:
    defect = service_defect(text)
    return (defect.reason, defect.mend) if defect else ("", "")


def _via_service(text: str) -> tuple[str, str]:
    reason, mend = _service(text)
    if reason:
        return reason, mend
    if text.count(".") > _DOTS:
        return "", ""
    service = text.partition(".")[0]
    return (
        "the key names the service and its Region",
        f"write {quote(text.replace(service, service + '.us-east-1', 1))} with your Region",
    )


_DOTS = 2  # of service.amazonaws.com


def _prefixed(prefix: str) -> Callable[[str], tuple[str, str]]:
    def judge(text: str) -> tuple[str, str]:
        if text.startswith(prefix):
            return "", ""
        return f"such an ID starts with {quote(prefix)}", "copy the ID from the console"

    return judge


def _vpc(prefix: str) -> Callable[[str], tuple[str, str]]:
    def judge(text: str) -> tuple[str, str]:
        tail = text.removeprefix(prefix)
        if tail != text and len(tail) in (8, 17) and tail.isalnum():
            return "", ""
        return f"such an ID is {quote(prefix)} and 8 or 17 characters", "copy the ID in full"

    return judge


def _principal_arn(text: str) -> tuple[str, str]:
    if ":assumed-role/" not in text:
        return "", ""
    return (
        "for an assumed role the key holds the ARN of the role itself",
        "write arn:aws:iam::ACCOUNT:role/NAME",
    )


_JUDGES: dict[str, Callable[[str], tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "aws:sourceaccount",
            "aws:resourceaccount",
            "aws:principalaccount",
            "aws:vpceaccount",
            "kms:calleraccount",
        ),
        _account,
    ),
    **dict.fromkeys(
        (
            "iam:passedtoservice",
            "iam:awsservicename",
            "aws:principalservicename",
            "aws:principalservicenameslist",
            "aws:calledvia",
            "aws:calledviafirst",
            "aws:calledvialast",
        ),
        _service,
    ),
    **dict.fromkeys(
        ("aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid"),
        _prefixed("o-"),
    ),
    "aws:principalarn": _principal_arn,
    "aws:requestedregion": _region,
    "aws:sourcevpc": _vpc("vpc-"),
    "aws:sourcevpce": _vpc("vpce-"),
    "kms:viaservice": _via_service,
}
