"""Modules: variables and where their values come from, calls, instances, and what leads in circles."""

import pytest

from payguard.finding import InputError
from payguard.iam.unresolved import MISSING, SECRET, Unresolved
from payguard.infrastructure import Infrastructure
from payguard.sources.terraform_hcl import called_folders, read_module, recognises
from sources.terraform_hcl.configurations import no_file, read_texts

ROLE = 'resource "aws_iam_role" "r" {\n  name = %s\n}\n'


def names(found: Infrastructure) -> dict[str, object]:
    return {role.address: role.name for role in found.roles}


def name(declarations: str, expression: str = "var.x") -> object:
    found = read_texts({"main.tf": f"{declarations}\n{ROLE % expression}"})
    assert found.errors == ()
    return found.roles[0].name


VALUES = [
    ({}, "default"),
    ({"terraform.tfvars": 'x = "1"'}, "1"),
    ({"terraform.tfvars": 'x = "1"', "terraform.tfvars.json": '{"x": "2"}'}, "2"),
    ({"terraform.tfvars.json": '{"x": "2"}', "a.auto.tfvars": 'x = "3"'}, "3"),
    ({"a.auto.tfvars": 'x = "3"', "b.auto.tfvars.json": '{"x": "4"}'}, "4"),
    ({"b.auto.tfvars": 'x = "5"', "a.auto.tfvars.json": '{"x": "4"}'}, "5"),
    ({"prod.tfvars": 'x = "6"'}, "default"),
    ({"terraform.tfvars.json": '{"x": "${y}"}'}, "${y}"),
]


@pytest.mark.parametrize(("files", "expected"), VALUES)
def test_the_strongest_value_of_a_variable_counts(files: dict[str, str], expected: str) -> None:
    main = 'variable "x" { default = "default" }\n' + ROLE % "var.x"
    found = read_texts({"main.tf": main, **files})
    assert names(found) == {"aws_iam_role.r": expected}


TYPES = [
    ("type = string\n default = 5", "var.x", "5"),
    ("type = set(string)\n default = [2, 1, 2]", 'join(",", var.x)', "1,2"),
    ("type = list(string)\n default = [true, 1]", 'join(",", var.x)', "true,1"),
    ("type = map(string)\n default = { a = 1 }", "var.x.a", "1"),
    ('type = number\n default = "7"', "var.x + 1", "8"),
    ('type = bool\n default = "true"', 'var.x ? "yes" : "no"', "yes"),
    (
        'type = object({ a = optional(string, "d"), b = number })\n default = { b = 1, c = 2 }',
        "var.x.a",
        "d",
    ),
    (
        "type = object({ a = optional(string) })\n default = {}",
        'var.x.a == null ? "null" : "set"',
        "null",
    ),
    (
        'type = list(object({ a = optional(list(string), ["z"]) }))\n default = [{}]',
        "var.x[0].a[0]",
        "z",
    ),
    ('type = any\n default = "a"', "var.x", "a"),
    ('type = "string"\n default = "a"', "var.x", "a"),
    ('type = number\n default = "no"', "var.x", Unresolved("var.x", MISSING)),
    ("type = object({ a = string })\n default = {}", "var.x", Unresolved("var.x", MISSING)),
    ("", "var.x", Unresolved("var.x", MISSING)),
    ('default = "hunter2"\n sensitive = true', "var.x", Unresolved("var.x", SECRET)),
    ('default = "hunter2"\n ephemeral = true', "var.x", Unresolved("var.x", SECRET)),
]


@pytest.mark.parametrize(("body", "expression", "expected"), TYPES, ids=[case[0] for case in TYPES])
def test_a_variable_has_its_type(body: str, expression: str, expected: object) -> None:
    assert name(f'variable "x" {{\n {body}\n}}', expression) == expected


INSTANCES = [
    ("count = 2", "count.index", {"[0]": "0", "[1]": "1"}),
    ("count = 0", "count.index", {}),
    ("count = false ? 1 : 0", '"a"', {}),
    ('for_each = toset(["b", "a"])', "each.value", {'["a"]': "a", '["b"]': "b"}),
    ('for_each = { k = "v" }', '"${each.key}-${each.value}"', {'["k"]': "k-v"}),
    ('for_each = { "a\\"b" = 1 }', "each.key", {'["a\\"b"]': 'a"b'}),
    ("for_each = {}", "each.key", {}),
    ("count = var.n", '"x-${count.index}"', {"[*]": Unresolved("var.n", MISSING, "x-*")}),
    ("for_each = var.n", '"x-${each.key}"', {"[*]": Unresolved("var.n", MISSING, "x-*")}),
    (
        'for_each = toset(["a", var.n])',
        '"x-${each.key}"',
        {'["a"]': "x-a", "[*]": Unresolved("var.n", MISSING, "x-*")},
    ),
]


