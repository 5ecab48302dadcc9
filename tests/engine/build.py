"""What tests with the real engine need and build once: the ``pulumi`` CLI, and npm's packages.

``cli/go.mod`` with ``cli/go.sum``, and ``typescript/package-lock.json``, pin everything that goes
into them. They lie in the user's cache, not in the repository, under names that change with the
pins: what is there is never stale. Nothing but the standard library is used: ``make engine`` runs
this before anything is installed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_GO, _NPM = _HERE / "cli", _HERE / "typescript"
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_SECONDS = 3600


def cli() -> Path:
    """Return where the CLI lies once it is built."""
    pins = _digest(_GO / "go.mod", _GO / "go.sum")
    return _cache() / f"pulumi-{version()}-{pins}" / "pulumi"


def node_modules() -> Path:
    """Return where npm's packages lie once they are installed."""
    pins = _digest(_NPM / "package.json", _NPM / "package-lock.json")
    return _cache() / f"npm-{pins}" / "node_modules"


def version() -> str:
    """Return the version of the CLI, such as ``v3.259.0``."""
    found = re.search(r"pulumi/pkg/v3 (v[0-9.]+)$", (_GO / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError("go.mod does not require github.com/pulumi/pulumi/pkg/v3")
    return found[1]


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "payguard" / "engine"


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _build_cli(folder: Path) -> None:
    """Build the CLI in ``folder``."""
    flags = f"-s -w -X {_VERSION_VARIABLE}={version()}"
    # The tags and the rest are those of Pulumi's own releases, without cgo.
    options = ["-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", flags]
    _run(["go", "build", *options, "-o", str(folder / "pulumi"), _PACKAGE], _GO)


def _install_packages(folder: Path) -> None:
    """Install npm's packages in ``folder``; no package runs a script of its own."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_NPM / name, folder)
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    subprocess.run(command, cwd=folder, env=environment, timeout=_SECONDS, check=True)


def main() -> int:
    """Build what is not there; say where it lies."""
    for target, tool, build in (
        (cli(), "go", _build_cli),
        (node_modules(), "npm", _install_packages),
    ):
        if not target.exists():
            if shutil.which(tool) is None:
                sys.stderr.write(f"there is no {tool}, which {target.name} is made with\n")
                return 2
            sys.stderr.write(f"making {target}: this takes a while, once\n")
            target.parent.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent.parent) as folder:
                build(Path(folder))
                target.parent.mkdir(exist_ok=True)
                Path(folder, target.name).replace(target)  # whole, or not at all
        sys.stdout.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
