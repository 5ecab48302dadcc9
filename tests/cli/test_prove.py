"""``payguard prove``: the verdict, the witness and how to replay it, and what a proof rests on."""

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

import payguard_policies
from authorization.asking import ACCOUNT, PAY, ROLE, Json, allow, deny, policy
from authorization.questions import documents
from cli.proving import (
    DOCUMENTS,
    OPEN,
    PREFIX,
    RETRIEVE,
    SHOP,
    TILL,
    case_of,
    commands,
    lines,
    shell,
    tagged,
    write,
)
from commands import Run
from payguard.cli import commands as payguard_commands
from payguard.cli.replay import word
from payguard.cli.verdict import in_time
from payguard_policies import roles

BOTH = ("--never-both", "ProcessPayment", "CreatePaymentSession")
SCHEMAS = Path(str(payguard_policies.__file__)).parent / "schemas"
VAULT = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default"
PIPED = (
    'echo \'{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}\''
)


@pytest.fixture
def files(folder: Path) -> Path:
    """A folder with the policies of ``proving.DOCUMENTS``, and documented roles."""
    managed = roles.Parameters(manager_arns=(SHOP,))
    documented = {
        "payer": roles.permissions("process-payment", managed),
        "setter": roles.permissions("management", managed),
    }
    return write(folder, {**DOCUMENTS, **documented})


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return validator("answer")


def validator(name: str) -> Draft202012Validator:
    found = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def simulate(name: str, action: str, resource: str = "{shop}", more: str = "") -> str:
    options = f"--identity {name}.json --action {action} --resource {resource}"
    return f"     $ payguard simulate {options}{more}"


def replayed(action: str, resource: str) -> str:
    files = "--identity payer.json --identity lists.json"
    options = f"--action bedrock-agentcore:{action} --resource {resource}"
    return f"     $ payguard simulate {files} {options}"


def missing(action: str, why: str) -> list[str]:
    said = f'no identity policy allows "bedrock-agentcore:{action}"'
    return [
        f"  missing: {action}: {why}",
        f'     on "{{till}}": {said}',
        replayed(action, "{till}"),
    ]


ALWAYS = (
    "  assumed: the resource belongs to the caller's account: payments has no resource policies",
    "  assumed: no policy allows more than those given; further boundaries and SCPs only restrict",
    "  assumed: context keys hold values of the types that AWS documents",
)
NEVER_BOTH = (
    "the role never both ProcessPayment and CreatePaymentSession on the same payment manager"
)
OVER = "  over: ProcessPayment, CreatePaymentSession on every payment manager, with any context"

