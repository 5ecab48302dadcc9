"""Pulumi: previews, streams of events, exports, checkpoints and update plans, read as files.

Nothing here runs Pulumi or imports its SDK. The modules, from the ground up: ``form`` tells the
forms apart; ``sheet`` and ``sentinel`` know where values stand and which are not known; ``state``
holds resources, which ``deployment``, ``preview`` and ``plan`` find; ``shape`` says which
properties of which types matter, ``index`` who is meant by a name, ``access`` and ``payment`` what
becomes of them.
"""

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources.pulumi_state.form import recognises, recognises_stream

__all__ = ["concerns", "read_pulumi", "recognises", "recognises_stream"]


def concerns(type_token: str) -> bool:
    """Tell whether resources of a type say anything about access to payments."""
    from payguard.sources.pulumi_state.shape import PAYMENTS, properties  # noqa: PLC0415  as below

    return bool(properties(type_token)) or type_token in PAYMENTS


def read_pulumi(path: str, text: str) -> Infrastructure | InputError:
    """Return what a file of Pulumi's says about access to payments.

    Args:
        path: the file, as the user named it.
        text: its content: ``pulumi preview --json``, also as a stream of events, ``pulumi stack
            export``, a checkpoint, or a plan saved by ``pulumi preview --save-plan``.

    Addresses are URNs. What a preview creates, updates or leaves as it is counts as it will be
    afterwards; what it deletes is not there.
    """
    from payguard.sources.pulumi_state.reading import read  # noqa: PLC0415  recognising is cheap

    return read(path, text)
