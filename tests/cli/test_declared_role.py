"""``--role`` and ``--base``: roles that infrastructure declares, and what they were in git."""

import json
import subprocess
from pathlib import Path

import pytest

from cli.proving import PAYGUARD, commands, shell
from payguard.cli.revision import at_revision

SHOP = "arn:aws:bedrock-agentcore:us-west-2:123456789012:payment-manager/shop-a1b2c3d4e5"
PAY, OPEN = "bedrock-agentcore:ProcessPayment", "bedrock-agentcore:CreatePaymentSession"
CONFIGURATION = """\
variable "more" {
  type = string
}

resource "aws_iam_role" "pay" {
  name               = "Pay"
  assume_role_policy = "{}"
}

data "aws_iam_policy_document" "pay" {
  statement {
    actions   = [%s]
    resources = ["%s"]
  }
}

resource "aws_iam_role_policy" "pay" {
  role   = aws_iam_role.pay.id
  policy = data.aws_iam_policy_document.pay.json
}
"""
UNKNOWN = """
resource "aws_iam_role_policy_attachment" "more" {
  role       = aws_iam_role.pay.name
  policy_arn = var.more
}
"""
BOTH = f'"{PAY}", "{OPEN}"'
APART = ("--never-both", PAY, OPEN)


def write(folder: Path, actions: str, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(CONFIGURATION % (actions, SHOP) + more)
    return folder


def payguard(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PAYGUARD, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def follow(folder: Path, output: str) -> list[str]:
    """Run the commands of an output; return what each decides."""
    return [shell(command, folder).stdout.partition(":")[0] for command in commands(output)]


def git(folder: Path, *words: str) -> None:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", "-C", str(folder), *author, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder of a repository whose role may pay at first, and open budgets as well now."""
    git(tmp_path, "init", "-q")
    write(tmp_path / "infra", f'"{PAY}"')
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return write(tmp_path / "infra", BOTH)


@pytest.mark.parametrize("name", ["aws_iam_role.pay", "Pay", "arn:aws:iam::123456789012:role/Pay"])
def test_a_role_is_named_by_its_address_or_by_its_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, f'"{PAY}"')
    done = payguard(tmp_path, "prove", *APART, "--role", name, "main.tf")

    known = not name.startswith("arn:")  # the account is only known once it is deployed
    assert done.returncode == (0 if known else 2), done.stdout + done.stderr


def test_a_witness_of_a_declared_role_can_be_replayed(tmp_path: Path) -> None:
    write(tmp_path, BOTH)
    done = payguard(tmp_path, "prove", *APART, "--role", "Pay", ".")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "main.tf:" in done.stdout
    assert len(commands(done.stdout)) == 2
    assert follow(tmp_path, done.stdout) == ["allow", "allow"]


def test_simulate_asks_a_declared_role(tmp_path: Path) -> None:
    write(tmp_path, f'"{PAY}"')
    asked = ("simulate", "--identity", "main.tf", "--role", "Pay", "--resource", SHOP, "--action")

    assert payguard(tmp_path, *asked, PAY, "--expect", "allow").returncode == 0
    assert payguard(tmp_path, *asked, OPEN, "--expect", "deny").returncode == 0


def test_a_policy_that_is_not_known_leaves_a_declared_role_undecided(tmp_path: Path) -> None:
    write(tmp_path, f'"{PAY}"', UNKNOWN)
    asked = ("--identity", "main.tf", "--role", "Pay", "--action", OPEN, "--resource", SHOP)

    proving = payguard(tmp_path, "prove", *APART, "--role", "Pay", "main.tf")
    simulating = payguard(tmp_path, "simulate", *asked)

    assert (proving.returncode, simulating.returncode) == (3, 3)
    assert "var.more" in proving.stdout
    assert "var.more" in simulating.stdout


def test_a_witness_beside_a_policy_that_is_not_known_has_no_command(tmp_path: Path) -> None:
    write(tmp_path, BOTH, UNKNOWN)
    done = payguard(tmp_path, "prove", *APART, "--role", "Pay", "main.tf")

    assert done.returncode == 1
    assert commands(done.stdout) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--role", "Play", "main.tf"), 'there is no role "Play" in the input'),
        (("--role", "Pay", "nowhere.tf"), "nowhere.tf"),
        (("--role", "Pay", "empty.json"), "empty.json"),
        (("--role", "Pay"), "name the files"),
    ],
)
def test_a_role_that_cannot_be_found_is_refused(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    write(tmp_path, f'"{PAY}"')
    (tmp_path / "empty.json").write_text("")
    done = payguard(tmp_path, "prove", *APART, *words)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", [".", "main.tf"])
def test_diff_compares_with_a_revision_of_git(repository: Path, path: str) -> None:
    done = payguard(repository, "diff", "--base", "HEAD", "--role", "Pay", path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"refuted: {path} allows nothing that HEAD:{path} did not" in done.stdout
    assert "1. CreatePaymentSession\n" in done.stdout
    assert follow(repository, done.stdout) == ["allow"]


def test_diff_compares_policy_files_with_a_revision_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for actions in ([PAY, OPEN], [PAY]):
        statement = {"Effect": "Allow", "Action": actions, "Resource": SHOP}
        document = {"Version": "2012-10-17", "Statement": statement}
        (tmp_path / "pay.json").write_text(json.dumps(document))
        if OPEN in actions:
            git(tmp_path, "add", ".")
            git(tmp_path, "commit", "-qm", "one")
    done = payguard(tmp_path, "diff", "--base", "HEAD", "pay.json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "allowed by HEAD:pay.json:1:" in done.stdout
    assert "0 new, 1 taken away" in done.stdout
    assert commands(done.stdout) == []  # the revision is not in the folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--base", "nowhere", "main.tf"), 'git knows no revision "nowhere"'),
        (("--base", "--help", "main.tf"), 'git knows no revision "--help"'),
        (("--base", "HEAD", "other.tf"), "it is not in revision"),
        (("--base", "HEAD", "main.tf", "main.tf"), "give OLD and NEW, or one path with --base"),
        (("main.tf",), "give OLD and NEW, or one path with --base"),
        (("--base", "HEAD", "/"), "it is in no git repository"),
    ],
)
def test_a_revision_that_cannot_be_had_is_refused(
    repository: Path, words: tuple[str, ...], message: str
) -> None:
    done = payguard(repository, "diff", "--role", "Pay", *words)

    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_diff_reads_all_of_a_configuration_at_the_revision(tmp_path: Path) -> None:
    """Values of variables, files that functions ask for, and modules beside the folder."""
    main = """
variable "action" {}
module "shared" {
  source = "../../modules/pay"
  action = var.action
}
"""
    shared = """
variable "action" {}
resource "aws_iam_role" "pay" {
  name               = "Pay"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "pay" {
  role   = aws_iam_role.pay.id
  policy = templatefile("${path.module}/policies/pay.json.tmpl", { action = var.action })
}
"""
    statement = {"Effect": "Allow", "Action": "${action}", "Resource": SHOP}
    files = {
        "live/prod/main.tf": main,
        "live/prod/terraform.tfvars": f'action = "{PAY}"\n',
        "modules/pay/main.tf": shared,
        "modules/pay/policies/pay.json.tmpl": json.dumps(
            {"Version": "2012-10-17", "Statement": statement}
        ),
    }
    git(tmp_path, "init", "-q")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "modules/pay/link.tf.json").symlink_to("none.json")
    (tmp_path / "modules/pay/none.json").write_text("{}")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    asked = ("diff", "live/prod", "--base", "HEAD", "--role", "Pay")

    same = payguard(tmp_path, *asked)
    (tmp_path / "live/prod/terraform.tfvars").write_text(f'action = "{OPEN}"\n')
    other = payguard(tmp_path, *asked)

    assert same.returncode == 0, same.stdout + same.stderr
    assert "0 new, 0 taken away" in same.stdout
    assert other.returncode == 1, other.stdout + other.stderr
    assert "1 new, 1 taken away" in other.stdout
    assert f'before: no identity policy allows "{OPEN}"' in other.stdout