@pytest.mark.parametrize(
    ("meta", "expression", "expected"), INSTANCES, ids=[case[0] for case in INSTANCES]
)
def test_instances_have_terraforms_addresses(
    meta: str, expression: str, expected: dict[str, object]
) -> None:
    text = (
        f'variable "n" {{}}\nresource "aws_iam_role" "r" {{\n  {meta}\n  name = {expression}\n}}\n'
    )
    assert names(read_texts({"main.tf": text})) == {
        f"aws_iam_role.r{key}": value for key, value in expected.items()
    }


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ("count = 1e9", "count: 1000000000 instances; from 0 to 10,000 are read"),
        ("count = -1", "count: -1 instances; from 0 to 10,000 are read"),
        ('count = "x"', "count: a text is no number"),
        ('for_each = "x"', "for_each: it takes an object or a set of texts"),
    ],
)
def test_impossible_instances_are_an_error_and_one_of_them_is_read(meta: str, message: str) -> None:
    found = read_texts({"main.tf": f'resource "aws_iam_role" "r" {{\n  {meta}\n  name = "r"\n}}\n'})
    assert [(error.message, error.line) for error in found.errors] == [
        (f"aws_iam_role.r: {message}", 2)
    ]
    assert names(found) == {"aws_iam_role.r[*]": "r"}


CHILD = (
    'variable "name" { default = "d" }\n'
    + ROLE % "var.name"
    + (
        'output "name" { value = aws_iam_role.r.name }\n'
        'output "secret" {\n  value = "hunter2"\n  sensitive = true\n}\n'
    )
)
CALLED = [
    ('name = "x"', {"module.m.aws_iam_role.r": "x"}),
    ("", {"module.m.aws_iam_role.r": "d"}),
    ("name = null", {"module.m.aws_iam_role.r": ""}),
    (
        'count = 2\n name = "x${count.index}"',
        {"module.m[0].aws_iam_role.r": "x0", "module.m[1].aws_iam_role.r": "x1"},
    ),
    ('for_each = { a = "b" }\n name = each.value', {'module.m["a"].aws_iam_role.r': "b"}),
    ("count = 0", {}),
    ("name = module.n.name", {"module.m.aws_iam_role.r": "d"}),
    (
        "name = module.n.secret",
        {"module.m.aws_iam_role.r": Unresolved("module.n.output.secret", SECRET)},
    ),
    ("name = module.n.none", {"module.m.aws_iam_role.r": Unresolved("module.n.none", MISSING)}),
]


@pytest.mark.parametrize(("arguments", "expected"), CALLED, ids=[case[0] for case in CALLED])
def test_a_local_module_is_read_with_what_it_is_given(
    arguments: str, expected: dict[str, object]
) -> None:
    main = (
        f'module "m" {{\n  source = "./child"\n  {arguments}\n}}\n'
        'module "n" {\n  source = "./child"\n}\n'
    )
    found = read_texts({"main.tf": main}, {"child/main.tf": CHILD})
    assert found.errors == ()
    unnamed = {
        address: text.what if isinstance(text, Unresolved) and not expected.get(address) else text
        for address, text in names(found).items()
        if not address.startswith("module.n.")
    }
    if "null" in arguments:
        expected = {"module.m.aws_iam_role.r": "module.m.aws_iam_role.r.name"}
    assert unnamed == expected


def test_a_value_that_may_not_be_null_is_the_default() -> None:
    child = 'variable "name" {\n  default  = "d"\n  nullable = false\n}\n' + ROLE % "var.name"
    main = 'module "m" {\n  source = "./child"\n  name = null\n}\n'
    assert names(read_texts({"main.tf": main}, {"child/main.tf": child})) == {
        "module.m.aws_iam_role.r": "d"
    }


def test_modules_lie_beside_each_other_and_above() -> None:
    main = 'module "m" {\n  source = "../modules/one"\n}\n'
    one = 'module "n" {\n  source = "../two"\n}\n'
    found = read_texts(
        {"live/main.tf": main}, {"modules/one/main.tf": one, "modules/two/main.tf": ROLE % '"r"'}
    )
    assert names(found) == {"module.m.module.n.aws_iam_role.r": "r"}
    assert found.roles[0].location.path == "modules/two/main.tf"


