"""A Pulumi provider over a table of resource types, as the engine starts one.

The engine starts an executable ``pulumi-resource-<package>``, reads a port from its output and
speaks ``pulumirpc.ResourceProvider`` with it. What the answers look like is taken from the
recorded conversation of the real provider in pulumi-aws, ``examples/testdata/recorded``.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from engine.stand_in.environment import ENDPOINT_VARIABLE, FUSE_VARIABLE
from engine.stand_in.iam_server import client

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # a text that is not known before the deploy
_DEFAULTS = "__defaults"
_REFUSED = object()

Properties = dict[str, Any]


def _unchangeable(_iam: Any, identity: str, _olds: Properties, _news: Properties) -> None:
    raise NotImplementedError(f"nothing of {identity} can be changed: it is replaced")


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource type.

    Attributes:
        create: makes it; takes the client and the inputs, returns its ID.
        read: returns its outputs; takes the client, the ID, the inputs.
        delete: removes it; takes the client, the ID and the outputs.
        update: changes it; takes the client, the ID, the outputs so far and the new inputs.
        computed: the outputs that are not known before it exists.
        defaults: what inputs are where the program does not say.
        name: the input that gets a name of its own where the program gives none; empty for none.
        replacing: the inputs that cannot be changed.
        documents: the inputs that are JSON text.
    """

    create: Callable[[Any, Properties], str]
    read: Callable[[Any, str, Properties], Properties]
    delete: Callable[[Any, str, Properties], None]
    update: Callable[[Any, str, Properties, Properties], None] = _unchangeable
    computed: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    replacing: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()


def same_document(text: str) -> str:
    """Return JSON text as the real provider keeps it: without spaces, keys in order."""
    return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine.

    Args:
        kinds: the resource types, by token.
        iam: the client of the IAM that they are made in.
        version: what the provider says it is.
    """

    def __init__(self, kinds: Mapping[str, Kind], iam: Any, version: str) -> None:
        self._kinds, self._iam, self._version = kinds, iam, version

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802  gRPC's names
        return plugin_pb2.PluginInfo(version=self._version)

    def CheckConfig(self, request: Any, _context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        # As the real provider: secrets come in clear, and the engine marks them again.
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Fill in defaults and a name; refuse documents that are no JSON."""
        kind = self._kind(request.urn, context)
        news, olds = _decoded(request.news), _decoded(request.olds)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=f"{name} contains an invalid JSON")
            for name in sorted(kind.documents)
            if isinstance(news.get(name), str) and not _is_json(news[name])
        ]
        filled = {key: value for key, value in kind.defaults.items() if key not in news}
        if kind.name and kind.name not in news:
            own = olds.get(kind.name) if kind.name in olds.get(_DEFAULTS, ()) else None
            filled[kind.name] = own or _own_name(request, news)
        checked = {**news, **filled, _DEFAULTS: sorted(filled)}
        return provider_pb2.CheckResponse(inputs=_encoded(checked), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare the inputs; a name that was given must be free before it is used again."""
        kind = self._kind(request.urn, context)
        olds, news = _decoded(request.old_inputs), _decoded(request.news)
        changed = sorted(
            key
            for key in {*olds, *news} - {_DEFAULTS, *request.ignoreChanges}
            if not _equal(kind, key, olds.get(key), news.get(key))
        )
        replaced = [key for key in changed if key in kind.replacing]
        named = bool(kind.name) and kind.name not in news.get(_DEFAULTS, ())
        answer = provider_pb2.DiffResponse
        return answer(
            changes=answer.DIFF_SOME if changed else answer.DIFF_NONE,
            diffs=changed,
            replaces=replaced,
            deleteBeforeReplace=bool(replaced) and named and kind.name not in changed,
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind, inputs = self._kind(request.urn, context), _decoded(request.properties)
        if request.preview:
            outputs = {**inputs, **dict.fromkeys(kind.computed, UNKNOWN)}
            return provider_pb2.CreateResponse(properties=_encoded(outputs))
        _burn("before")
        identity = self._asked(context, lambda: kind.create(self._iam, inputs))
        _burn("after")
        outputs = self._asked(context, lambda: kind.read(self._iam, identity, inputs))
        return provider_pb2.CreateResponse(id=identity, properties=_encoded(outputs))

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind, inputs = self._kind(request.urn, context), _decoded(request.inputs)
        outputs = self._asked(context, lambda: kind.read(self._iam, request.id, inputs), gone=None)
        if outputs is None:
            return provider_pb2.ReadResponse()
        known = {key: outputs.get(key, value) for key, value in inputs.items()}
        return provider_pb2.ReadResponse(
            id=request.id, properties=_encoded(outputs), inputs=_encoded(known)
        )

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind, news = self._kind(request.urn, context), _decoded(request.news)
        olds = _decoded(request.olds)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=_encoded({**olds, **news}))
        self._asked(context, lambda: kind.update(self._iam, request.id, olds, news))
        outputs = self._asked(context, lambda: kind.read(self._iam, request.id, news))
        return provider_pb2.UpdateResponse(properties=_encoded(outputs))

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind, outputs = self._kind(request.urn, context), _decoded(request.properties)
        self._asked(context, lambda: kind.delete(self._iam, request.id, outputs), gone=None)
        return empty_pb2.Empty()

    def _kind(self, urn: str, context: Any) -> Kind:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._kinds:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the stand-in does not know {token}")
        return self._kinds[token]

    def _asked(self, context: Any, call: Callable[[], Any], gone: Any = _REFUSED) -> Any:
        """Return what IAM answers, or ``gone``; any other refusal is told to the engine."""
        try:
            return call()
        except self._iam.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if gone is not _REFUSED and code == "NoSuchEntity":
                return gone
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _decoded(properties: struct_pb2.Struct) -> Properties:
    return dict(json_format.MessageToDict(properties))


def _encoded(properties: Properties) -> struct_pb2.Struct:
    encoded = struct_pb2.Struct()
    encoded.update(properties)
    return encoded


def _is_json(text: str) -> bool:
    if UNKNOWN in text:
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _equal(kind: Kind, key: str, old: Any, new: Any) -> bool:
    if key in kind.documents and isinstance(old, str) and isinstance(new, str):
        if UNKNOWN in (old, new):
            return False
        return same_document(old) == same_document(new)
    return bool(old == new)


def _own_name(request: Any, news: Properties) -> str:
    """Return ``<logical name>-<7 hexadecimal digits>``, the digits given by the engine's seed."""
    digits = hashlib.sha256(request.randomSeed).hexdigest()
    prefix = news.get("namePrefix")
    logical = request.urn.split("::", 3)[3]
    return f"{prefix}{digits[:26]}" if prefix else f"{logical}-{digits[:7]}"


def _burn(moment: str) -> None:
    """Kill this process, as a machine that loses power would, if the fuse says so."""
    path = os.environ.get(FUSE_VARIABLE, "")
    if not path or not Path(path).exists():
        return
    wanted, _, left = Path(path).read_text().partition(" ")
    if wanted != moment:
        return
    if int(left) <= 1:
        Path(path).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    Path(path).write_text(f"{wanted} {int(left) - 1}")


def serve(kinds: Mapping[str, Kind], version: str) -> None:
    """Serve until the engine ends this process; print the port, which is how the engine learns it.

    Raises:
        ValueError: the environment names no IAM on this machine.
    """
    iam = client(os.environ.get(ENDPOINT_VARIABLE, ""))
    server = grpc.server(ThreadPoolExecutor(1))  # one at a time: a fuse counts
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(kinds, iam, version), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):  # how the engine says that it is done
        server.wait_for_termination()
