"""Characters that IAM's API does not take in a policy: invisible ones, curly quotes, and so on.

The policyDocument parameters of IAM accept U+0009, U+000A, U+000D and U+0020 to U+00FF. Actions,
Sids and principals have rules of their own that name the text itself; AWS Organizations and the
services' resource-based policies take any character.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
"""

import re
from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import BOUNDARY, IDENTITY, SESSION, TRUST
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule, Text

_UNSUPPORTED = re.compile(r"[^\t\n\r\x20-\xff]")


class UnsupportedCharacter(Rule):
    """A resource or condition value with a character that IAM does not accept."""

    id = "unsupported-character"
    summary = "A text holds a character that IAM does not accept in policies."
    why = (
        "IAM refuses the document. Typographic quotes and dashes, zero-width spaces and the like "
        "come with text copied from web pages, and cannot be told from the right ones by eye."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = ("https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html",)
    policy_types = frozenset({IDENTITY, BOUNDARY, SESSION, TRUST})
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "agents\u2013eu"}}
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "agents-eu"}}
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem at the first such character of a resource."""
        yield from _problems(resource.text, "")

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem at the first such character of a condition key and of each value."""
        yield from _problems(condition.key, condition.pointer, on_key=True)
        for index, value in enumerate(condition.values):
            if type(value) is str:
                yield from _problems(value, condition.value_pointer(index))


def _problems(text: str, place: str, *, on_key: bool = False) -> Iterator[Problem]:
    if text.isascii() and text.isprintable():
        return
    found = _UNSUPPORTED.search(text)
    if found is not None:
        character = found.group()
        yield Problem(
            f"{quote(text)} holds {_named(character)} at character {found.start() + 1}: "
            "IAM accepts no character of that kind",
            place,
            help="retype it with the plain character that was meant",
            on_key=on_key,
        )


def _named(character: str) -> str:
    import unicodedata  # noqa: PLC0415  clean policies do not pay for the names

    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "").lower()
    return f"{code} ({name})" if name else code