@pytest.mark.parametrize("shown", ["{outside}", "../../outside.json", "../folder/../../../x"])
def test_of_a_revision_only_links_within_it_are_followed(
    tmp_path: Path, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside.json").write_text("secret")
    top = tmp_path / "top"
    (top / "folder").mkdir(parents=True)
    (top / "policies").mkdir()
    (top / "policies/here.json").write_text("here")
    (top / "policies/near.json").symlink_to("here.json")
    (top / "policies/folder").symlink_to("../folder")
    (top / "policies/far.json").symlink_to(shown.format(outside=tmp_path / "outside.json"))
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    monkeypatch.chdir(top)

    with at_revision("HEAD", "policies") as there:
        found = {path.name: path.read_text() for path in Path(there).iterdir()}
        assert not any(path.is_symlink() for path in Path(there).iterdir())

    assert found == {"here.json": "here", "near.json": "here"}


def test_of_a_clone_without_its_objects_only_those_are_fetched_that_are_read(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.bin").write_text("of no concern")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "two")
    missing = subprocess.run(
        ["git", "-C", str(tmp_path), "rev-parse", "HEAD:other.bin"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (tmp_path / ".git/objects" / missing[:2] / missing[2:]).unlink()
    done = payguard(repository, "diff", "main.tf", "--base", "HEAD", "--role", "Pay")

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_cannot_be_read_at_the_revision_is_named_by_it(repository: Path) -> None:
    (repository / "main.tf").write_text("resource {")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    done = payguard(repository, "diff", "main.tf", "--base", "HEAD", "--role", "Pay")

    assert done.returncode == 2
    assert done.stderr.startswith("Error: HEAD:main.tf:1:"), done.stderr


TEMPLATE = """\
Resources:
  Pay:
    Type: AWS::IAM::Role
    Properties:
      %s
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies:
        - PolicyName: pay
          PolicyDocument:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Action: "bedrock-agentcore:ProcessPayment", Resource: %s}
"""
DEPLOYED = {
    "RoleName": "Pay",
    "Path": "/",
    "Arn": "arn:aws:iam::222233334444:role/Pay",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
    "AttachedManagedPolicies": [],
}
ARN = "arn:aws:bedrock-agentcore:{}:{}:payment-manager/*"
SUB = f"!Sub '{ARN.format('${AWS::Region}', '${AWS::AccountId}')}'"


@pytest.mark.parametrize("name", ["RoleName: Pay", "Description: without a name"])
@pytest.mark.parametrize(
    ("written", "deployed"),
    [("'*'", "*"), (SUB, ARN.format("eu-west-1", "222233334444"))],
    ids=["any resource", "an ARN"],
)
def test_one_version_tells_where_the_other_is_deployed_to(
    tmp_path: Path, name: str, written: str, deployed: str
) -> None:
    """A template knows neither account nor region: what it allows is not new for that."""
    statement = {"Effect": "Allow", "Action": PAY, "Resource": deployed}
    policy = {
        "PolicyName": "pay",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    details = {"RoleDetailList": [{**DEPLOYED, "RolePolicyList": [policy]}]}
    lists: dict[str, list[str]] = {"UserDetailList": [], "GroupDetailList": [], "Policies": []}
    (tmp_path / "details.json").write_text(json.dumps({**lists, **details}))
    (tmp_path / "template.yaml").write_text(TEMPLATE % (name, written))

    for pair in (("details.json", "template.yaml"), ("template.yaml", "details.json")):
        done = payguard(tmp_path, "diff", *pair, "--role", "Pay")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 new, 0 taken away" in done.stdout


@pytest.mark.parametrize("command", ["diff", "prove", "simulate"])
def test_an_input_that_declares_roles_asks_for_one_of_them(tmp_path: Path, command: str) -> None:
    path = "template.yaml"
    (tmp_path / path).write_text(TEMPLATE % ("RoleName: Pay", "'*'"))
    words = {
        "diff": (path, path),
        "prove": (path, *APART),
        "simulate": ("--identity", path, "--action", PAY, "--resource", SHOP),
    }
    done = payguard(tmp_path, command, *words[command])

    assert done.returncode == 2
    assert f"{path}: it declares roles; name one of them with --role" in done.stderr