TRANSCRIPTS: dict[str, tuple[tuple[str, ...], int, list[str]]] = {
    "a proof says what it ranged over, rests on and looked at": (
        ("apart.json", *BOTH),
        0,
        lines(
            f"proved: {NEVER_BOTH}",
            OVER,
            *ALWAYS,
            "  examined: 2 statements, 4 representative resources, 5 requests",
        ),
    ),
    "a refutation is a list of requests to replay": (
        ("joint.json", *BOTH),
        1,
        lines(
            f"refuted: {NEVER_BOTH}",
            '  1. the role: ProcessPayment on "{shop}": allowed by joint.json:4:3',
            simulate("joint", "{pay}"),
            '  2. the role: CreatePaymentSession on "{shop}": allowed by joint.json:9:3',
            simulate("joint", "{open}"),
        ),
    ),
    "a tag that the role changes in between stands between the two": (
        ("tags.json", *BOTH),
        1,
        lines(
            f"refuted: {NEVER_BOTH}",
            '  1. the role: ProcessPayment on "{shop}", with aws:ResourceTag/stage "spend": '
            "allowed by tags.json:4:3",
            simulate("tags", "{pay}", more=" --context aws:ResourceTag/stage=spend"),
            "  2. the role changes the tags of the payment manager: "
            'TagResource on "{shop}", with aws:RequestTag/stage "open", '
            'aws:ResourceTag/stage "spend", aws:TagKeys "stage": allowed by tags.json:24:3',
            simulate(
                "tags",
                "{tag}",
                more=" --context aws:RequestTag/stage=open --context aws:ResourceTag/stage=spend"
                " --context aws:TagKeys=stage",
            ),
            '  3. the role: CreatePaymentSession on "{shop}", with aws:ResourceTag/stage "open": '
            "allowed by tags.json:14:3",
            simulate("tags", "{open}", more=" --context aws:ResourceTag/stage=open"),
        ),
    ),
    "what is undecided has its reasons": (
        ("unclear.json", *BOTH),
        3,
        lines(
            f"undecided: {NEVER_BOTH}",
            '  because: IAM has no condition operator "StringMatches"',
            OVER,
            *ALWAYS,
            "  examined: 2 statements, 3 representative resources, 8 requests",
        ),
    ),
    "a required action that is not allowed is asked for in vain": (
        ("mfa.json", "--requires", "CreatePaymentSession", "--on", SHOP),
        1,
        lines(
            'refuted: the role can CreatePaymentSession on "{shop}"',
            '  1. the role: CreatePaymentSession on "{shop}": no identity policy allows "{open}"',
            simulate("mfa", "{open}"),
        ),
    ),
    "what a required action takes is assumed": (
        ("mfa.json", "--requires", "ProcessPayment", "--on", SHOP),
        0,
        lines(
            'proved: the role can ProcessPayment on "{shop}"',
            '  over: every resource that "{shop}" matches',
            ALWAYS[0],
            '  assumed: ProcessPayment is asked with aws:multifactorauthpresent "true"',
            "  examined: 1 statement, 0 representative resources, 6 requests",
        ),
    ),
    "a persona that is kept": (
        ("payer.json", "--persona", "process-payment", "--manager-arn", SHOP),
        0,
        lines(
            'proved: the role keeps the contract of the persona "process-payment"',
            "  over: every resource and context, clause by clause",
            *ALWAYS,
            "  examined: 3 statements, 2 representative resources, 6 requests",
            "42 clauses: 42 kept, 0 broken, 0 undecided",
        ),
    ),
    "a persona that is broken names every clause": (
        ("payer.json", "lists.json", "--persona", "process-payment", "--manager-arn", TILL),
        1,
        lines(
            'refuted: the role keeps the contract of the persona "process-payment"',
            *missing("ProcessPayment", "Signs a payment: the money leaves the wallet."),
            *missing("GetPaymentInstrument", "Shows the wallet that a payment is drawn on."),
            *missing("GetPaymentInstrumentBalance", "Shows what a wallet holds."),
            *missing("GetPaymentSession", "Shows what is left of the limit."),
            "  beyond: ListPaymentSessions: The contract does not name it.",
            '     on "{shop}": allowed by lists.json:4:3',
            replayed("ListPaymentSessions", "{shop}"),
            "  outside: GetPaymentInstrument: The payment manager is none of its own.",
            '     on "{shop}": allowed by payer.json:13:3',
            replayed("GetPaymentInstrument", "{shop}"),
            "42 clauses: 36 kept, 6 broken, 0 undecided",
        ),
    ),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_text_is_exactly_this(payguard: Run, files: Path, name: str) -> None:
    listing = allow(Action="bedrock-agentcore:ListPaymentSessions", Resource=f"{PREFIX}*")
    write(files, {"lists": policy(listing)})
    arguments, status, expected = TRANSCRIPTS[name]
    result = payguard("prove", *arguments)
    assert result.exit_code == status
    assert result.stdout.splitlines() == expected
    assert not result.stderr


def test_the_kept_clauses_are_listed_on_request(payguard: Run, files: Path) -> None:
    arguments = ("setter.json", "--persona", "management")
    quiet = payguard("prove", *arguments).stdout.splitlines()
    told = payguard("prove", *arguments, "-v").stdout.splitlines()
    kept = [line for line in told if line not in quiet]
    assert len(kept) == 39
    assert kept[0] == "  kept: the role can GetPaymentInstrument"
    assert "  kept: the role could not ProcessPayment whatever else it is given" in kept
    assert told[-1] == "39 clauses: 39 kept, 0 broken, 0 undecided"


def test_an_undecided_clause_has_its_reason(payguard: Run, files: Path) -> None:
    write(files, {"more": DOCUMENTS["unclear"]})
    result = payguard("prove", "setter.json", "more.json", "--persona", "management")
    assert result.exit_code == 0  # it may do both, and the Deny keeps it from paying
    text = policy(deny(Action=PAY, Condition={"StringMatches": {"aws:UserAgent": "x"}}))
    write(files, {"guard": text})
    result = payguard("prove", "pay.json", "guard.json", "--confined-to", SHOP)
    assert result.exit_code == 3
    result = payguard("prove", "pay.json", "guard.json", "--persona", "viewer")
    assert result.exit_code == 1
    assert (
        '  undecided: the role cannot ProcessPayment: IAM has no condition operator "StringMatches"'
    ) in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1] == "38 clauses: 32 kept, 5 broken, 1 undecided"


