"""Configuration: ``payguard.toml``, or the table ``[tool.payguard]`` of ``pyproject.toml``.

Where the keys stand at the top level of ``payguard.toml``, they may also stand in a table
``[tool.payguard]``. Paths are patterns, see ``payguard.suppression.Globs``.
"""

import os
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from payguard.finding import SEVERITIES, Severity
from payguard.iam.wildcard import matches
from payguard.quotation import quote
from payguard.suppression import RULE_IDS, Ignore, globs, nearest
from payguard_policies.named_tuple import NamedTuple

_OWN, _SHARED = "payguard.toml", "pyproject.toml"
_MAX_BYTES = 1024 * 1024


class ConfigurationError(Exception):
    """A configuration that cannot be used: in which file, what is wrong, and where in it.

    ``line`` and ``column`` count from 1; 0 where they are not known. ``path`` is empty where the
    settings come from no file.
    """

    def __init__(self, path: str, message: str, line: int = 0, column: int = 0) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part)
        super().__init__(f"{place}: {message}" if place else message)
        self.path, self.message, self.line, self.column = path, message, line, column


class PolicyTypeRule(NamedTuple):
    """What the documents in the files that match ``path`` are."""

    path: str
    policy_type: str


class RoleRule(NamedTuple):
    """What the configuration says of a role.

    Attributes:
        name: its name, or a pattern for the names of roles that the input declares.
        persona: what it is; empty where only its name may tell.
        managers: the ARNs of the payment managers that are its own.
        arn: its ARN; empty if it is not known.
        identity: patterns of the files with its identity policies; none for a role of the input.
        boundary: the file of its boundary; empty if there is none.
        trust: the file of its trust policy; empty if it is not known.
    """

    name: str
    persona: str = ""
    managers: tuple[str, ...] = ()
    arn: str = ""
    identity: tuple[str, ...] = ()
    boundary: str = ""
    trust: str = ""


class SmokeRule(NamedTuple):
    """Payment managers, each to be asked as each of some roles; see ``payguard.smoke.target``.

    Attributes:
        manager_arns: the payment managers.
        role_arns: the roles; none to ask with the credentials at hand.
        persona: whose contract tells what is expected; empty if the role's own tells.
        expect: ``allow`` or ``deny``; empty for the persona's.
        given: what else is given, by the names of ``payguard.smoke.target.Target``.
    """

    manager_arns: tuple[str, ...]
    role_arns: tuple[str, ...] = ()
    persona: str = ""
    expect: str = ""
    given: tuple[tuple[str, str], ...] = ()


