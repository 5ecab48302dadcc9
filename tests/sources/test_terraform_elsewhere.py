"""Resources that are not joined into roles: nothing that they give is passed over in silence."""

import json
from collections.abc import Callable

import pytest

from fixtures.terraform.planned import plan, resource
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import MISSING, UNEVALUATED, Unresolved
from payguard.infrastructure import Infrastructure
from payguard.sources.reading import read_input
from payguard.sources.terraform_elsewhere import NOT_JOINED
from sources.terraform_hcl.configurations import read_texts

POLICY = {"Version": "2012-10-17", "Statement": []}
# Users and groups hold their policies in lists.
HOLDING = {
    kind: "assume_role_policy_document" if kind == "awscc_iam_role" else "policy_document"
    for kind in NOT_JOINED
    if kind.startswith("awscc_iam_") and kind not in ("awscc_iam_group", "awscc_iam_user")
}


def planned(kind: str) -> Infrastructure:
    text = json.dumps(plan(resource(f"{kind}.x", {HOLDING.get(kind, "path"): json.dumps(POLICY)})))
    found = read_input("plan.json", text, named=True)
    assert isinstance(found, Infrastructure)
    return found


def configured(kind: str) -> Infrastructure:
    argument = HOLDING.get(kind, "path")
    return read_texts(
        f'resource "{kind}" "x" {{\n  {argument} = jsonencode({json.dumps(POLICY)})\n}}\n'
    )


@pytest.mark.parametrize("read", [planned, configured], ids=["a plan", "a configuration"])
@pytest.mark.parametrize("kind", NOT_JOINED)
def test_who_has_what_is_a_gap_and_the_policy_is_read(
    read: Callable[[str], Infrastructure], kind: str
) -> None:
    found = read(kind)
    [gap] = found.gaps
    if "_iam_" in kind:
        what, part = Unresolved(f"what {kind}.x gives to whom", UNEVALUATED), IDENTITY
    else:
        what, part = Unresolved(f"the resources of {kind}.x", MISSING), ""
    assert (gap.unresolved, gap.part) == (what, part)
    assert gap.location.address == f"{kind}.x"
    assert gap.location.span.line > 0
    assert [one.value for one in found.documents] == ([POLICY] if kind in HOLDING else [])
