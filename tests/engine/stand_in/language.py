"""``pulumi-language-python``: runs a project folder's program, for a CLI that has no host of its own.

The official CLI brings this host; from its Go modules it cannot be built. What runs the program
is what serves inline programs of the Automation API, in a process of its own.
"""

import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2


def _no_program() -> None:
    """Stand where the program will be."""


class Host(LanguageServer):
    """Runs the ``__main__.py`` of a folder."""

    def Handshake(self, _request: Any, _context: Any) -> Any:  # noqa: N802  gRPC's names
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def InstallDependencies(self, _request: Any, _context: Any) -> Iterator[Any]:  # noqa: N802
        yield from ()

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run the policy pack in a folder, as ``pulumi-language-python`` does."""
        if request.kind != "analyzer":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"no plugins of the kind {request.kind}")
        command = [sys.executable, "-u", "-m", "pulumi.policy", *request.args]
        process = subprocess.Popen(
            [*command, request.info.program_directory],
            cwd=request.pwd,
            env=dict(entry.split("=", 1) for entry in request.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        context.add_callback(process.kill)
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.returncode)

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the program as ``python __main__.py`` would."""
        folder = request.info.program_directory or request.pwd
        path = Path(folder, "__main__.py")

        def program() -> None:
            sys.path.insert(0, str(folder))
            runpy.run_path(str(path), run_name="__main__")

        self.program = program
        run: Callable[[Any, Any], Any] = super().Run
        return run(request, context)


def main() -> None:
    """Serve until the engine ends this process."""
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(_no_program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):  # how the engine says that it is done
        server.wait_for_termination()


if __name__ == "__main__":
    main()