class Settings(NamedTuple):
    """What a run is asked to do; command line options replace single fields.

    Attributes:
        select: only these rules or categories; empty for all.
        ignore: all but these rules or categories.
        extend_select: these as well.
        fail_on: the severity from which on a finding fails the run.
        output_format: how to print.
        exclude: patterns of files to pass over in folders.
        policy_types: what the documents in some files are; the last that matches decides.
        ignores: findings that are accepted.
        roles: what is said of roles; the last that matches a name decides.
        allow_undecided: whether a run passes though something could not be decided.
        smoke: what ``payguard smoke`` asks.
        path: the configuration file; empty where there is none.
        root: the folder to which the patterns are relative.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fail_on: Severity = Severity.SECURITY_WARNING
    output_format: str = "full"
    exclude: tuple[str, ...] = ()
    policy_types: tuple[PolicyTypeRule, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    roles: tuple[RoleRule, ...] = ()
    allow_undecided: bool = False
    smoke: tuple[SmokeRule, ...] = ()
    path: str = ""
    root: str = "."

    def excludes(self, path: str) -> bool:
        """Tell whether a file found in a folder is passed over."""
        return bool(self.exclude) and globs(self.exclude, self.root).match(path)

    def role_rule(self, name: str) -> RoleRule | None:
        """Return what is said of a role of that name; None if nothing is."""
        for rule in reversed(self.roles):
            if matches(rule.name, name):
                return rule
        return None

    def policy_type_of(self, path: str) -> str:
        """Return what the documents in a file are; empty where only their shape can tell."""
        for rule in reversed(self.policy_types):
            if globs((rule.path,), self.root).match(path):
                return rule.policy_type
        return ""


def load(start: str, config: str | None = None, isolated: bool = False) -> Settings:
    """Return the settings that hold for ``start``.

    Args:
        start: the file or folder to be checked; the nearest configuration file in its folder or
            one above holds, ``payguard.toml`` before ``pyproject.toml`` in one folder. A
            ``pyproject.toml`` without the table ``[tool.payguard]`` is passed over.
        config: this configuration file and no other.
        isolated: no configuration file at all.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or does not fit the schema.
    """
    if isolated:
        return Settings()
    found = _named(config) if config else _discovered(start)
    return _settings(found) if found else Settings()


class _File(NamedTuple):
    """A configuration file: how it is shown to users, where it lies, its text, our table."""

    path: str
    root: str
    text: str
    table: Mapping[str, Any]


def _named(path: str) -> _File:
    file = _file(path, path)
    if file is None:
        raise ConfigurationError(path, "there is no table [tool.payguard] in it")
    return file


def _discovered(start: str) -> _File | None:
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        for name in (_OWN, _SHARED):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (file := _file(path, _shown(path))):
                return file
        upper = os.path.dirname(folder)
        if upper == folder:
            return None
        folder = upper


def _shown(path: str) -> str:
    """Return ``path`` as users know it: from the working folder, if one holds the other."""
    here, folder = (
        f"{name.rstrip(os.sep)}{os.sep}" for name in (os.getcwd(), os.path.dirname(path))
    )
    related = here.startswith(folder) or folder.startswith(here)
    return os.path.relpath(path) if related else path


def _file(path: str, shown: str) -> _File | None:
    data = _read(path, shown)
    shared = os.path.basename(path) == _SHARED
    if shared and b"payguard" not in data:
        return None  # not worth a TOML parser
    text, table = _parse(data, shown)
    tool = table.get("tool")
    if isinstance(tool, dict) and "payguard" in tool:
        table = tool["payguard"]
    elif shared:
        return None
    if not isinstance(table, dict):
        raise ConfigurationError(shown, "tool.payguard: expected a table")
    return _File(shown, os.path.dirname(os.path.abspath(path)), text, table)


def _read(path: str, shown: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(shown, f"cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_BYTES:
        raise ConfigurationError(shown, "is larger than 1 MB")
    return data


def _parse(data: bytes, shown: str) -> tuple[str, Any]:
    import json  # noqa: PLC0415  only a file with settings is parsed
    import tomllib  # noqa: PLC0415  same

    try:
        text = data.decode("utf-8-sig")
        # Dates become text, as the schema has them: "2027-12-31", or more where there is a time.
        return text, json.loads(json.dumps(tomllib.loads(text), default=str))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(shown, "is not UTF-8", line) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(shown, *_syntax(str(error))) from None
    except RecursionError:
        raise ConfigurationError(shown, "is nested too deeply") from None
    except ValueError as error:  # such as a number with too many digits
        raise ConfigurationError(shown, f"is not TOML: {error}"[:200]) from None


def _syntax(message: str) -> tuple[str, int, int]:
    """Take the place out of tomllib's message."""
    found = re.search(r" \(at line ([0-9]{1,9}), column ([0-9]{1,9})\)$", message)
    reason = message[: found.start()] if found else message
    line, column = map(int, found.groups()) if found else (0, 0)
    return f"is not TOML: {reason[:1].lower()}{reason[1:]}"[:200], line, column


def _settings(file: _File) -> Settings:
    table = file.table
    _check(table, file)
    ignore = table.get("ignore", ())
    tables = [entry for entry in ignore if isinstance(entry, dict)]
    lines = _table_lines(file, "ignore", len(tables))
    settings = Settings(
        select=tuple(table.get("select", ())),
        ignore=(*(e for e in ignore if isinstance(e, str)), *table.get("extend-ignore", ())),
        extend_select=tuple(table.get("extend-select", ())),
        fail_on=SEVERITIES[table.get("fail-on", Settings().fail_on.label)],
        output_format=table.get("output-format", Settings().output_format),
        exclude=tuple(table.get("exclude", ())),
        policy_types=(
            *(
                PolicyTypeRule(role[part], part)
                for role in table.get("role", ())
                for part in ("boundary", "trust")
                if part in role
            ),
            *(PolicyTypeRule(entry["path"], entry["type"]) for entry in table.get("document", ())),
        ),
        ignores=tuple(
            _ignore(entry, file, line) for entry, line in zip(tables, lines, strict=True)
        ),
        roles=tuple(_role(entry) for entry in table.get("role", ())),
        allow_undecided=table.get("allow-undecided", False),
        smoke=tuple(map(_smoke, table.get("smoke", {}).get("target", ()))),
        path=file.path,
        root=file.root,
    )
    _check_patterns(settings)
    return settings


def _role(entry: Mapping[str, Any]) -> RoleRule:
    return RoleRule(
        name=entry["name"],
        persona=entry.get("persona", ""),
        managers=tuple(entry.get("manager-arns", ())),
        arn=entry.get("arn", ""),
        identity=tuple(entry.get("identity", ())),
        boundary=entry.get("boundary", ""),
        trust=entry.get("trust", ""),
    )


_LISTED = ("manager-arns", "role-arns", "persona", "expect")


def _smoke(entry: Mapping[str, Any]) -> SmokeRule:
    others = {name: text for name, text in entry.items() if name not in _LISTED}
    variable = others.pop("bearer-token-env", None)
    if variable is not None:
        others["bearer-variable"] = variable
    return SmokeRule(
        manager_arns=tuple(entry["manager-arns"]),
        role_arns=tuple(entry.get("role-arns", ())),
        persona=entry.get("persona", ""),
        expect=entry.get("expect", ""),
        given=tuple((name.replace("-", "_"), text) for name, text in others.items()),
    )


