"""Values of a document that cannot be told before the deploy."""

from payguard_policies.named_tuple import NamedTuple

AFTER_APPLY = "known after apply"
SECRET = "secret"  # noqa: S105  a word, not one
MISSING = "not in the input"
UNEVALUATED = "cannot be evaluated"


class Unresolved(NamedTuple):
    """Stands in a decoded document where a value is not known: a text, a list or a whole object.

    Attributes:
        what: what the value comes from, as its author would name it, such as
            ``aws_iam_role.agent.arn`` or ``Fn::ImportValue SharedKey``; never a value that is
            secret.
        why: AFTER_APPLY, SECRET, MISSING or UNEVALUATED.
        pattern: with ``*`` and ``?``, a superset of the texts that it can be; ``*`` where nothing
            is known. ``arn:aws:iam::*:role/agent`` stands for that role of an unknown account.
    """

    what: str
    why: str = AFTER_APPLY
    pattern: str = "*"

    @property
    def sentence(self) -> str:
        """Why the value is not known, in words."""
        return f"{self.what} ({self.why})"
