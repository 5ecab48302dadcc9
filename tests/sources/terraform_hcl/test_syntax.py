"""Files are read as HCL or JSON; a mistake is told with its place, and the rest is still read."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.sources.terraform_hcl.body import parse
from payguard.sources.terraform_hcl.syntax import Block, File
from sources.terraform_hcl.configurations import FIXTURES, read_texts

END = "the end of the file"
MISTAKES = [
    ("a = ", f"expected a value, found {END}", 1, 5),
    ("a = \n", "expected a value, found the end of the line", 1, 5),
    ("a = 1 b = 2", 'expected a new line, found "b"', 1, 7),
    ("a = 1\na = 2", '"a" is set twice (first on line 1)', 2, 1),
    ('a "b" = 1', 'expected "=", a label or "{", found "="', 1, 7),
    ("a {\n b = 1\n", f"expected an argument or a block, found {END}", 3, 1),
    ('a "${b}" {}', "a label must be a plain text", 1, 3),
    ("a = [1\n", f'expected "]" or "," in the list, found {END}', 2, 1),
    ("a = [1 2]", 'expected "]" or "," in the list, found "2"', 1, 8),
    ("a = { b = 1 c = 2 }", 'expected "," or a new line between two entries, found "c"', 1, 13),
    ("a = { b 1 }", 'expected ":" or "=" after the key, found "1"', 1, 9),
    ("a = f(1", f'expected ")" at the end of the call of f, found {END}', 1, 8),
    ("a = (1", f'expected ")" to close "(", found {END}', 1, 7),
    ("a = b ? c", f'expected ":" between the two results of "?", found {END}', 1, 10),
    ("a = b.", f'expected a name after ".", found {END}', 1, 7),
    ("a = b[1", f'expected "]" at the end of the index, found {END}', 1, 8),
    ("a = [for x : y]", 'expected "in", found ":"', 1, 12),
    ("a = {for x in y : z}", 'expected "=>" in a "for" that makes an object, found "}"', 1, 20),
    ('a = "b', "the text is not closed on its line", 1, 5),
    ('a = "b\nc"', "the text is not closed on its line", 1, 5),
    ('a = "\\q"', r'"\q" is no escape', 1, 6),
    ('a = "\\u12"', r'"\u" is no escape', 1, 6),
    ('a = "\\ud800"', r'"\u" is no escape', 1, 6),
    ('a = "${b"', 'expected "}" at the end of "${", found a text', 1, 9),
    ('a = "${b c}"', 'expected "}" at the end of "${", found "c"', 1, 10),
    ('a = "%{ if b }c"', "the directive is not ended", 1, 6),
    ('a = "%{ endif }"', '"endif" without "if"', 1, 6),
    ('a = "%{ when b }"', 'expected a directive, found "when"', 1, 9),
    ("a = <<E\nb\n", 'the heredoc "E" is not closed', 1, 5),
    ("a = <<\nb\n", 'expected a marker and a new line after "<<"', 1, 5),
    ("a = 1 /* b", 'the comment "/*" is not closed', 1, 7),
    ("a = `b`", '"`" has no meaning here', 1, 5),
    ("a = " + "9" * 301, "a number with too many digits", 1, 5),
    ("a = 1e999999999", "a number with too many digits", 1, 5),
    ("a = " + "(" * 10_000 + "1" + ")" * 10_000, "nested more than 60 levels deep", 1, 65),
    ("a = " + "-" * 10_000 + "1", "nested more than 60 levels deep", 1, 64),
    ("a {\n" * 10_000, "nested more than 60 levels deep", 61, 3),
    ("a = b" + "[*]" * 11, 'more than 10 "[*]" one after another', 1, 39),
]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"), MISTAKES, ids=[case[0][:30] for case in MISTAKES]
)
def test_a_mistake_is_told_with_its_place(text: str, message: str, line: int, column: int) -> None:
    _, errors = parse(File("main.tf", text))
    assert [(error.path, error.message, error.line, error.column) for error in errors] == [
        ("main.tf", f"not HCL: {message}", line, column)
    ]


RIGHT = [
    "",
    "\n\n",
    "# a comment\n// another\n/* and\n one more */ a = 1 # here",
    "a {}",
    "a { b = 1 }",
    'a "b" c {\n}\n',
    "a = [\n  1, # one\n  2,\n]",
    "a = {\n  b = 1\n  c : 2, d = 3\n\n}",
    'a = { "b" = 1, (c) = 2, "${d}" = 3 }',
    "a = f(\n  1,\n  b...\n)",
    "a = b.0.1.c[0].*.d[*].e[*].f",
    "a = [for b, c in d : e if f]",
    "a = {\n  for b in c :\n  b => c...\n}",
    "a = (\n b\n ? c\n : d\n)",
    "a = !b && -c < 1.5e3 || d % 2 == 0",
    "a = provider::x::f(1)",
    'a = "b ${c ? "d ${e}" : f} %{ if g ~} h %{ else } i %{ endif } $${j} $k %l"',
    "a = <<-E\n  b ${c}\n  %{ for d in e }f%{ endfor }\n  E\nb = 1",
    "a = <<E\r\nb\r\nE\r\nc = 1\r\n",
    "é-x = 1",
    "\ufeffa = 1",
]


@pytest.mark.parametrize("text", RIGHT, ids=[text[:30] for text in RIGHT])
def test_what_is_right_is_read(text: str) -> None:
    assert parse(File("main.tf", text))[1] == []


def test_after_a_mistake_the_next_block_is_read() -> None:
    text = 'resource "a" "b" {\n  c = = 1\n}\nresource "d" "e" {\n  f = 1\n}\nlocals { g = }\n'
    body, errors = parse(File("main.tf", text))
    assert [block.labels for block in body.blocks] == [("d", "e")]
    assert [(error.line, error.column) for error in errors] == [(2, 7), (7, 14)]


def test_other_files_are_read_although_some_are_broken() -> None:
    role = 'resource "aws_iam_role" "r" {\n  name = "r"\n}\n'
    found = read_texts({"a.tf": "x {", "b.tf": role, "c.tf.json": "{"})
    assert [role.name for role in found.roles] == ["r"]
    assert [error.path for error in found.errors] == ["a.tf", "c.tf.json"]


def test_only_so_many_mistakes_of_a_file_are_told() -> None:
    _, errors = parse(File("main.tf", "resource {\n = }\n" * 1000))
    assert len(errors) == 10


TWICE = "stands twice in one object (first on line 1): one of them would be lost"
BROKEN_JSON = [
    ('{"a": 1,}', 'trailing comma before "}"', 1, 8),
    ('{"a": 1, "a": 2}', f'the key "a" {TWICE}', 1, 10),
    ("[]", "the top level is no object", 1, 1),
    ('{"locals": {"a": "${b"}}', f'not HCL: expected "}}" at the end of "${{", found {END}', 1, 22),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), BROKEN_JSON)
def test_a_mistake_in_json_is_told(text: str, message: str, line: int, column: int) -> None:
    _, errors = parse(File("main.tf.json", text))
    assert [(error.message, error.line, error.column) for error in errors] == [
        (message, line, column)
    ]


def test_both_syntaxes_give_the_same() -> None:
    native = 'resource "aws_iam_role" "r" {\n  name = "x-${1 + 1}"\n  tags = { a = "$${b}" }\n}\n'
    in_json = {"resource": {"aws_iam_role": {"r": {"name": "x-${1 + 1}", "tags": {"a": "$${b}"}}}}}
    one = read_texts({"main.tf": native}).roles[0]
    other = read_texts({"main.tf.json": json.dumps(in_json)}).roles[0]
    assert (one.name, one.tags, one.address) == (other.name, other.tags, other.address)
    assert one.tags == {"a": "${b}"}


COMMENTS = """\
# payguard: ignore[rule-a] why
a = 1 // payguard: ignore[rule-b] because
b = "# payguard: ignore[rule-c] a text"
c = <<E
# payguard: ignore[rule-d] a heredoc
E
/* # payguard: ignore[rule-e] within */
# nothing
d = [ # payguard: ignore[rule-f] inside
  1,
]
"""


def test_comments_to_payguard_are_found_where_comments_are() -> None:
    file = File("main.tf", COMMENTS)
    parse(file)
    assert file.comments == [
        (1, "ignore[rule-a] why"),
        (2, "ignore[rule-b] because"),
        (7, "ignore[rule-e] within */"),
        (9, "ignore[rule-f] inside"),
    ]


LONG = [
    "a = [" + '"abc", ' * 1_500_000 + "]",  # 10 MB on one line
    'a = "' + "$" * 1_000_000 + '"',
    'a = "' + "x" * 10_000_000 + '"',
    "#" * 10_000_000,
    "/*" * 1_000_000,
    "a = <<E\n" + " \n" * 300_000,
    "a = 1" + " + 1" * 100_000,
    "a = b" + ".c" * 100_000,
    "{" * 1_000_000,
    "\\" * 1_000_000,
    'a = "' + "%{ if true }" * 100_000,
    "a = <<E\n" + "${1}" * 100_000 + "\nE\n",
]


@pytest.mark.parametrize("text", LONG, ids=[text[:16] for text in LONG])
def test_a_long_text_is_read_or_refused_soon(text: str) -> None:
    start = time.process_time()
    parse(File("main.tf", text))
    assert time.process_time() - start < 10


SEEDS = [
    *(case[0][:200] for case in MISTAKES),
    *RIGHT,
    COMMENTS,
    *(
        path.read_text()
        for path in sorted(FIXTURES.rglob("*"))
        if path.suffix in (".tf", ".tfvars") or path.name.endswith(".tf.json")
    ),
]
SIGNS = st.sampled_from([*'{}[]()"=,.:?$%~<-!\\\n #/*&|', "${", "%{ if ", "<<E\n", "for ", "..."])
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(-9, 9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.text(max_size=80) | st.text(alphabet='ab1 {}[]()"=,.:?$%~<E-!\\\n', max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for name in ("main.tf", "main.tf.json", "terraform.tfvars"):
        read_texts({name: text})


@given(st.data())
def test_a_changed_configuration_is_read_or_refused(data: Any) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(SIGNS) + text[at + cut :]
    read_texts({data.draw(st.sampled_from(["main.tf", "main.tf.json"])): text})


@given(JSON)
def test_any_json_is_read(value: Any) -> None:
    for around in (value, {"resource": value}, {"resource": {"aws_iam_role": {"r": value}}}):
        read_texts({"main.tf.json": json.dumps(around)})


def test_every_argument_is_found_at_its_place() -> None:
    text = (FIXTURES / "wide" / "main.tf").read_text()
    body, _ = parse(File("main.tf", text))
    pending: list[Block] = [body]
    seen = 0
    while pending:
        block = pending.pop()
        pending += block.blocks
        for name, argument in block.arguments.items():
            assert text[argument.start : argument.end] == name
            assert not text[argument.end : argument.value.start].strip(" =(")
            seen += 1
    assert seen > 70
