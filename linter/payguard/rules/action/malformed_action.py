"""Action texts that are no action at all: no prefix, two colons, white space."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.action.spelling import agentcore_action, did_you_mean, is_well_formed
from payguard.rules.rule import Example, Problem, Rule, Text


class MalformedAction(Rule):
    """An action text that is not a service prefix, one colon and a name."""

    id = "malformed-action"
    summary = "The action is not written as a service prefix, a colon and an action name."
    why = (
        "IAM refuses an action without a service prefix when the policy is saved; white space and "
        "other stray characters belong to no action, so the text matches nothing."
    )
    severity = Severity.ERROR
    category = "action"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    )
    access_analyzer = ("INVALID_ACTION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["ProcessPayment", "bedrock-agentcore: GetPaymentSession"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Action": ["bedrock-agentcore:ProcessPayment", "bedrock-agentcore:GetPaymentSession"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield a problem where the text is not of an action's form."""
        # A variable is reported as one: IAM fills none in here.
        if "${" in action.text or is_well_formed(action.text):
            return
        yield Problem(
            f"the action {quote(action.text)} {_defect(action.text)}{consequence(action)}",
            help=_mend(action.text),
        )


def _defect(text: str) -> str:
    service, colon, name = text.partition(":")
    defects = (
        (not text, "is empty"),
        (any(character.isspace() for character in text), "holds white space, which no action does"),
        (not colon, "has no service prefix"),
        (not service, "has nothing before its colon"),
        (not name, "has nothing after its colon"),
        (":" in name, "has more than one colon"),
    )
    return next(
        (words for found, words in defects if found), "holds a character that no action has"
    )


def _mend(text: str) -> str:
    cleaned = "".join(text.split())
    if cleaned != text and is_well_formed(cleaned):
        return f"write {quote(cleaned)}"
    name = cleaned.rpartition(":")[2]
    return did_you_mean(agentcore_action(name)) or (
        'write the service prefix, one colon and the name, such as "bedrock-agentcore:GetPaymentSession"'
    )