# Replays


# Arguments of prove whose witness is replayed in a shell, and how many commands that takes.
WITNESSES: dict[str, tuple[tuple[str, ...], int]] = {
    "two requests": (("joint.json", *BOTH), 2),
    "tags": (("tags.json", *BOTH), 3),
    "a role with an ARN": (("joint.json", *BOTH, "--principal", ROLE), 2),
    "boundary and SCP": (
        (
            "all.json",
            "--boundary",
            "joint.json",
            "--scp",
            "root=all.json",
            "--scp",
            "all.json",
            *BOTH,
        ),
        2,
    ),
    "session policies and an endpoint": (
        ("all.json", "--session", "all.json", "--vpc-endpoint", "everyone.json", *BOTH),
        2,
    ),
    "identity policies by name": (
        ("--identity", "pay.json", "--identity", "mfa.json", "--requires", OPEN, "--on", SHOP),
        1,
    ),
    "a call on several resources": (("all.json", "--never-both", RETRIEVE, "s3:GetObject"), 2),
    "a call of which a part is denied": (
        ("half.json", "--requires", RETRIEVE, "--on", f"{VAULT}*"),
        1,
    ),
    "a call whose resources carry different tags": (
        ("vaults.json", "--never-both", "GetPaymentCredentialProvider", "ProcessPayment"),
        3,
    ),
    "a persona": (("all.json", "--persona", "process-payment"), 37),
    "a guard that is missing": (("pay.json", "--persona", "management"), 10),
    "a set of one value": (("set.json", *BOTH), 2),
    "a region that a policy asks for": (("region.json", *BOTH), 2),
    "a principal's ARN that a policy asks for": (("arn.json", *BOTH), 2),
    "odd names": (("odd \x1b'##[name].json", *BOTH), 2),
}
PROVIDER = f"{VAULT}/paymentcredentialprovider/*"
ODD: dict[str, Json] = {
    "everyone": policy(allow(Principal="*")),
    "half": policy(allow(Action=RETRIEVE, Resource=PROVIDER)),
    "vaults": policy(
        allow(Action="*", Resource=VAULT, Condition=tagged("a")),
        allow(Action="*", Resource=PROVIDER, Condition=tagged("b")),
        allow(Action=PAY),
    ),
    "set": policy(
        allow(Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": "a"}}),
        deny(Condition={"StringEquals": {"aws:CalledVia": "a"}}),
    ),
    "region": policy(allow(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
    "arn": policy(allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/till"}})),
    "odd \x1b'##[name]": policy(
        allow(Condition={"StringEquals": {"aws:PrincipalTag/a b": "$(id) 'x' \"y\" `z`\\"}})
    ),
}


@pytest.mark.parametrize("name", WITNESSES)
def test_every_command_decides_as_the_witness_does(
    payguard: Run, files: Path, schema: Draft202012Validator, name: str
) -> None:
    write(files, ODD)
    arguments, number = WITNESSES[name]
    text = payguard("prove", *arguments)
    value = json.loads(payguard("prove", *arguments, "--output-format", "json").stdout)
    schema.validate(value)
    calls = [call for answer in value["answers"] for call in answer["witness"]]
    found = [command for call in calls for command in call["replay"]]
    assert text.exit_code == 1
    assert commands(text.stdout) == found
    assert len(found) == number
    wanted = [call["decision"] for call in calls for _ in call["replay"]]
    for command, decision in list(zip(found, wanted, strict=True))[:4]:
        done = shell(command, files)
        assert done.stdout.partition(":")[0].partition(" ")[0] == decision, command
        assert not done.stderr


# Of these the files hold identity policies and nothing else, so that a case is made of them.
PLAIN = [
    name
    for name, (arguments, _) in WITNESSES.items()
    if "--persona" not in arguments and not name.startswith(("boundary", "session"))
]


@pytest.mark.parametrize("name", PLAIN)
def test_a_request_of_a_witness_is_a_case_of_payguard_test(
    payguard: Run, files: Path, name: str
) -> None:
    write(files, ODD)
    arguments, _ = WITNESSES[name]
    paths = [text for text in arguments if text.endswith(".json")]
    value = json.loads(payguard("prove", *arguments, "--output-format", "json").stdout)
    documents = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    cases = [
        case_of(asked["request"]["action"], documents, asked)
        for answer in value["answers"]
        for call in answer["witness"]
        for asked in call["requests"]
    ]
    for case in cases:
        validator("test-case").validate(case)
    (files / "cases").write_text(json.dumps(cases))
    result = payguard("test", "cases")
    assert result.exit_code == 0, result.stdout
    assert result.stdout.endswith(f": {len(cases)} passed, 0 failed\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=documents, other=documents)
def test_random_witnesses_are_replayed(
    tmp_path_factory: pytest.TempPathFactory, one: Json, other: Json
) -> None:
    folder = write(tmp_path_factory.mktemp("random"), {"one": one, "other": other})
    paths = [str(folder / f"{name}.json") for name in ("one", "other")]
    runner = CliRunner()
    asked = ["prove", *paths, *BOTH, "--output-format", "json"]
    result = runner.invoke(payguard_commands, asked)
    assert result.exit_code in {0, 1, 3}
    assert "UNKNOWN" not in result.stdout
    for call in json.loads(result.stdout)["answers"][0]["witness"]:
        assert call["replay"]
        for command in call["replay"]:
            done = runner.invoke(payguard_commands, shlex.split(command)[1:])
            assert done.stdout.partition(":")[0] == call["decision"]


def test_simulate_asks_about_one_resource_alone(payguard: Run, files: Path) -> None:
    write(files, ODD)
    provider = f"{VAULT}/paymentcredentialprovider/p"
    options = ("--identity", "half.json", "--action", RETRIEVE, "--resource", provider)
    assert payguard("simulate", *options).stdout.startswith("deny: ")
    assert payguard("simulate", *options, "--alone").stdout.startswith("allow: ")


def test_standard_input_is_a_file_as_well(payguard: Run, files: Path) -> None:
    text = json.dumps(DOCUMENTS["joint"])
    result = payguard("prove", "-", *BOTH, input=text)
    assert result.exit_code == 1
    assert "allowed by -:1:" in result.stdout
    for command in commands(result.stdout):
        assert "--identity -" in command
        assert shell(command, files, text).stdout.startswith("allow: allowed by -:1:")


def test_a_guard_that_is_missing_is_shown_with_one_more_policy(payguard: Run, files: Path) -> None:
    arguments = ("pay.json", "--persona", "management")
    text = payguard("prove", *arguments).stdout
    at = text.index("  not denied: ProcessPayment: ")
    why, on, how = text[at:].splitlines()[:3]
    assert why.endswith(", whatever else the role is given. One more policy would open it.")
    assert on == f'     on "{SHOP}": allowed by pay.json:4:3, -:1:37'
    files_given, asked = "--identity pay.json --identity -", f"--action {PAY} --resource {SHOP}"
    assert how == f"     $ {PIPED} | payguard simulate {files_given} {asked}"
    piped = payguard("prove", "-", *arguments[1:], input=json.dumps(DOCUMENTS["pay"])).stdout
    at = piped.index("  not denied: ProcessPayment: ")
    assert "(simulate cannot be told this request;" in piped[at:].splitlines()[2]


def test_a_tag_key_that_simulate_cannot_be_told_has_no_command(payguard: Run, files: Path) -> None:
    write(files, {"odd": policy(allow(Condition={"StringEquals": {"aws:PrincipalTag/a=b": "c"}}))})
    result = payguard("prove", "odd.json", *BOTH)
    assert result.exit_code == 1
    assert not commands(result.stdout)
    assert result.stdout.count("(simulate cannot be told this request; ") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two words", "'two words'"),
        ("it's", "'it'\"'\"'s'"),
        ("\x1b[31m", "$'\\x1b\\x5b31m'"),
        ("a'\n##[b]é", "$'a\\x27\\x0a\\x23\\x23\\x5bb\\x5d\\xc3\\xa9'"),
        ("", "''"),
    ],
)
def test_a_word_of_a_command_holds_nothing_that_a_terminal_acts_on(
    text: str, expected: str, tmp_path: Path
) -> None:
    assert word(text) == expected
    assert shell(f"printf %s {word(text)}", tmp_path).stdout == text


# JSON


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_json_fits_its_schema(
    payguard: Run, files: Path, schema: Draft202012Validator, name: str
) -> None:
    write(files, {"lists": policy(allow(Action="bedrock-agentcore:ListPaymentSessions"))})
    arguments, status, _ = TRANSCRIPTS[name]
    result = payguard("prove", *arguments, "--output-format", "json")
    value = json.loads(result.stdout)
    schema.validate(value)
    assert result.exit_code == status
    assert value["verdict"] == ("proved", "refuted", "", "undecided")[status]
    assert (value["persona"] is None) == ("--persona" not in arguments)


def test_the_json_says_everything(payguard: Run, files: Path) -> None:
    arguments = ("pay.json", "--confined-to", TILL, "--name", "payer", "--output-format", "json")
    value = json.loads(payguard("prove", *arguments).stdout)
    (answer,) = value.pop("answers")
    assert value.pop("tool")["name"] == "payguard"
    assert value == {
        "version": 1,
        "property": f'payer confined to "{TILL}"',
        "persona": None,
        "verdict": "refuted",
        "examined": value["examined"],
    }
    assert answer.pop("universe") == "23 actions on every payment manager"
    place = {"policy": "identity", "index": 0, "pointer": "/Statement/0", "sid": "Pay"}
    assert answer == {
        "clause": None,
        "action": None,
        "why": None,
        "property": f'payer confined to "{TILL}"',
        "verdict": "refuted",
        "witness": [
            {
                "who": "payer",
                "note": "",
                "action": PAY,
                "decision": "allow",
                "requests": [
                    {
                        "request": {
                            "principal": f"arn:aws:iam::{ACCOUNT}:role/",
                            "action": PAY,
                            "resource": SHOP,
                            "resourceAccount": ACCOUNT,
                            "context": {},
                        },
                        "decision": "allow",
                        "detail": "Allowed",
                        "layer": "identity",
                        "decided_by": [{**place, "path": "pay.json", "line": 4, "column": 3}],
                    }
                ],
                "replay": [
                    f"payguard simulate --identity pay.json --action {PAY} --resource {SHOP}"
                ],
            }
        ],
        "reasons": [],
        "assumptions": [],
    }


def test_what_a_witness_rests_on_is_said(payguard: Run, files: Path) -> None:
    own = {"StringEquals": {"aws:PrincipalTag/stage": "spend"}}
    other = {"StringEquals": {"aws:PrincipalTag/stage": "open"}}
    trust = allow(Action=["sts:AssumeRole", "sts:TagSession"], Principal={"AWS": ROLE})
    del trust["Resource"]
    write(
        files,
        {
            "own": policy(allow(Action=PAY, Condition=own), allow(Action=OPEN, Condition=other)),
            "trust": policy(trust),
        },
    )
    assert payguard("prove", "own.json", *BOTH).exit_code == 0
    result = payguard("prove", "own.json", *BOTH, "--trust", "trust.json")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "  rests on: whoever assumes the role chooses the session's tags (sts:TagSession)"
    )
    assert "--trust" not in result.stdout


# What is asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("all.json",),
            "give one property: --never-both A B, --confined-to ARN, --requires ACTION",
        ),
        (("all.json", *BOTH, "--persona", "viewer"), "or --persona NAME, not 2 at once"),
        (BOTH, "name the files with the identity policies of the role"),
        (("all.json", "--requires", "ProcessPayment"), "give it with --on ARN"),
        (("all.json", *BOTH, "--on", SHOP), "--on belongs to --requires"),
        (("all.json", *BOTH, "--manager-arn", SHOP), "--manager-arn belongs to --persona"),
        (("all.json", "--persona", "payer"), "'payer' is not one of 'control-plane', 'management'"),
        (("all.json", "--never-both", "Create*", "ProcessPayment"), "without wildcards"),
        (("all.json", "--never-both", ":", "ProcessPayment"), "is no action"),
        (
            ("all.json", "--never-both", "sts:AssumeRole", "ProcessPayment"),
            '"sts:AssumeRole" is up to the trust policies of other roles as well',
        ),
        (("all.json", "--requires", "STS:assumerole", "--on", "*"), "payguard simulate decides it"),
        (("all.json", "--confined-to", "shop"), '"shop" is no ARN'),
        (("all.json", "--confined-to", ""), "an ARN is expected"),
        (("all.json", "--confined-to", f"{PREFIX}${{aws:userid}}"), "an ARN is expected"),
        (("all.json", "--confined-to", f"{PREFIX}shop"), 'the ID "shop" lacks its ten-character'),
        (("all.json", "--confined-to", "arn:aws:s3:::b"), "no payment manager matches it"),
        (("all.json", "--confined-to", f"{SHOP}/session/*"), "no payment manager matches it"),
        (("all.json", "--persona", "viewer", "--manager-arn", "*:x"), "arn"),
        (("all.json", *BOTH, "--principal", "agent"), '"agent" is no ARN of a role or user'),
        (("all.json", *BOTH, "--principal", ACCOUNT), "is no ARN of a role or user"),
        (("all.json", *BOTH, "--principal", f"arn:aws:iam::{ACCOUNT}:role/*"), "is no ARN"),
        (("all.json", *BOTH, "--timeout", "0"), "--timeout"),
        (("all.json", *BOTH, "--timeout", "nan"), "'nan' is not a valid number of seconds"),
        (("missing.json", *BOTH), "missing.json: no such file or folder"),
        ((".", *BOTH), "it is a folder; a role that it declares is named with --role"),
        (("broken.json", *BOTH), "broken.json:1:1: not JSON"),
        (("all.json", "--scp", "root=broken.json", *BOTH), "broken.json:1:1: not JSON"),
        (("all.json", "--trust", "two.yaml", *BOTH), "two.yaml: it holds 2 policies"),
        (("-", *BOTH), "-: standard input is empty"),
        (("large.json", *BOTH), "large.json: the policy has 100,133 characters"),
        (("\x1b[2J.json", *BOTH), "\\x1b[2J.json: no such file or folder"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    payguard: Run, files: Path, arguments: tuple[str, ...], message: str
) -> None:
    (files / "broken.json").write_text("Statement")
    (files / "two.yaml").write_text("Statement: []\n---\nStatement: []\n")
    write(files, {"large": policy(allow(Action=[f"s3:Get{number:06}" for number in range(6670)]))})
    result = payguard("prove", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout
    assert "\x1b" not in result.stderr


def test_names_of_actions_are_read_as_people_write_them(payguard: Run, files: Path) -> None:
    result = payguard("prove", "joint.json", "--never-both", "processpayment", OPEN.upper())
    assert result.stdout.splitlines()[0] == f"refuted: {NEVER_BOTH}"


def test_an_action_that_the_catalog_lacks_is_pointed_out_and_proves_nothing(
    payguard: Run, files: Path
) -> None:
    mistaken = ("--never-both", "ProcesPayment", "CreatePaymentSession")
    result = payguard("prove", "apart.json", *mistaken)
    assert result.exit_code == 3
    assert 'did you mean "bedrock-agentcore:ProcessPayment"?' in result.stderr
    because = '  because: the catalog has no action "bedrock-agentcore:ProcesPayment"'
    assert result.stdout.splitlines()[1] == because
    assert payguard("prove", "all.json", *mistaken).exit_code == 1


def test_an_undecided_property_may_be_let_pass(payguard: Run, files: Path) -> None:
    result = payguard("prove", "unclear.json", *BOTH, "--allow-undecided")
    assert result.exit_code == 0
    assert result.stdout.startswith("undecided: ")
    assert payguard("prove", "joint.json", *BOTH, "--allow-undecided").exit_code == 1


def test_a_region_that_may_be_misspelt_is_pointed_out(payguard: Run, files: Path) -> None:
    arn = PREFIX.replace("us-east-1", "us-esat-1") + "*"
    result = payguard("prove", "none.json", "--confined-to", arn)
    assert result.exit_code == 0
    assert result.stderr == 'payguard: --confined-to: AWS has no region "us-esat-1"\n'


# Hostile input


def test_names_and_texts_from_outside_are_made_plain(payguard: Run, files: Path) -> None:
    hostile = "\x1b[2J\r\n::set-output::##[add-mask]\u202e"
    document = policy({"Sid": hostile, **allow(Condition={"StringEquals": {hostile: "x"}})})
    write(files, {"hostile": document})
    options = ("hostile.json", *BOTH, "--name", hostile)
    result = payguard("prove", *options)
    assert result.exit_code == 1
    for line in result.stdout.splitlines():
        assert line.isprintable()
        assert not line.startswith("::")
        assert "##[" not in line
    value = payguard("prove", *options, "--output-format", "json").stdout
    assert value.replace("\n", "").isprintable()
    assert "##" not in value
    assert json.loads(value)["property"].startswith(hostile)


def test_what_may_be_anything_is_null_in_json_and_no_name_of_ours(
    payguard: Run, files: Path
) -> None:
    everyone = {
        "ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"},
        "Null": {"aws:userid": "false"},
    }
    write(files, {"any": policy(allow(Condition=everyone))})
    for options in ((), ("--output-format", "json")):
        result = payguard("prove", "any.json", *BOTH, *options)
        assert result.exit_code == 1
        assert "UNKNOWN" not in result.stdout
        assert "object at 0x" not in result.stdout


def test_a_search_beyond_its_time_is_undecided(payguard: Run, files: Path) -> None:
    names = [f"aws:PrincipalTag/{number}" for number in range(8)]
    variables = "*".join(f"${{{name}}}" for name in names)
    block = {"StringLike": {name: ["a*", "*b", "c?", "d"] for name in names}}
    bomb = policy(*(allow(Resource=f"{PREFIX}{variables}*", Condition=block) for _ in range(30)))
    write(files, {"bomb": bomb})
    start = time.monotonic()
    result = payguard("prove", "bomb.json", *BOTH, "--timeout", "0.2")
    assert time.monotonic() - start < 20
    assert result.exit_code == 3
    assert 'because: the search was ended before its end: "no more time"' in result.stdout


def test_an_alarm_ends_what_does_not_look_at_the_clock() -> None:
    def endless() -> str:
        while True:
            time.sleep(0)

    start = time.monotonic()
    assert in_time(0.01, endless, lambda: "cut off") == "cut off"
    assert time.monotonic() - start < 10
    assert in_time(0.01, lambda: "done", lambda: "cut off") == "done"


def test_many_statements_are_searched_within_bounds(payguard: Run, files: Path) -> None:
    statements = [allow(Action=PAY, Resource=f"{PREFIX}m{number}-*") for number in range(550)]
    write(files, {"many": policy(*statements)})
    start = time.monotonic()
    result = payguard("prove", "many.json", *BOTH, "--timeout", "1")
    assert result.exit_code in {0, 3}
    assert time.monotonic() - start < 20


# Start-up


@pytest.mark.parametrize("command", ["prove", "diff"])
def test_the_help_page_loads_nothing_heavy(tmp_path: Path, command: str) -> None:
    program = (
        "import sys\nfrom payguard.cli import commands\n"
        f"commands.main(['{command}', '--help'], standalone_mode=False)\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    heavy = {"boto3", "botocore", "difflib", "jsonschema", "moto", "pathspec", "pulumi", "yaml"}
    assert "payguard.authorization.search" in loaded
    assert not heavy & loaded
