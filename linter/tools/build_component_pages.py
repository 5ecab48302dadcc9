"""Write what is made from the component's class: its schema, its page's tables and examples.

With --check, say whether they are current.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from payguard_pulumi import plugin
from payguard_pulumi.payment_access_roles import TOKEN

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "pulumi_components")
PAGE = "README.md"
_MARKED = re.compile(r"(<!-- made from: (?P<source>[\w./-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_LANGUAGES = {".py": "python", ".ts": "typescript", ".yaml": "yaml", ".json": "json"}
_CLASS = """\
// The component's class, made from schema.json. `pulumi package add` generates one like it.
import * as pulumi from "@pulumi/pulumi";

export interface PaymentAccessRolesArgs {
%(inputs)s
}

export class PaymentAccessRoles extends pulumi.ComponentResource {
%(outputs)s

    constructor(name: string, args: PaymentAccessRolesArgs, opts?: pulumi.ComponentResourceOptions) {
        const outputs = {
%(unset)s
        };
        super("%(token)s", name, { ...outputs, ...args }, opts, true);
    }
}
"""


def schema() -> dict[str, Any]:
    """Return the schema that the plugin answers with."""
    provider = plugin.Provider()
    found: dict[str, Any] = json.loads(str(provider.schema))
    return found


def written(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each file below `pulumi_components` and what it holds."""
    yield "schema.json", json.dumps(found, indent=2) + "\n"
    yield "examples/typescript/paymentAccessRoles.ts", _typescript(found["resources"][TOKEN])
    with open(os.path.join(FOLDER, PAGE), encoding="utf-8") as file:
        page = file.read()

    def filled(match: re.Match[str]) -> str:
        return f"{match[1]}{_part(match['source'], found['resources'][TOKEN])}{match[3]}"

    yield PAGE, _MARKED.sub(filled, page)


def _part(source: str, resource: Mapping[str, Any]) -> str:
    if source == "inputs":
        return _table("input", "type", resource["inputProperties"], _input_type)
    if source == "outputs":
        return _table("output", "type", resource["properties"], _output_type)
    with open(os.path.join(FOLDER, source), encoding="utf-8") as file:
        text = file.read()
    return f"```{_LANGUAGES[os.path.splitext(source)[1]]}\n{text}```\n"


def _table(first: str, second: str, properties: Mapping[str, Any], type_of: Any) -> str:
    rows = [f"| {first} | {second} | what |", "|---|---|---|"]
    for name, about in properties.items():
        rows.append(f"| `{name}` | {type_of(about)} | {about['description']} |")
    return "\n".join(rows) + "\n"


def _input_type(about: Mapping[str, Any]) -> str:
    return _type(about) + (", plain" if about.get("plain") else "")


def _output_type(about: Mapping[str, Any]) -> str:
    return _type(about)


def _type(about: Mapping[str, Any]) -> str:
    if about["type"] == "array":
        return f"list of {about['items']['type']}s"
    if about["type"] == "object":
        return f"map of {about['additionalProperties']['type']}s"
    return str(about["type"])


def _typescript(resource: Mapping[str, Any]) -> str:
    inputs, outputs = resource["inputProperties"], resource["properties"]
    required = resource["required"]
    return _CLASS % {
        "token": TOKEN,
        "inputs": "\n".join(
            f"    /** {about['description']} */\n    {name}?: {_typescript_input(about)};"
            for name, about in inputs.items()
        ),
        "outputs": "\n".join(
            f"    /** {about['description']} */\n"
            f"    declare public readonly {name}: pulumi.Output<{_typescript_type(about)}"
            f"{'' if name in required else ' | undefined'}>;"
            for name, about in outputs.items()
        ),
        "unset": "\n".join(f"            {name}: undefined," for name in outputs),
    }


def _typescript_input(about: Mapping[str, Any]) -> str:
    if about.get("plain"):
        return str(about["type"])
    if about["type"] == "array":
        return f"pulumi.Input<pulumi.Input<{about['items']['type']}>[]>"
    if about["type"] == "object":
        held = about["additionalProperties"]["type"]
        return f"pulumi.Input<{{ [key: string]: pulumi.Input<{held}> }}>"
    return f"pulumi.Input<{about['type']}>"


def _typescript_type(about: Mapping[str, Any]) -> str:
    if about["type"] == "object":
        return f"{{ [key: string]: {about['additionalProperties']['type']} }}"
    return str(about["type"])


def main() -> int:
    """Write the files, or compare them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a file is stale")
    check = parser.parse_args().check
    stale = []
    for name, text in written(schema()):
        path = os.path.join(FOLDER, name)
        before = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                before = file.read()
        if before == text:
            continue
        stale.append(name)
        if not check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    if check and stale:
        print(f"pulumi_components: {', '.join(stale)} stale: run make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
