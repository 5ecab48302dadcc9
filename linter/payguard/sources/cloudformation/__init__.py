"""CloudFormation templates, SAM's and those that CDK writes among them, in JSON and YAML."""

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure


def recognises(value: object) -> bool:
    """Tell whether a decoded file is a template; the short tags of YAML need not be understood.

    It names the version of its format, or has resources with a type.
    """
    if not isinstance(value, dict):
        return False
    if "AWSTemplateFormatVersion" in value:
        return True
    resources = value.get("Resources")
    if not isinstance(resources, dict):
        return False
    return any(
        isinstance(one, dict) and isinstance(one.get("Type"), str) and "::" in one["Type"]
        for one in resources.values()
    )


def read_template(path: str, text: str) -> Infrastructure | InputError:
    """Return what a template says about access to payments.

    Args:
        path: the file, as the user named it.
        text: its content, JSON or YAML.

    What cannot be read is among the errors, with the rest read all the same; an InputError alone
    where the file is no template at all.
    """
    from payguard.sources.cloudformation import reader  # noqa: PLC0415  few files are templates

    return reader.read_template(path, text)
