"""What every command has in common: help, version, exit statuses, and a name that is none."""

import pytest
from click import Context

import payguard as package
from commands import Run
from payguard.cli import EXIT_CODES, commands

NAMES = commands.list_commands(Context(commands))
STATUSES = EXIT_CODES.removeprefix("\b\n").splitlines()


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_every_help_page_ends_with_the_exit_statuses(payguard: Run, name: str, flag: str) -> None:
    result = payguard(*filter(None, (name, flag)), terminal_width=100)
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.splitlines() if line.strip()]
    assert lines[-len(STATUSES) :] == [line.strip() for line in STATUSES]


@pytest.mark.parametrize("name", NAMES)
def test_every_option_and_the_command_itself_say_what_they_do(name: str) -> None:
    command = commands.get_command(Context(commands), name)
    assert command is not None
    assert command.name == name
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", None), f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", NAMES)
def test_the_format_has_the_same_two_names_in_every_command(name: str) -> None:
    command = commands.get_command(Context(commands), name)
    assert command is not None
    for parameter in command.params:
        if "--output-format" in parameter.opts:
            assert "--format" in parameter.opts


def test_the_first_page_lists_every_command_with_a_sentence(payguard: Run) -> None:
    page = payguard("--help").output
    for name in NAMES:
        line = next(line for line in page.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split()) > 3


def test_without_a_command_the_help_page_is_shown_and_nothing_was_done(payguard: Run) -> None:
    result = payguard()
    assert result.exit_code == 2
    assert "Commands:" in result.output


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_is_printed(payguard: Run, flag: str) -> None:
    result = payguard(flag)
    assert result.exit_code == 0
    assert result.output == f"payguard {package.__version__}\n"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("lnt", "lint"),
        ("rul", "rule"),
        ("rules", "rule"),
        ("catalogue", "catalog"),
        ("proof", "prove"),
    ],
)
def test_an_unknown_command_is_exit_2_and_names_the_nearest(
    payguard: Run, name: str, nearest: str
) -> None:
    result = payguard(name)
    assert result.exit_code == 2
    assert f"No such command '{name}'" in result.output
    assert f'Did you mean "{nearest}"?' in result.output


@pytest.mark.parametrize("name", ["zzz", "", "\x1b[31m"], ids=ascii)
def test_a_command_like_none_is_exit_2_without_a_guess(payguard: Run, name: str) -> None:
    result = payguard(name)
    assert result.exit_code == 2
    assert "No such command" in result.output
    assert "Did you mean" not in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_exit_2(payguard: Run, name: str) -> None:
    result = payguard(name, "--no-such-option")
    assert result.exit_code == 2
    assert "No such option" in result.output
