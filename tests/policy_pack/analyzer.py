"""A policy pack in a process of its own, asked as the engine asks it, without the engine."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

ADVISORY, MANDATORY = "advisory", "mandatory"
_LEVELS = {analyzer_pb2.ADVISORY: ADVISORY, analyzer_pb2.MANDATORY: MANDATORY}
_SECONDS = 30
# As pulumi_components/policy_pack has it.
MAIN = "from payguard_pulumi.policy_pack import serve\n\nserve()\n"


class Said(NamedTuple):
    """A diagnostic: how strict, which policy, what, and about which resource."""

    level: str
    policy: str
    message: str
    urn: str

    @property
    def rule(self) -> str:
        """The rule, which begins the line below the policy's description."""
        return self.message.split("\n")[1].partition(":")[0]


class Analyzer:
    """The pack, as the engine sees it."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def policies(self) -> dict[str, str]:
        """Return how strict each policy is."""
        info = self._stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=_SECONDS)
        return {policy.name: _LEVELS[policy.enforcementLevel] for policy in info.policies}

    def resource(self, state: Mapping[str, Any]) -> list[Said]:
        """Return what is said of a resource before it is created; ``state`` is as in an export."""
        what = {
            "type": state["type"],
            "urn": state["urn"],
            "name": state["urn"].rpartition("::")[2],
            "properties": _struct(state.get("inputs") or {}),
        }
        mended = self._stub.Remediate(analyzer_pb2.AnalyzeRequest(**what), timeout=_SECONDS)
        assert list(mended.remediations) == []  # the engine asks this first
        request = analyzer_pb2.AnalyzeRequest(**what)
        return _said(self._stub.Analyze(request, timeout=_SECONDS))

    def stack(
        self,
        states: Sequence[Mapping[str, Any]],
        looked_at: Sequence[Mapping[str, Any]] | None = None,
    ) -> list[Said]:
        """Return what is said of all resources; first each of ``looked_at`` by itself (all)."""
        for state in states if looked_at is None else looked_at:
            self.resource(state)
        resources = [
            analyzer_pb2.AnalyzerResource(
                type=state["type"],
                urn=state["urn"],
                name=state["urn"].rpartition("::")[2],
                properties=_struct(state.get("outputs") or state.get("inputs") or {}),
                parent=state.get("parent", ""),
                dependencies=state.get("dependencies") or (),
                propertyDependencies={
                    name: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                    for name, urns in (state.get("propertyDependencies") or {}).items()
                },
            )
            for state in states
        ]
        request = analyzer_pb2.AnalyzeStackRequest(resources=resources)
        return _said(self._stub.AnalyzeStack(request, timeout=_SECONDS))


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(properties)
    return made


def _said(response: Any) -> list[Said]:
    return [
        Said(_LEVELS[one.enforcementLevel], one.policyName, one.message, one.urn)
        for one in response.diagnostics
    ]


@contextmanager
def analyzer(folder: Path, configuration: str = "") -> Iterator[Analyzer]:
    """Start the pack in ``folder``, with a ``payguard.toml``; afterwards it is ended."""
    (folder / "payguard.toml").write_text(configuration)
    pack = folder / "pack"
    pack.mkdir(exist_ok=True)
    (pack / "__main__.py").write_text(MAIN)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Analyzer(analyzer_pb2_grpc.AnalyzerStub(channel))
    finally:
        process.kill()
        process.communicate()
