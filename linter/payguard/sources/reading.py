"""What a file holds: a policy, or a plan, template or state that declares roles. Told by content."""

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources.policy_file import read_policy_file


def read_input(
    path: str, text: str, *, named: bool, policy_type: str = ""
) -> Infrastructure | InputError:
    """Return what is in a file.

    Args:
        path: as shown to users.
        text: its content.
        named: whether the user named it; see ``read_policy_file``.
        policy_type: what its documents are; empty to tell from their shape.
    """
    documents = read_policy_file(path, text, named=named, policy_type=policy_type)
    if isinstance(documents, InputError):
        return documents
    return Infrastructure(tuple(documents))
