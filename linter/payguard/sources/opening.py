"""One input, opened: read by the reader that knows it, or looked through like any other text."""

from collections.abc import Callable

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources import text_file
from payguard.sources.policy_file import YAML_SUFFIXES
from payguard.sources.reading import read_input
from payguard.sources.text_file import SUFFIXES, Candidate
from payguard_policies.named_tuple import NamedTuple

# In files of these kinds nothing is a comment, whatever a string in them says.
_WITHOUT_COMMENTS = (".json", ".jsonl", ".ipynb")
_CONFIGURATION = (".tf", ".tfvars")


class How(NamedTuple):
    """How inputs are read.

    Attributes:
        source: one of ``sources.SOURCES``; empty to tell from the content.
        scan: whether what no reader knows is looked through for policies and payments values.
        standard_input: reads the bytes of standard input.
    """

    source: str = ""
    scan: bool = False
    standard_input: Callable[[], bytes] | None = None


class Opened(NamedTuple):
    """What is in an input.

    Attributes:
        found: what a reader made of it, or why it cannot be read.
        commented: returns the text of a file of the input in which comments may stand, by its
            path; empty for any other.
    """

    found: Infrastructure | InputError
    commented: Callable[[str], str]


def open_input(item: Candidate, policy_type: str, how: How) -> Opened:
    """Return what is in an input.

    Args:
        item: the file, or the folder of a Terraform module.
        policy_type: what its documents are; empty to tell from their shape.
        how: how it is read.
    """
    if item.module:
        from payguard.sources.terraform_folder import (  # noqa: PLC0415  seldom needed
            read_terraform_folder,
        )

        return Opened(read_terraform_folder(item.path), _configuration)
    text = _text(item, how)
    if text is None:
        return Opened(Infrastructure(), _nothing)
    if isinstance(text, InputError):
        return Opened(text, _nothing)
    if not how.scan:
        found = read_input(
            item.path, text, named=item.named, policy_type=policy_type, source=how.source
        )
        return Opened(found, _commented(item.path, text, item.path.endswith(YAML_SUFFIXES)))
    return _scanned(item.path, text, policy_type)


def _text(item: Candidate, how: How) -> str | InputError | None:
    """Return the text of a file; None if it is binary, or huge, and nobody asked for it."""
    if item.piped and how.standard_input is not None:
        return text_file.decode(item.path, how.standard_input())
    text = None
    if how.scan and not item.path.endswith(SUFFIXES):
        text = text_file.read_any(item.path)
        if text is None and not item.named:
            return None
    return text_file.read(item.path) if text is None else text


def _scanned(path: str, text: str, policy_type: str) -> Opened:
    """Look through a text, unless it is of a kind that has a reader."""
    known = path.endswith(SUFFIXES)
    if known or _may_be_known(text):
        found = read_input(path, text, named=False, policy_type=policy_type)
        if isinstance(found, InputError) and not known:
            found = Infrastructure()  # it only began like one of ours
        if isinstance(found, InputError) or any(found):
            return Opened(found, _commented(path, text, path.endswith(YAML_SUFFIXES)))
    from payguard.sources.scan import scan  # noqa: PLC0415  only what no reader knows

    seen = scan(path, text)
    if any(seen) and (known or _may_be_known(text)) and _has_reader(path, text):
        # What its reader left out it had reasons to leave out: a secret, for one.
        return Opened(Infrastructure(), _nothing)
    documents = tuple(one._replace(policy_type=policy_type) for one in seen.documents)
    heard = not path.endswith(_WITHOUT_COMMENTS)
    return Opened(seen._replace(documents=documents), _commented(path, text, heard))


def _may_be_known(text: str) -> bool:
    """Tell whether a text of any suffix may be JSON, as a state is, or a policy in YAML."""
    start = text.lstrip()[:1]
    return start in ("{", "[") or text.startswith("Statement:") or "\nStatement:" in text


def _has_reader(path: str, text: str) -> bool:
    """Tell whether a text in which a reader found nothing is of a kind that it knows."""
    return isinstance(read_input(path, text, named=True), Infrastructure)


def _commented(path: str, text: str, heard: bool) -> Callable[[str], str]:
    return (lambda asked: text if asked == path else "") if heard else _nothing


def _configuration(path: str) -> str:
    """Return the text of a file of a Terraform module."""
    text = text_file.read(path, may_be_marked=True) if path.endswith(_CONFIGURATION) else ""
    return text if isinstance(text, str) else ""


def _nothing(_path: str) -> str:
    return ""