@pytest.mark.parametrize(
    "source", ["hashicorp/consul/aws", "git::https://example.com/m.git", "${var.x}", "/srv/modules"]
)
def test_a_module_from_elsewhere_is_a_gap(source: str) -> None:
    main = f'module "m" {{\n  source = "{source}"\n}}\n' + ROLE % "module.m.name"
    found = read_texts({"main.tf": main})
    assert found.errors == ()
    [gap] = found.gaps
    assert gap.unresolved.what.startswith("module.m")
    assert (gap.location.span.line, gap.location.address) == (1, "module.m")
    assert names(found) == {"aws_iam_role.r": Unresolved("module.m.name", MISSING)}


def test_a_folder_that_cannot_be_read_is_an_error_and_the_rest_is_read() -> None:
    main = 'module "m" {\n  source = "./none"\n}\n' + ROLE % '"r"'
    found = read_texts({"main.tf": main})
    message = 'module.m: its source "./none" cannot be read: no such file or folder'
    assert found.errors == (InputError("main.tf", message, 2, 12),)
    assert names(found) == {"aws_iam_role.r": "r"}


def test_a_folder_without_configuration_is_an_error() -> None:
    found = read_texts({"main.tf": 'module "m" {\n  source = "./x"\n}\n'}, {"x/read.me": "x"})
    assert [error.message for error in found.errors] == [
        'module.m: its source "./x" holds no Terraform files'
    ]


def test_modules_that_call_each_other_are_an_error_and_the_rest_is_read() -> None:
    main = 'module "a" {\n  source = "./a"\n}\n' + ROLE % '"r"'
    back = 'module "%s" {\n  source = "../%s"\n}\n' + ROLE % '"inner"'
    found = read_texts(
        {"main.tf": main}, {"a/main.tf": back % ("b", "b"), "b/main.tf": back % ("a", "a")}
    )
    message = 'module.a.module.b.module.a: the module calls itself: its source "../a" is a folder above it'
    assert found.errors == (InputError("b/main.tf", message, 2, 12),)
    assert set(names(found)) == {
        "aws_iam_role.r",
        "module.a.aws_iam_role.r",
        "module.a.module.b.aws_iam_role.r",
    }


def test_modules_without_end_are_an_error() -> None:
    text = 'module "m" {\n  source = "./m"\n}\n'
    found = read_module({"main.tf": text}, lambda path: {f"{path}/main.tf": text}, no_file)
    [error] = found.errors
    assert error.message.endswith(": more than 20 modules within each other")


def test_a_folder_is_asked_for_once() -> None:
    asked: list[str] = []

    def read_folder(path: str) -> dict[str, str]:
        asked.append(path)
        return {f"{path}/main.tf": CHILD}

    main = "".join(f'module "m{at}" {{\n  source = "./child"\n  count = 3\n}}\n' for at in range(3))
    assert len(read_module({"main.tf": main}, read_folder, no_file).roles) == 9
    assert asked == ["child"]


CIRCLES = [
    ("locals {\n  x = local.x\n}", "local.x", "local.x refers to itself: local.x -> local.x", 2),
    (
        "locals {\n  x = local.y\n  y = upper(local.z)\n  z = [local.x]\n}",
        "local.x",
        "local.x refers to itself: local.x -> local.y -> local.z -> local.x",
        2,
    ),
    (
        (
            'resource "aws_iam_user" "u" {\n  name = aws_iam_user.v.name\n}\n'
            'resource "aws_iam_user" "v" {\n  name = aws_iam_user.u.name\n}'
        ),
        '"x"',
        "aws_iam_user.v refers to itself: aws_iam_user.v -> aws_iam_user.u -> aws_iam_user.v",
        4,
    ),
    (
        'resource "aws_iam_user" "u" {\n  for_each = aws_iam_user.u\n  name = each.key\n}',
        '"x"',
        "aws_iam_user.u refers to itself: aws_iam_user.u -> aws_iam_user.u",
        1,
    ),
    (
        (
            'data "aws_iam_policy_document" "d" {\n'
            "  source_policy_documents = [data.aws_iam_policy_document.d.json]\n}"
        ),
        '"x"',
        (
            "data.aws_iam_policy_document.d refers to itself: "
            "data.aws_iam_policy_document.d -> data.aws_iam_policy_document.d"
        ),
        1,
    ),
]


