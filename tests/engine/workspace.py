"""A Pulumi project in a folder of its own, and the CLI run in it with nothing of the user's."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from engine.stand_in.environment import ENDPOINT_VARIABLE, FUSE_VARIABLE
from pulumi_components.sample_arguments import callers

PROGRAMS = Path(__file__).parent / "programs"
PROJECT, STACK = "shop", "dev"
_TESTS = Path(__file__).resolve().parent.parent
REPOSITORY = _TESTS.parent
_SECONDS = 180
_PLUGINS = {
    "pulumi-language-python": "engine.stand_in.language",
    "pulumi-resource-aws": "engine.stand_in.aws",
    "pulumi-resource-aws-native": "engine.stand_in.aws_native",
}
Run = subprocess.CompletedProcess[str]

# Set where the engine must be there, as in CI: its absence is then a failure.
REQUIRED = "PAYGUARD_ENGINE_REQUIRED"


def absent(reason: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


def write_plugins(folder: Path) -> None:
    """Write the executables that the engine finds on its search path."""
    folder.mkdir(parents=True)
    for name, module in _PLUGINS.items():
        write_script(folder / name, f'exec "{sys.executable}" -m {module} "$@"')


def write_script(path: Path, line: str) -> None:
    """Write a shell script of one line that anybody may run."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def run_to_end(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], seconds: float
) -> Run:
    """Run a command in a session of its own; when its time is over, end all of that session.

    Raises:
        TimeoutError: it did not end in time.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        message = f"{command} took more than {seconds} s\n{out[-4000:]}\n{err[-4000:]}"
        raise TimeoutError(message) from None
    return Run(process.args, process.returncode, out, err)


class Workspace:
    """A project with one stack, whose state lies in a file beside it.

    Args:
        folder: where everything of it lies.
        cli: the ``pulumi`` executable.
        plugins: the folder with the executables that the engine looks for.
        endpoint: the address of IAM.
    """

    def __init__(self, folder: Path, cli: Path, plugins: Path, endpoint: str) -> None:
        self.folder, self._cli, self._plugins = folder, cli, plugins
        self.project = folder / "project"
        self.fuse = folder / "fuse"
        backend = folder / "backend"
        for made in (self.project, backend, folder / "home"):
            made.mkdir(parents=True)
        self.environment = {
            "PATH": os.pathsep.join((str(plugins), str(cli.parent), os.defpath)),
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_TESTS),
            "PULUMI_HOME": str(folder / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "testing",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_EC2_METADATA_DISABLED": "true",
            ENDPOINT_VARIABLE: endpoint,
            FUSE_VARIABLE: str(self.fuse),
        }

    def plugin(self, package: str) -> Path:
        """Return the executable of a package."""
        return self._plugins / f"pulumi-resource-{package}"

    def create(self, program: Path, runtime: str = "python") -> None:
        """Create the project with a program, and its stack."""
        (self.project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: {runtime}\n")
        shutil.copy(program, self.project / "__main__.py")
        self.pulumi("stack", "init", STACK)

    def pulumi(self, *arguments: str, status: int = 0, **variables: str) -> Run:
        """Run the CLI.

        Args:
            arguments: its command and options.
            status: the exit status that is right; -1 for any but 0.
            variables: more of its environment.

        Raises:
            AssertionError: it ended with another status.
        """
        command: list[str | Path] = [self._cli, "--non-interactive", "--color=never", *arguments]
        run = run_to_end(command, self.project, {**self.environment, **variables}, _SECONDS)
        right = run.returncode != 0 if status == -1 else run.returncode == status
        shown = (
            f"{arguments} ended with {run.returncode}\n{run.stdout[-6000:]}\n{run.stderr[-6000:]}"
        )
        assert right, shown
        return run

    def preview(self, *options: str, status: int = 0, **variables: str) -> Run:
        return self.pulumi("preview", *options, status=status, **variables)

    def up(self, *options: str, status: int = 0, **variables: str) -> Run:
        return self.pulumi("up", "--yes", "--skip-preview", *options, status=status, **variables)

    def destroy(self) -> Run:
        return self.pulumi("destroy", "--yes", "--skip-preview")

    def config(self, name: str, value: str) -> None:
        self.pulumi("config", "set", name, "--", value)

    def give(self, without: Collection[str] = (), **changed: Any) -> None:
        """Give the component of ``programs/access.py`` other arguments than those of `callers`."""
        arguments = {key: value for key, value in callers(**changed).items() if key not in without}
        self.config("arguments", json.dumps(arguments))

    def planned(self) -> dict[str, int]:
        """Return how many resources a preview would create, update and so on; none are the same."""
        digest = json.loads(self.preview("--json").stdout)
        return {op: count for op, count in digest["changeSummary"].items() if op != "same"}

    def exported(self) -> dict[str, Any]:
        """Return what ``pulumi stack export`` says."""
        return dict(json.loads(self.pulumi("stack", "export").stdout))

    def outputs(self) -> dict[str, Any]:
        return dict(json.loads(self.pulumi("stack", "output", "--json").stdout))


def left_running(folder: Path) -> list[str]:
    """Return the command lines of the processes that were started for a workspace and still run."""
    mark = f"PULUMI_HOME={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(
                entry.startswith(mark) for entry in (process / "environ").read_bytes().split(b"\0")
            ):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended, or is not ours
    return found
