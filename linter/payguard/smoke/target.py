"""A target: which payment manager is asked, as whom, and what is expected."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from payguard.identifiers import ERROR, check, parse_arn
from payguard.identifiers.arn import Arn
from payguard.identifiers.arn_field import like_region
from payguard.quotation import quote
from payguard.smoke.verdict import expected_of

# AWS_IAM managers scope both lists to a user, whom the caller names and nobody verifies: a name of
# payguard's own sees nobody's instruments and sessions, and an empty list is allowed all the same.
# https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html
USER_ID = "payguard-smoke"
DEADLINE = 30.0  # seconds for a target
# The environment variable with a bearer token, for CUSTOM_JWT managers.
BEARER_VARIABLE = "PAYGUARD_BEARER_TOKEN"


@dataclass(frozen=True, slots=True)
class Target:
    """One payment manager, asked by one role.

    Attributes:
        manager_arn: the payment manager.
        role_arn: the role that is assumed; empty to ask with the credentials at hand.
        persona: whose contract tells what is expected; empty where nobody says.
        expect: ``allow`` or ``deny``, to be expected instead; empty for the persona's.
        user_id: sent to AWS_IAM managers.
        agent_name: sent where it is given.
        connector_id: to list the instruments of one connector only.
        external_id: what the role's trust policy asks for.
        profile: the profile whose credentials are used; empty for the default chain.
        region: empty for the one in the ARN.
        endpoint_url: of AgentCore, data plane and control plane; empty for AWS's.
        sts_endpoint_url: of STS; empty for AWS's.
        bearer_variable: the environment variable with a bearer token.
    """

    manager_arn: str
    role_arn: str = ""
    persona: str = ""
    expect: str = ""
    user_id: str = USER_ID
    agent_name: str = ""
    connector_id: str = ""
    external_id: str = field(default="", repr=False)
    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    sts_endpoint_url: str = ""
    bearer_variable: str = BEARER_VARIABLE

    @property
    def manager(self) -> Arn:
        """The ARN of the payment manager, taken apart; it was checked."""
        found = parse_arn(self.manager_arn)
        assert found is not None  # noqa: S101  ``problems`` refuses it
        return found

    @property
    def manager_id(self) -> str:
        """The ID of the payment manager."""
        return self.manager.resource.rpartition("/")[2]

    @property
    def asked_region(self) -> str:
        """The region that is asked."""
        return self.region or self.manager.region

    @property
    def who(self) -> str:
        """Who asks, in words."""
        at_hand = (
            f"the profile {quote(self.profile)}" if self.profile else "the credentials at hand"
        )
        return self.role_arn or at_hand

    def expected(self, api: str) -> str:
        """Return what is expected of an API; empty where nobody says."""
        return expected_of(api, self.persona, self.expect)


_CHECKED = (
    ("manager_arn", "payment-manager-arn", "--manager-arn"),
    ("role_arn", "role-arn", "--role-arn"),
    ("connector_id", "payment-connector-id", "--connector-id"),
    ("user_id", "user-id", "--user-id"),
    ("agent_name", "agent-name", "--agent-name"),
)
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_EXTERNAL_ID = (2, 1224)


def problems(target: Target) -> Iterator[str]:
    """Yield what is wrong with a target, a sentence each: nothing was called yet."""
    for attribute, kind, option in _CHECKED:
        text = getattr(target, attribute)
        if not text and attribute != "manager_arn":
            continue
        for problem in check(kind, text):
            if problem.severity == ERROR:
                mend = f"\n  help: {problem.help}" if problem.help else ""
                yield f"{option} {quote(text)}: {problem.message}{mend}"
    for option, text in (("--user-id", target.user_id), ("--agent-name", target.agent_name)):
        if not text.isascii() or not text.isprintable():  # they travel as HTTP headers
            yield f"{option} {quote(text)}: only printable ASCII characters can be sent"
    if target.region and not like_region(target.region):
        yield f"--region {quote(target.region)}: this is no region, such as us-east-1"
    for option, url in (
        ("--endpoint-url", target.endpoint_url),
        ("--sts-endpoint-url", target.sts_endpoint_url),
    ):
        if url and not _is_url(url):
            named = "" if "@" in url else f" {quote(url)}"  # there may be a password in it
            yield f"{option}{named}: expected http://HOST[:PORT] or https://HOST[:PORT]"
    least, most = _EXTERNAL_ID
    if target.external_id and not least <= len(target.external_id) <= most:
        yield f"--external-id: expected {least} to {most:,} characters"
    if target.external_id and not target.role_arn:
        yield "--external-id belongs to --role-arn"


def _is_url(url: str) -> bool:
    from urllib.parse import urlsplit  # noqa: PLC0415  seldom given

    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return False
    named = bool(found.hostname) and (port is None or port > 0)
    return found.scheme in {"http", "https"} and named and "@" not in found.netloc
