"""Policy files given on the command line: the options, the documents, and where statements stand."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from payguard.authorization.actor import Actor, actor
from payguard.authorization.decision import statement_of
from payguard.authorization.policy_set import (
    Policies,
    StatementRef,
    attach,
    layer_of,
    with_identity,
)
from payguard.cli import Refusal, option
from payguard.finding import InputError
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
)
from payguard.infrastructure import Document
from payguard.reporters.plain_text import plain
from payguard.sources.policy_file import read_policy_file
from payguard.sources.text_file import MAX_BYTES, decode, read

if TYPE_CHECKING:
    from payguard.cli.declared_role import Declaration, DeclaredRole

STDIN = "-"
limiting = option.arguments(
    click.option("--boundary", multiple=True, metavar="FILE", help="Its permissions boundary."),
    click.option("--session", multiple=True, metavar="FILE", help="A session policy."),
    click.option(
        "--scp", multiple=True, metavar="[LEVEL=]FILE", help="An SCP; each level must allow."
    ),
    click.option("--rcp", multiple=True, metavar="[LEVEL=]FILE", help="An RCP."),
)
declared = click.option(
    "--role",
    metavar="ADDRESS",
    help="The role of that address, name or ARN in a plan, template, state or configuration.",
)
vpc_endpoint = click.option(
    "--vpc-endpoint", multiple=True, metavar="FILE", help="A VPC endpoint policy."
)
# Twice what the largest quota is, and more: beyond it a document is no policy that AWS takes.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LARGEST = 100_000
_TO_NAME = "{}: it declares roles; name one of them with --role"
# Options of the above, as simulate takes them too.
_LIMITING = ("boundary", "session", "scp", "rcp", "vpc_endpoint")
_ASKING = ("manager_arn", "resource")


class PolicyFiles:
    """The policy documents that were given, and where each statement stands.

    Attributes:
        documents: by the kind of the policy, the level of an SCP or RCP, and the number.
        principal: the ARN of the role that one of the files declares; empty if none was asked for.
    """

    def __init__(self, documents: Mapping[tuple[str, str, int], Document] | None = None) -> None:
        self.documents = dict(documents or {})
        self.principal = ""

    def attach(self, options: Mapping[str, Any]) -> Policies:
        """Read every file that the options name: what speaks about one request."""
        if options["role"]:
            return self._of_role(options)
        policies = attach(
            identity=self.several(IDENTITY, options["identity"]),
            resource=self.one(RESOURCE, options["resource_policy"]),
            trust=self.one(TRUST, options["trust"]),
            **self.limits(options),
        )
        if not self.documents:
            raise Refusal("there is no policy to ask: give one with --identity FILE or another")
        return policies

    def _of_role(self, options: Mapping[str, Any]) -> Policies:
        role = self.declared(options["identity"], self.limits(options), options)
        spoken = attach(
            resource=self.one(RESOURCE, options["resource_policy"]),
            trust=self.one(TRUST, options["trust"]),
        )
        policies = role.actor.policies._replace(resource=spoken.resource, trust=spoken.trust)
        number = len(role.identity)
        for count, (document, value) in enumerate(role.unknown, number):
            self.documents[IDENTITY, "", count] = document
            policies = with_identity(policies, value, count)
        return policies

    def declared(
        self, paths: Sequence[str], limits: Mapping[str, Any], options: Mapping[str, Any]
    ) -> "DeclaredRole":
        """Read the role that ``--role`` names in some files, and add what limits it besides."""
        from payguard.cli.declared_role import declaration

        if not paths:
            raise click.UsageError("name the files in which the role is declared")
        found = declaration(paths, options["role"])
        return self.deployed(found, _told_arns(options), limits, options)

    def deployed(
        self,
        found: "Declaration",
        told: Sequence[str],
        limits: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> "DeclaredRole":
        """Add the policies of a role that was read; ``told`` as in ``deployment_of``."""
        role = found.deployed(told)
        if role.boundary and options["boundary"]:
            raise click.UsageError("--boundary: the role has a permissions boundary of its own")
        self.principal = role.arn
        self.add(IDENTITY, role.identity)
        more = attach(**limits)
        self.documents |= {(BOUNDARY, "", number): one for number, one in enumerate(role.boundary)}
        own = role.actor.policies
        policies = more._replace(identity=own.identity, boundary=own.boundary or more.boundary)
        return role._replace(actor=role.actor._replace(policies=policies))

    def limits(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read the files that limit what identity policies allow, as arguments of ``attach``."""
        return {
            "boundary": self.several(BOUNDARY, options["boundary"]),
            "session": self.several(SESSION, options["session"]),
            "scps": self._levels(SCP, options["scp"]),
            "rcps": self._levels(RCP, options["rcp"]),
            "vpc_endpoint": self.several(VPC_ENDPOINT, options["vpc_endpoint"]),
        }

    def one(self, kind: str, path: str | None) -> Any:
        """Read the one policy in a file; None without a path."""
        if path is None:
            return None
        found = self.several(kind, (path,))
        if len(found) > 1:
            raise Refusal(f"{plain(path)}: it holds {len(found)} policies; a resource has one")
        return found[0]

    def several(self, kind: str, paths: Sequence[str], level: str = "") -> list[Any]:
        """Read the policies of a kind in some files."""
        return self.add(kind, [document for path in paths for document in _read(path, kind)], level)

    def add(self, kind: str, documents: Sequence[Document], level: str = "") -> list[Any]:
        """Take documents that were read as those of a kind; return what they say."""
        for number, document in enumerate(documents):
            self.documents[kind, level, number] = document
        return [document.value for document in documents]

    def _levels(self, kind: str, named: Sequence[str]) -> list[tuple[str, list[Any]]]:
        levels: dict[str, list[str]] = {}
        for text in named:
            level, equals, path = text.partition("=")
            if not equals or os.path.exists(text):  # a path may hold an equals sign of its own
                level, path = "", text
            levels.setdefault(level, []).append(path)
        return [(level, self.several(kind, paths, level)) for level, paths in levels.items()]

    def name(self, ref: StatementRef) -> str:
        """Name a statement by where it stands."""
        path, line, column = self.place(ref, ref.pointer)
        return f"{path}:{line}:{column}"

    def check_sizes(self) -> None:
        """Refuse documents so large that a search over them would not end."""
        for document in self.documents.values():
            size = _size(document)
            if size > _LARGEST:
                raise Refusal(
                    f"{plain(document.path)}: the policy has {size:,} characters without white "
                    f"space; AWS takes 20,480 at most, and beyond {_LARGEST:,} nothing is proved"
                )

    def statement(self, ref: StatementRef, element: str = "") -> dict[str, Any]:
        """Return a statement, and where it or an element of it stands, as JSON."""
        path, line, column = self.place(ref, element or ref.pointer)
        return {**statement_of(ref), "path": path, "line": line, "column": column}

    def place(self, ref: StatementRef, pointer: str) -> tuple[str, int, int]:
        """Return path, line and column of a place in the policy of a statement."""
        document = self.documents[ref.policy, ref.level, ref.number]
        span = document.source.spans({(pointer, False)})[pointer, False]
        return document.path, span.line, span.column


