"""Terraform's functions on texts and numbers.

https://developer.hashicorp.com/terraform/language/functions

Regular expressions are left out: those of Go take a time linear in the text, Python's do not.
"""

import base64
import binascii
import hashlib
import json
import math
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.terraform_hcl.arguments import Arguments
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    UnknownError,
    closed,
    number,
    plain,
    text,
    truth,
    unknowns,
)
from payguard.sources.terraform_hcl.operator import bounded

_VERB = re.compile(
    r"%(?P<flags>[-+ #0]*+)(?P<width>\d{0,4})(?P<precision>\.\d{0,3})?(?P<at>\[\d{1,3}\])?(?P<verb>[a-zA-Z%])"
)
_FIRST_LETTER = re.compile(r"(?<!\w)\w")


def _partial(change: Callable[[str], str]) -> Callable[[Arguments], Datum]:
    """Make a function of one that may also be asked about the known part of a text."""
    return lambda call: call.marked_text(change(call.marked(0)))


def _split(call: Arguments) -> list[Datum]:
    separator, whole = call.text(0), call.text(1)
    if not separator:
        return call.list_of(whole)
    return call.list_of(whole.split(separator))


def _join(call: Arguments) -> Datum:
    separator = call.text(0)
    found: list[Datum] = []
    for place in range(1, len(call.all)):
        found += [call.all[place]] if call.all[place].unknown else call.items(place)
    if len(found) == 1 and found[0].unknown and not found[0].note.rest:
        return found[0]  # it may be an attribute of a resource, which it stays
    texts = [call.work.marked(item) for item in found]
    call.work.spend_text(sum(map(len, texts)) + len(separator) * len(texts))
    return call.marked_text(separator.join(texts))


def _replace(call: Arguments) -> str:
    whole, old, new = call.text(0), call.text(1), call.text(2)
    if len(old) > 1 and old[0] == old[-1] == "/":
        raise UnknownError(Unresolved("a regular expression", MISSING))
    call.work.spend_text(len(whole) + (whole.count(old) + 1) * len(new))
    return whole.replace(old, new)


def _substr(call: Arguments) -> str:
    whole, start, length = call.text(0), call.whole(1), call.whole(2)
    start = max(start + len(whole), 0) if start < 0 else start
    return whole[start:] if length < 0 else whole[start : start + length]


def _indent(call: Arguments) -> str:
    spaces, whole = call.whole(0), call.text(1)
    call.work.spend_text(len(whole) + spaces * whole.count("\n"))
    return whole.replace("\n", "\n" + " " * spaces)


def _format(call: Arguments) -> Datum:
    return call.marked_text(_formatted(call.text(0), call.all[1:], call))


def _formatted(pattern: str, values: list[Datum], call: Arguments) -> str:
    """Return a text formatted as Go's ``fmt`` does; raise EvaluationError for what is not."""
    found, at, taken, used = [], 0, 0, 0
    for verb in _VERB.finditer(pattern):
        found.append(_between(pattern[at : verb.start()]))
        at = verb.end()
        if verb["verb"] == "%":
            found.append("%")
            continue
        taken = int(verb["at"][1:-1]) if verb["at"] else taken + 1
        used = max(used, taken)
        found.append(_verb(verb, values[taken - 1], call))
    if used < len(values):
        raise EvaluationError("more values than the format takes")
    found.append(_between(pattern[at:]))
    return "".join(found)


def _between(part: str) -> str:
    """Return what stands between two verbs."""
    if "%" in part:
        raise EvaluationError("the format is malformed")
    return part


def _verb(verb: re.Match[str], value: Datum, call: Arguments) -> str:
    sign, flags = verb["verb"], verb["flags"]
    precision = verb["precision"]
    if sign in "sv" and not (flags or verb["width"] or precision):
        return call.work.marked(value) if _is_plain(value) else _json(value, call)
    shown = _shown(sign, value, precision, call)
    if sign in "dfeEgxXob" and "+" in flags and not shown.startswith("-"):
        shown = f"+{shown}"
    elif sign == "d" and " " in flags and not shown.startswith("-"):
        shown = f" {shown}"
    width = int(verb["width"] or 0)
    if "-" in flags:
        return shown.ljust(width)
    if "0" in flags and sign in "dfxXob":
        return shown.zfill(width)
    return shown.rjust(width)


def _is_plain(value: Datum) -> bool:
    if value.data is None:
        raise UnknownError(Unresolved("null in a format", MISSING))
    return not isinstance(value.data, list | dict)


