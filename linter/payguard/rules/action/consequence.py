"""What it means that an action or a resource matches nothing: the words after the finding."""

from payguard.rules.rule import Text


def consequence(text: Text) -> str:
    """Return the end of a sentence about a text that matches nothing.

    Empty for an Allow, which then grants nothing by it: a defect, but a safe one.
    """
    if text.element.startswith("Not"):
        return f", so {text.element} exempts nothing by it"
    if text.effect == "Deny":
        return ", so the Deny denies nothing by it: a guard is missing"
    return ""