@pytest.mark.parametrize(
    ("text", "expression", "message", "line"), CIRCLES, ids=[case[2] for case in CIRCLES]
)
def test_what_refers_to_itself_is_an_error_and_the_rest_is_read(
    text: str, expression: str, message: str, line: int
) -> None:
    found = read_texts({"main.tf": f"{text}\n{ROLE % expression}"})
    assert [(error.message, error.line) for error in found.errors] == [(message, line)]
    assert "aws_iam_role.r" in names(found)


def test_a_circle_through_modules_is_an_error() -> None:
    child = 'variable "in" {}\noutput "out" { value = var.in }\n' + ROLE % '"inner"'
    main = 'module "m" {\n  source = "./child"\n  in = module.m.out\n}\n' + ROLE % "module.m.out"
    found = read_texts({"main.tf": main}, {"child/main.tf": child})
    assert len(found.errors) == 1
    assert "refers to itself" in found.errors[0].message
    assert len(found.roles) == 2


def test_a_long_chain_is_no_circle() -> None:
    chain = "".join(f"  a{at} = local.a{at + 1}\n" for at in range(5000))
    text = f'locals {{\n{chain}  a5000 = "end"\n}}\n'
    assert name(text, "local.a0") == "end"


def test_files_of_the_folder_are_read_and_no_others() -> None:
    files = {
        "live/main.tf": ROLE % 'trimspace(file("${path.module}/name.txt"))',
        "live/other.tf": 'resource "aws_iam_role" "s" {\n  name = file("../secret.txt")\n}\n',
        "live/third.tf": 'resource "aws_iam_role" "t" {\n  name = templatefile("t.tpl", { a = "b" })\n}\n',
        "live/name.txt": "from-a-file\n",
        "live/t.tpl": "x-${a}-${upper(a)}",
    }
    assert names(read_texts(files)) == {
        "aws_iam_role.r": "from-a-file",
        "aws_iam_role.s": Unresolved("the file ../secret.txt", MISSING),
        "aws_iam_role.t": "x-b-B",
    }


def test_a_template_file_sees_no_names_of_the_module() -> None:
    files = {
        "main.tf": ROLE % 'templatefile("t", {})',
        "t": "x-${local.a}",
        "a.tf": 'locals { a = "b" }',
    }
    assert names(read_texts(files)) == {"aws_iam_role.r": Unresolved("local.a", MISSING, "x-*")}


def test_override_files_replace_what_they_name() -> None:
    files = {
        "main.tf": 'resource "aws_iam_role" "r" {\n  name = "a"\n  path = "/p/"\n  inline_policy {\n    policy = "{}"\n  }\n}\n',
        "z_override.tf": 'resource "aws_iam_role" "r" {\n  name = "z"\n  inline_policy {\n    policy = jsonencode({ Id = "z" })\n  }\n}\n',
        "override.tf.json": '{"resource": {"aws_iam_role": {"r": {"name": "o"}}}}',
    }
    found = read_texts(files)
    [role] = found.roles
    assert role.name == "z"
    assert isinstance(role.arn, Unresolved)
    assert role.arn.pattern.endswith(":role/p/z")
    assert [document.value for document in role.identity] == [{"Id": "z"}]


def test_what_is_declared_twice_is_an_error() -> None:
    found = read_texts({"a.tf": ROLE % '"a"', "b.tf": ROLE % '"b"'})
    message = '"resource.aws_iam_role.r" is declared twice: only one of them is read'
    assert found.errors == (InputError("b.tf", message, 1, 1),)
    assert names(found) == {"aws_iam_role.r": "a"}


def test_the_folders_that_a_module_calls_are_told() -> None:
    main = "".join(
        f'module "m{at}" {{\n  source = "{source}"\n}}\n'
        for at, source in enumerate(["./a", "../b/c", "./a/../a", "hashicorp/consul/aws", "./"])
    )
    assert called_folders({"live/main.tf": main, "live/x/y.json": ""}) == {"live/a", "b/c"}


def test_an_empty_input_is_nothing() -> None:
    assert read_texts({}) == Infrastructure()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("main.tf", True),
        ("a/main.tf.json", True),
        ("terraform.tfvars", False),
        ("main.tf.backup", False),
        ("plan.json", False),
    ],
)
def test_configurations_are_recognised_by_name(path: str, expected: bool) -> None:
    assert recognises(path) is expected