def _shown(sign: str, value: Datum, precision: str | None, call: Arguments) -> str:
    digits = int((precision or ".6")[1:] or 0)
    if sign in "sv":
        whole = text(value) if _is_plain(value) else _json(value, call)
        return whole if precision is None else whole[:digits]
    if sign == "q":
        return json.dumps(text(value), ensure_ascii=False)
    if sign == "t":
        return "true" if truth(value) else "false"
    if sign == "d":
        return str(int(number(value)))
    if sign in "feE":
        return f"{float(number(value)):.{digits}{sign}}"
    if sign in "xXob":
        return f"{int(number(value)):{sign}}"
    raise UnknownError(Unresolved(f"the verb %{sign} of a format", MISSING))


def _json(value: Datum, call: Arguments) -> str:
    found = plain(value, call.work)
    for _, unresolved in unknowns(found):
        raise UnknownError(unresolved)
    return json_of(found)


def json_of(value: Any) -> str:
    """Return JSON as Terraform writes it."""
    found = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&\u2028\u2029":
        if sign in found:
            found = found.replace(sign, f"\\u{ord(sign):04x}")
    return found


def _formatlist(call: Arguments) -> list[Datum]:
    lists = [closed(one) if isinstance(one.data, list) else None for one in call.all[1:]]
    lengths = {len(one) for one in lists if one is not None} or {1}
    if len(lengths) > 1:
        raise EvaluationError("the lists have different lengths")
    found = []
    for place in range(lengths.pop()):
        values = [call.all[at + 1] if one is None else one[place] for at, one in enumerate(lists)]
        found.append(call.marked_text(_formatted(call.text(0), values, call)))
    return found


def _numbers(call: Arguments) -> list[float]:
    return [number(one) for one in call.all]


def _sum(call: Arguments) -> float:
    found = [number(one) for one in call.closed(0)]
    if not found:
        raise EvaluationError("a sum of nothing")
    return bounded(sum(found))


def _parseint(call: Arguments) -> int:
    digits, base = call.text(0), call.whole(1)
    if len(digits) > 300 or not 2 <= base <= 36:
        raise EvaluationError("no whole number")
    try:
        return int(digits, base)
    except ValueError as error:
        raise EvaluationError("no whole number") from error


def _base64decode(call: Arguments) -> str:
    try:
        return base64.b64decode(call.text(0), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise EvaluationError("no text in base64") from error


def _hash(name: str) -> Callable[[Arguments], str]:
    return lambda call: hashlib.new(name, call.text(0).encode("utf-8", "replace")).hexdigest()


def _title(whole: str) -> str:
    return _FIRST_LETTER.sub(lambda letter: letter[0].upper(), whole)


def _unmarked(change: Callable[[str], str]) -> Callable[[Arguments], str]:
    return lambda call: change(call.text(0))


def _upper(whole: str) -> str:
    """Return a text in upper case, each letter by itself, as Go has it."""
    found = whole.upper()
    return found if len(found) == len(whole) else "".join(map(_upper_letter, whole))


def _upper_letter(letter: str) -> str:
    return letter.upper() if len(letter.upper()) == 1 else letter


def _lower(whole: str) -> str:
    """Return a text in lower case, each letter by itself, as Go has it."""
    return "".join([letter.lower()[0] for letter in whole])


def _reversed(whole: str) -> str:
    return whole[::-1]


def _chomp(whole: str) -> str:
    return whole.rstrip("\r\n")


TEXT_FUNCTIONS: dict[str, Callable[[Arguments], Any]] = {
    "abs": lambda call: abs(call.number(0)),
    "base64decode": _base64decode,
    "base64encode": lambda call: base64.b64encode(call.text(0).encode()).decode(),
    "basename": lambda call: call.text(0).rstrip("/").rpartition("/")[2],
    "ceil": lambda call: math.ceil(call.number(0)),
    "chomp": _partial(_chomp),
    "dirname": lambda call: call.text(0).rpartition("/")[0] or ".",
    "endswith": lambda call: call.text(0).endswith(call.text(1)),
    "floor": lambda call: math.floor(call.number(0)),
    "format": _format,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "lower": _partial(_lower),
    "max": lambda call: max(_numbers(call)),
    "md5": _hash("md5"),
    "min": lambda call: min(_numbers(call)),
    "parseint": _parseint,
    "replace": _replace,
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "split": _split,
    "startswith": lambda call: call.text(0).startswith(call.text(1)),
    "strcontains": lambda call: call.text(1) in call.text(0),
    "strrev": _unmarked(_reversed),
    "substr": _substr,
    "sum": _sum,
    "title": _unmarked(_title),
    "trim": lambda call: call.text(0).strip(call.text(1)),
    "trimprefix": lambda call: call.text(0).removeprefix(call.text(1)),
    "trimspace": _partial(str.strip),
    "trimsuffix": lambda call: call.text(0).removesuffix(call.text(1)),
    "upper": _partial(_upper),
    "urlencode": lambda call: urllib.parse.quote_plus(call.text(0)),
}
