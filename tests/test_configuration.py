import contextlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payguard_policies
from payguard import configuration
from payguard.configuration import ConfigurationError, PolicyTypeRule, Settings, check_names, load
from payguard.finding import SEVERITIES, Severity
from payguard.iam.document import POLICY_TYPES
from payguard.reporters import FORMATS
from payguard.suppression import RULE_IDS, Ignore

EVERYTHING = """\
select = ["unknown-action", "payments"]
extend-select = ["a"]
extend-ignore = ["b"]
fail-on = "error"
output-format = "json"
exclude = ["examples/", "*.generated.json"]
allow-undecided = true

[[document]]
path = "scp/*.json"
type = "scp"

[[ignore]]  # the first
path = "policies/*.json"
rule = "unknown-action"
reason = "in preview"
sid = "Preview"
expires = 2027-12-31

[[ignore]]
path = "admin.json"
rule = "spend-anywhere"
reason = "break glass"
pointer = "/Statement/0"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def expected(path: str, root: Path, lines: tuple[int, int]) -> Settings:
    return Settings(
        select=("unknown-action", "payments"),
        ignore=("b",),
        extend_select=("a",),
        fail_on=Severity.ERROR,
        output_format="json",
        exclude=("examples/", "*.generated.json"),
        policy_types=(PolicyTypeRule("scp/*.json", "scp"),),
        ignores=(
            Ignore(
                "policies/*.json",
                "unknown-action",
                "in preview",
                sid="Preview",
                expires=date(2027, 12, 31),
                file=path,
                line=lines[0],
            ),
            Ignore(
                "admin.json",
                "spend-anywhere",
                "break glass",
                pointer="/Statement/0",
                file=path,
                line=lines[1],
            ),
        ),
        allow_undecided=True,
        path=path,
        root=str(root),
    )


def shared(text: str) -> str:
    """Return a payguard.toml as it stands in a pyproject.toml."""
    tables = text.replace("[[", "[[tool.payguard.")
    return f'[project]\nname = "x"\n\n[[other.ignore]]\nx = 1\n\n[tool.payguard]\n{tables}'


def test_payguard_toml_holds_the_keys_at_its_top_level(folder: Path) -> None:
    (folder / "payguard.toml").write_text(EVERYTHING)
    assert load(".") == expected("payguard.toml", folder, (13, 20))


def test_pyproject_toml_holds_them_in_its_table(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(shared(EVERYTHING))
    assert load(".") == expected("pyproject.toml", folder, (20, 27))


def test_a_file_of_any_name_may_hold_either(folder: Path) -> None:
    (folder / "top.toml").write_text(EVERYTHING)
    (folder / "table.toml").write_text(shared(EVERYTHING))
    assert load(".", "top.toml") == expected("top.toml", folder, (13, 20))
    assert load(".", "table.toml") == expected("table.toml", folder, (20, 27))


def test_no_file_means_the_defaults(folder: Path) -> None:
    assert load(str(folder)) == Settings()
    assert load("no/such/folder") == Settings()


def test_isolated_reads_no_file(folder: Path) -> None:
    (folder / "payguard.toml").write_text("not toml")
    assert load(".", isolated=True) == Settings()
    assert load(".", "payguard.toml", isolated=True) == Settings()


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"payguard.toml": "", "pyproject.toml": "[tool.payguard]"}, "payguard.toml"),
        pytest.param({"pyproject.toml": "[tool.payguard]"}, "pyproject.toml"),
        pytest.param(
            {"pyproject.toml": 'dependencies = ["payguard"]', "../payguard.toml": ""},
            "../payguard.toml",
        ),
        pytest.param({"pyproject.toml": "[broken", "../payguard.toml": ""}, "../payguard.toml"),
        pytest.param({"pyproject.toml": "", "../../payguard.toml": ""}, "../../payguard.toml"),
        pytest.param(
            {"payguard.toml/x": "", "pyproject.toml": "tool.payguard={}"}, "pyproject.toml"
        ),
        pytest.param({"pyproject.toml": "tool = 3 # payguard"}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_nearest_file_with_settings_holds(
    folder: Path, files: dict[str, str], found: str
) -> None:
    start = folder / "a" / "b"
    start.mkdir(parents=True)
    for name, text in files.items():
        path = (start / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = load(str(start / "policy.json"))
    assert settings.path == (os.path.normpath(os.path.join("a", "b", found)) if found else "")


def test_a_file_above_the_working_folder_is_named_from_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "payguard.toml").write_text("")
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "c").mkdir()
    monkeypatch.chdir(folder / "a" / "b")
    assert load(".").path == os.path.join("..", "..", "payguard.toml")
    (folder / "c" / "payguard.toml").write_text("")
    assert load("../../c").path == str(folder / "c" / "payguard.toml")


MISTAKES = [
    ('selct = ["a"]', 'selct: unknown key; did you mean "select"?'),
    ("fail_on = 1", 'fail_on: unknown key; did you mean "fail-on"?'),
    ("zzz = 1", "zzz: unknown key"),
    ('"a\\u001b" = 1', "a\\x1b: unknown key"),
    ('select = "a"', 'select: expected a list of rule ids and categories, found "a"'),
    ("select = [3]", "select[0]: expected a rule id or category, found 3"),
    (
        "ignore = [true]",
        "ignore[0]: expected a rule id or a table with path, rule and reason, found true",
    ),
    ('fail-on = "eror"', 'fail-on: expected a severity, found "eror"; did you mean "error"?'),
    (
        'fail-on = "high"',
        'fail-on: expected a severity, found "high"; such as "security-warning", "error", "warning"',
    ),
    (
        "fail-on = []",
        'fail-on: expected a severity, found a list; such as "security-warning", "error", "warning"',
    ),
    (
        'output-format = "jsn"',
        'output-format: expected an output format, found "jsn"; did you mean "json"?',
    ),
    ("allow-undecided = 1.5", "allow-undecided: expected true or false, found 1.5"),
    ("exclude = {}", "exclude: expected a list of patterns, found a table"),
    ('exclude = [""]', 'exclude[0]: expected a pattern such as examples/*.json, found ""'),
    ('exclude = ["a", "!"]', 'there is no such pattern as "!"'),
    ('exclude = ["[z-a]"]', 'there is no such pattern as "[z-a]"'),
    ('[[document]]\npath = "x"', "1: document[0].type: it is missing"),
    (
        '[[document]]\npath = "x"\ntype = "boundry"',
        '1: document[0].type: expected a policy type, found "boundry"; did you mean "boundary"?',
    ),
    (
        '[[document]]\npath = "!x"\ntype = "scp"',
        '1: document[0].path: expected a path or a pattern such as policies/*.json, found "!x"',
    ),
    ('select = []\n[[ignore]]\npath = "x"\nrule = "y"', "2: ignore[0].reason: it is missing"),
    (
        '[[ignore]]\npath = "x"\nrule = "y"\nreason = "z"\n\n[[ignore]]\npaht = "x"',
        '6: ignore[1].paht: unknown key; did you mean "path"?',
    ),
    ('ignore = [{path = "x", rule = "y"}]', "ignore[0].reason: it is missing"),
    ("[tool]\npayguard = 1", "tool.payguard: expected a table"),
]
SUPPRESSION = '[[ignore]]\npath = "x"\nrule = "y"\n'
MISTAKES += [
    (SUPPRESSION + extra, f"1: ignore{message}")
    for extra, message in [
        ('reason = " - "', '[0].reason: expected a reason, found " - "'),
        (
            'reason = "z"\npointer = "Statement"',
            '[0].pointer: expected a JSON Pointer such as /Statement/0, found "Statement"',
        ),
        (
            'reason = "z"\nexpires = "soon"',
            '[0].expires: expected a date such as 2027-12-31, found "soon"',
        ),
        (
            'reason = "z"\nexpires = 2027-12-31T10:00:00Z',
            '[0].expires: expected a date such as 2027-12-31, found "2027-12-31 10:00:00+00:00"',
        ),
        ('reason = "z"\nexpires = "2027-02-30"', '.expires: there is no day "2027-02-30"'),
        ('reason = "z"\nexpires = "2027-12-31\\n"', '.expires: there is no day "2027-12-31\\n"'),
    ]
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_named_with_its_key(folder: Path, text: str, message: str) -> None:
    (folder / "payguard.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(".")
    prefix = "payguard.toml:" if message[0].isdigit() else "payguard.toml: "
    assert str(caught.value) == prefix + message
    assert caught.value.path == "payguard.toml"


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"a = \n", (1, 5), "is not TOML: invalid value"),
        (b"select = [", (0, 0), "is not TOML: "),
        (b"a = '\xff'", (1, 0), "is not UTF-8"),
        (b"\n\xe9", (2, 0), "is not UTF-8"),
        (b"a = " + b"[" * 20_000, (0, 0), "is nested too deeply"),
        (b"a = " + b"1" * 20_000, (0, 0), "is not TOML: "),
        (b"#" * (1024 * 1024 + 1), (0, 0), "is larger than 1 MB"),
    ],
    ids=["syntax", "end of document", "encoding", "second line", "nesting", "number", "size"],
)
def test_a_file_that_is_no_toml_is_named_with_its_place(
    folder: Path, data: bytes, place: tuple[int, int], message: str
) -> None:
    (folder / "payguard.toml").write_bytes(data)
    with pytest.raises(ConfigurationError, match=message) as caught:
        load(".")
    assert (caught.value.line, caught.value.column) == place


def test_a_byte_order_mark_is_passed_over(folder: Path) -> None:
    (folder / "payguard.toml").write_bytes(b"\xef\xbb\xbfselect = ['a']\r\n")
    assert load(".").select == ("a",)


def test_a_named_file_must_be_there_and_hold_settings(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^gone.toml: cannot be read: No such file"):
        load(".", "gone.toml")
    (folder / "pyproject.toml").write_text("[project]")
    with pytest.raises(ConfigurationError, match=r"there is no table \[tool.payguard\] in it"):
        load(".", "pyproject.toml")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs file permissions")
def test_a_file_without_permission_is_an_error_not_a_default(folder: Path) -> None:
    (folder / "payguard.toml").touch(mode=0)
    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied"):
        load(".")


def test_names_and_tables_may_share_the_key_ignore_if_written_inline(folder: Path) -> None:
    (folder / "payguard.toml").write_text(
        'ignore = ["a", {path = "x", rule = "y", reason = "z"}, "b"]\nextend-ignore = ["c"]'
    )
    settings = load(".")
    assert settings.ignore == ("a", "b", "c")
    assert settings.ignores == (Ignore("x", "y", "z", file="payguard.toml", line=1),)


def test_a_header_within_a_text_gives_up_on_lines_rather_than_lie(folder: Path) -> None:
    text = EVERYTHING + '\n[[ignore]]\npath = "x"\nrule = "y"\nreason = """\n[[ignore]]\n"""\n'
    (folder / "payguard.toml").write_text(text)
    assert [ignore.line for ignore in load(".").ignores] == [1, 1, 1]


@pytest.mark.parametrize(
    ("patterns", "path", "excluded"),
    [
        (("examples/",), "examples/a/b.json", True),
        (("examples/",), "x/examples/b.json", True),
        (("/examples/",), "x/examples/b.json", False),
        (("./examples",), "examples/b.json", True),
        (("a/*.json",), "a/b.json", True),
        (("a/*.json",), "a/b/c.json", False),
        (("a/**/c.json",), "a/b/b/c.json", True),
        (("*.json", "!keep.json"), "keep.json", False),
        (("*.json",), "../outside.json", False),
        (("*.json",), "./sub/../b.json", True),
        ((), "a.json", False),
    ],
)
def test_patterns_are_those_of_gitignore_below_the_files_folder(
    folder: Path, patterns: tuple[str, ...], path: str, excluded: bool
) -> None:
    settings = Settings(exclude=patterns, root=str(folder))
    assert settings.excludes(path) is excluded
    assert settings.excludes(os.path.join(folder, path)) is excluded


def test_patterns_hold_wherever_the_working_folder_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "policies").mkdir()
    settings = Settings(exclude=("policies/a.json",), root=str(folder))
    monkeypatch.chdir(folder / "policies")
    assert settings.excludes("a.json")
    assert not settings.excludes("policies/a.json")


def test_the_last_table_that_matches_tells_the_policy_type(folder: Path) -> None:
    types = (PolicyTypeRule("*.json", "boundary"), PolicyTypeRule("scp/", "scp"))
    settings = Settings(policy_types=types, root=str(folder))
    assert settings.policy_type_of("a.json") == "boundary"
    assert settings.policy_type_of("scp/a.json") == "scp"
    assert settings.policy_type_of("a.yaml") == ""


KNOWN = ("unknown-action", "spend-anywhere", "payments")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(select=("unknown-acton",), path="p.toml"),
            'p.toml: select: there is no rule or category "unknown-acton"; did you mean "unknown-action"?',
        ),
        (
            Settings(extend_select=("x\x1b",)),
            'extend-select: there is no rule or category "x\\x1b"',
        ),
        (
            Settings(ignore=("PAYMENT",)),
            'ignore: there is no rule or category "PAYMENT"; did you mean "payments"?',
        ),
        (
            Settings(ignores=(Ignore("x", "spend", "y", file="p.toml", line=7),)),
            'p.toml:7: ignore.rule: there is no rule or category "spend"',
        ),
    ],
)
def test_a_name_that_no_rule_has_is_refused_with_the_nearest(
    settings: Settings, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_names(settings, KNOWN)
    assert str(caught.value) == message


def test_rules_categories_and_findings_about_suppressions_are_known() -> None:
    check_names(Settings(select=KNOWN, ignore=RULE_IDS), KNOWN)


def test_settings_can_be_replaced_field_by_field() -> None:
    assert Settings()._replace(select=("a",)).select == ("a",)


def test_the_schema_is_one_and_knows_what_the_program_knows() -> None:
    path = os.path.join(
        os.path.dirname(payguard_policies.__file__), "schemas", "configuration.schema.json"
    )
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert tuple(properties["output-format"]["enum"]) == FORMATS
    assert sorted(properties["fail-on"]["enum"]) == sorted(SEVERITIES)
    types = properties["document"]["items"]["properties"]["type"]["enum"]
    assert sorted(types) == sorted(POLICY_TYPES)


def test_every_value_in_the_schema_has_the_words_for_a_message() -> None:
    schema = configuration._schema()
    pending, without = [schema], []
    while pending:
        node = pending.pop()
        if {"type", "enum", "pattern"} & node.keys() and "const" not in node and node is not schema:
            without += [] if "title" in node or node == {"type": "object"} else [node]
        pending += [child for child in node.values() if isinstance(child, dict)]
        for key in ("properties", "$defs"):
            pending += [child for child in node.get(key, {}).values() if isinstance(child, dict)]
            pending = [child for child in pending if child is not node.get(key)]
    assert without == []


def test_looking_for_a_configuration_loads_no_parser(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    code = (
        "import sys; from payguard.configuration import load; load('.');"
        "print([m for m in ('tomllib', 'json', 'jsonschema', 'pathspec', 'difflib')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["path", "rule", "reason", "type", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
TABLES = st.dictionaries(
    st.sampled_from(["select", "ignore", "exclude", "document", "fail-on", "x", "allow-undecided"]),
    VALUES,
    max_size=3,
)


@given(TABLES)
def test_any_table_gives_settings_or_one_error(table: dict[str, object]) -> None:
    file = configuration._File("payguard.toml", "/", "", json.loads(json.dumps(table)))
    try:
        message = configuration._settings(file).path
    except ConfigurationError as error:
        message = error.message
    assert message.isprintable()


@given(st.text() | st.text("[]={}\"'\n#.aignore-selct", max_size=60))
def test_any_text_is_toml_or_one_error(text: str) -> None:
    with contextlib.suppress(ConfigurationError):
        configuration._parse(text.encode("utf-8", "surrogatepass"), "payguard.toml")
