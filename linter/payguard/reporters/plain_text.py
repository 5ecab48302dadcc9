"""Text from outside, made fit for a terminal and for the log of a CI system."""

import re

# CI systems take commands from the log of a job: GitHub Actions reads "##[add-mask]" and Azure
# Pipelines "##vso[task.setvariable]" anywhere in a line. A policy that holds one is only quoted.
# https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
LOG_COMMAND = re.compile(r"#(?=#[A-Za-z]{0,20}\[)")
HASH = r"\x23"


def plain(text: str) -> str:
    r"""Return ``text`` without what could move a cursor, forge a line or command a CI system.

    What is not printable stands as its escape, such as ``\x1b``; so does a ``#`` that would
    begin a command.
    """
    if not text.isprintable():
        text = "".join(map(visible, text))
    if "##" in text:
        text = LOG_COMMAND.sub(lambda _: HASH, text)
    return text


def visible(character: str) -> str:
    """Return a character as it is if it can be printed, else as its escape."""
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode()


def line_start(text: str) -> str:
    """Return a path made plain, fit to begin a line.

    GitHub Actions takes a line that begins with ``::`` for a command; a path may, and is the same
    path with ``./`` before it.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    text = plain(text)
    return f"./{text}" if text.lstrip().startswith("::") else text


def shortened(text: str, limit: int = 200) -> str:
    """Return ``text``, shortened in the middle where it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    half = (limit - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
