"""Write linter/RULES.md from the rule classes; with --check, say whether it is current."""

import argparse
import os
import sys

from payguard.rule_page import page
from payguard.rules.registry import RULES

TARGET = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "RULES.md")
HEAD = """\
# Rules

Generated from the rule classes by `python linter/tools/build_rules_page.py`; each example below is
linted and each output compared in the tests. `payguard rule ID` prints the same text.

"""


def text() -> str:
    """Return the whole page: a table of the rules, then each rule's section."""
    rows = ["| rule | severity | what |", "|---|---|---|"]
    rows += [f"| [{r.id}](#{r.id}) | {r.severity.label} | {r.summary} |" for r in RULES]
    return HEAD + "\n".join(rows) + "\n\n" + "\n".join(page(rule) for rule in RULES)


def main() -> int:
    """Write the page, or compare it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if the page is stale")
    check = parser.parse_args().check
    current = text()
    if check:
        with open(TARGET, encoding="utf-8") as file:
            if file.read() == current:
                return 0
        print("linter/RULES.md is stale: run python linter/tools/build_rules_page.py")
        return 1
    with open(TARGET, "w", encoding="utf-8") as file:
        file.write(current)
    return 0


if __name__ == "__main__":
    sys.exit(main())
