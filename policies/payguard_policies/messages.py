"""What AgentCore payments answers when it does not do as asked, beside a decision of IAM's.

Many of these carry the code AccessDeniedException, and no policy mends them. The texts, what they
mean and what helps stand in ``messages.json``, each with its source.
"""

import functools
import json
import os

from payguard_policies.named_tuple import NamedTuple

_PATH = os.path.join(os.path.dirname(__file__), "messages.json")


class Message(NamedTuple):
    """One answer of the service.

    Attributes:
        id: A slug.
        codes: The error codes that it comes with, such as "AccessDeniedException".
        text: What the message holds, in lower case; empty where the code alone tells.
        cause: What kind of trouble it is: "account", "provider", "authorizer", "service-role",
            "input", "not-found", "session", "budget", "subscription", "quota", "throttled",
            "service", "credentials", "clock" or "region".
        means: One sentence on what went wrong.
        mend: One sentence on what helps.
        source: Address of the page or report that says so.
        read: ISO date of that text.
    """

    id: str
    codes: tuple[str, ...]
    text: str
    cause: str
    means: str
    mend: str
    source: str
    read: str


@functools.cache
def messages() -> tuple[Message, ...]:
    """Every known answer, those told by their text first."""
    with open(_PATH, "rb") as file:
        entries = json.load(file)
    found = [Message(**{**entry, "codes": tuple(entry["codes"])}) for entry in entries]
    return tuple(sorted(found, key=lambda message: not message.text))


def message_of(code: str, text: str) -> Message | None:
    """Tell which answer it is; None for one that is not known, and for a decision of IAM's.

    Args:
        code: The error code; empty where it is not known, so that the text has to tell.
        text: The message, or a text that holds it.
    """
    plain = text.lower()
    for message in messages():
        told = message.text in plain if message.text else code in message.codes
        if told and (not code or code in message.codes):
            return message
    return None