def role_of(files: PolicyFiles, options: Mapping[str, Any]) -> Actor:
    """Make the role that is asked about out of the options, and read their files into ``files``."""
    paths = (*options["files"], *options["identity"])
    if options["role"]:
        role = _told(files.declared(paths, files.limits(options), options).actor, files, options)
    else:
        role = _given(files, paths, options)
    files.check_sizes()
    return role


def _given(files: PolicyFiles, paths: Sequence[str], options: Mapping[str, Any]) -> Actor:
    if not paths:
        raise click.UsageError("name the files with the identity policies of the role")
    return actor(
        options["name"] or "the role",
        files.several(IDENTITY, paths),
        **files.limits(options),
        arn=options["principal"] or "",
        trust=files.one(TRUST, options["trust"]),
    )


def _told_arns(options: Mapping[str, Any]) -> list[str]:
    """Return the ARNs that the options ask about: they tell where the role is deployed.

    What it is confined to tells no region: a deploy to another one would reach beyond it.
    """
    asked = [arn for name in _ASKING for arn in options.get(name) or ()]
    if options.get("on"):
        asked.append(options["on"])
    confined = (arn.split(":", 4) for arn in options.get("confined_to") or ())
    return asked + [":".join((*arn[:3], "*", *arn[4:])) for arn in confined]


def _told(role: Actor, files: PolicyFiles, options: Mapping[str, Any]) -> Actor:
    """Return a role as a file declares it, with what the options say of it instead."""
    if options["principal"]:
        role = role.of(options["principal"])
    if options["trust"]:
        role = role._replace(trust=layer_of(TRUST, files.one(TRUST, options["trust"])))
    return role._replace(name=options["name"] or role.name)


def flags(identity: Sequence[str], options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options with which simulate reads the same policies: those of a role's requests.

    Its own trust policy is none of them: that decides who becomes the role.
    """
    found = [("--identity", path) for path in identity]
    found += [("--role", options["role"])] if options["role"] else []
    for name in _LIMITING:
        found += [(f"--{name.replace('_', '-')}", text) for text in options[name]]
    return tuple(word for pair in found for word in pair)


def documents_in(path: str, text: str, kind: str, *, named: bool = True) -> list[Document]:
    """Return the policies in the text of a file; one that cannot be read is refused."""
    found = read_policy_file(path, text, named=named, policy_type=kind)
    if isinstance(found, InputError):
        raise Refusal(_TO_NAME.format(plain(path))) if _declares(path, text) else refusal(found)
    return found


def _declares(path: str, text: str) -> bool:
    """Tell whether a text that is no policy declares roles."""
    from payguard.sources.reading import read_input

    found = read_input(path, text, named=False)
    return not isinstance(found, InputError) and bool(found.roles)


def refusal(error: InputError) -> Refusal:
    """Return the refusal that an input which cannot be read comes to."""
    place = f":{error.line}:{error.column}" if error.line else ""
    return Refusal(f"{plain(error.path)}{place}: {error.message}")


def text_of(path: str) -> str:
    """Return the text of a file, or of standard input; one that cannot be had is refused."""
    if os.path.isdir(path):
        raise Refusal(
            f"{plain(path)}: it is a folder; a role that it declares is named with --role"
        )
    text = _piped() if path == STDIN else read(path)
    if isinstance(text, InputError):
        raise refusal(text)
    return text


def _piped() -> str | InputError:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return InputError(STDIN, f"the input is more than the {MAX_BYTES >> 20} MB read at most")
    if not data:
        return InputError(STDIN, "standard input is empty; it can be read once")
    return decode(STDIN, data)


def _read(path: str, kind: str) -> list[Document]:
    found = documents_in(path, text_of(path), kind)
    if not found:
        raise Refusal(f"{plain(path)}: there is no policy in it")
    return found


def _size(document: Document) -> int:
    import json

    return len(json.dumps(document.value, separators=(",", ":"), ensure_ascii=False))
