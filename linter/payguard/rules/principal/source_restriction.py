"""How a statement confines a service principal to calls on its owner's behalf.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from collections.abc import Iterator

from payguard.iam.document import Statement
from payguard.identifiers import parse_arn
from payguard.rules.condition.presence import narrowed
from payguard.rules.condition.value import texts

SOURCE_ACCOUNT = "aws:sourceaccount"
SOURCE_ARN = "aws:sourcearn"
_OTHERS = ("aws:sourceorgid", "aws:sourceorgpaths")


def confines_source(statement: Statement) -> bool:
    """Tell whether the statement holds only for resources of certain accounts."""
    found = narrowed(statement)
    if SOURCE_ACCOUNT in found or any(key in found for key in _OTHERS):
        return True
    arns = [text for entry in found.get(SOURCE_ARN, ()) for _, text in texts(entry)]
    return bool(arns) and all(map(_names_owner, arns))


def _names_owner(text: str) -> bool:
    """Tell whether an ARN pattern fixes the account, or a resource that has none in its ARN."""
    arn = parse_arn(text)
    if arn is None:
        return "${" in text
    if arn.account:
        return bool(arn.account.strip("*?"))
    return bool(arn.resource.strip("*?"))


def source_arns(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield (pointer relative to the statement, text) of each ARN that aws:SourceArn may be."""
    for entry in narrowed(statement).get(SOURCE_ARN, ()):
        for index, text in texts(entry):
            yield entry.value_pointer(index), text


def source_accounts(statement: Statement) -> list[str]:
    """Return the accounts that aws:SourceAccount may be, as written."""
    found = narrowed(statement).get(SOURCE_ACCOUNT, ())
    return [text for entry in found for _, text in texts(entry)]