def _ignore(entry: Mapping[str, str], file: _File, line: int) -> Ignore:
    expires = entry.get("expires")
    try:
        day = date.fromisoformat(expires) if expires else None
    except ValueError:
        message = f"ignore.expires: there is no day {quote(str(expires))}"
        raise ConfigurationError(file.path, message, line) from None
    return Ignore(
        path=entry["path"],
        rule=entry["rule"],
        reason=entry["reason"],
        pointer=entry.get("pointer", ""),
        sid=entry.get("sid", ""),
        expires=day,
        file=file.path,
        line=line or 1,
    )


def _check_patterns(settings: Settings) -> None:
    types = (rule.path for rule in settings.policy_types)
    ignores = (ignore.path for ignore in settings.ignores)
    files = (pattern for rule in settings.roles for pattern in rule.identity)
    for pattern in (*settings.exclude, *types, *ignores, *files):
        try:
            globs((pattern,), settings.root)
        except (ValueError, re.error):
            message = f"there is no such pattern as {quote(pattern)}"
            raise ConfigurationError(settings.path, message) from None


# What is wrong with a table, in words


def _check(table: Mapping[str, Any], file: _File) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  only a file with settings needs it

    errors = list(Draft202012Validator(_schema()).iter_errors(table))
    if errors:
        error = min(errors, key=lambda error: [str(part) for part in error.absolute_path])
        place, message = _explained(error)
        raise ConfigurationError(file.path, f"{_dotted(place)}{message}", _line(file, place))


def _schema() -> Mapping[str, Any]:
    import json  # noqa: PLC0415  only a file with settings needs it

    import payguard_policies  # noqa: PLC0415  same

    folder = os.path.dirname(payguard_policies.__file__)
    with open(os.path.join(folder, "schemas", "configuration.schema.json"), "rb") as file:
        schema: Mapping[str, Any] = json.load(file)
    return schema


def _explained(error: Any) -> tuple[tuple[str | int, ...], str]:
    """Return the place and the sentence of a jsonschema error."""
    place = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        key = next(key for key in error.instance if key not in known)
        return (*place, key), f"unknown key{nearest(key, known)}"
    if error.validator == "required":
        key = next(key for key in error.validator_value if key not in error.instance)
        return (*place, key), "it is missing"
    wanted, found = error.schema["title"], _described(error.instance)
    if error.validator == "enum":
        return place, f"expected {wanted}, found {found}{_alternatives(error)}"
    return place, f"expected {wanted}, found {found}"


def _alternatives(error: Any) -> str:
    known = error.validator_value
    close = nearest(str(error.instance), known)
    return close or f"; such as {', '.join(map(quote, known[:3]))}"


def _described(value: Any) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return quote(str(value)).strip('"')
    return "a table" if isinstance(value, dict) else "a list"


def _dotted(place: tuple[str | int, ...]) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{quote(part)[1:-1]}"
    return f"{text.lstrip('.')}: " if text else ""


# Where in the file


def _line(file: _File, place: tuple[str | int, ...]) -> int:
    """Return where the table begins that holds a key; 0 where that cannot be told."""
    at = next((at for at, part in enumerate(place) if isinstance(part, int)), 0)
    if not at:
        return 0
    entries: Any = file.table
    for part in place[:at]:
        entries = entries[part]
    lines = _table_lines(file, ".".join(map(str, place[:at])), len(entries))
    return lines[int(place[at])]


def _table_lines(file: _File, name: str, count: int) -> list[int]:
    """Return where the ``count`` tables of a list begin; zeros where they cannot be told."""
    headers = (f"[[tool.payguard.{name}]]", f"[[{name}]]")
    lines = enumerate(file.text.split("\n"), 1)
    found = [number for number, line in lines if _header(line) in headers]
    return found if len(found) == count else [0] * count


def _header(line: str) -> str:
    """Return a line without its comment, quotes and spaces, as far as a table's header goes."""
    return line.partition("#")[0].translate(_WITHOUT) if line.lstrip().startswith("[") else ""


_WITHOUT = str.maketrans("", "", " \t\r\"'")


# Names


def check_names(settings: Settings, known: Collection[str]) -> None:
    """Check that the settings name rules and categories that exist.

    Args:
        settings: with a ``path`` if they come from a file.
        known: every rule id and category; findings about suppressions are known by themselves.

    Raises:
        ConfigurationError: there is no such name; the nearest one is suggested.
    """
    known = {*known, *RULE_IDS}
    for key in ("select", "ignore", "extend_select"):
        for name in getattr(settings, key):
            if name not in known:
                message = f"{key.replace('_', '-')}: {no_such_rule(name, known)}"
                raise ConfigurationError(settings.path, message)
    for entry in settings.ignores:
        if entry.rule not in known:
            message = f"ignore.rule: {no_such_rule(entry.rule, known)}"
            raise ConfigurationError(entry.file, message, entry.line)


def no_such_rule(name: str, known: Collection[str]) -> str:
    """Return the sentence about a name that no rule and no category has."""
    return f"there is no rule or category {quote(name)}{nearest(name, known)}"
