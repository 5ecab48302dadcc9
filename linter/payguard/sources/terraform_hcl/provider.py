"""What the configurations of providers say about resources."""

from payguard.sources.terraform_hcl.body import literal
from payguard.sources.terraform_hcl.datum import Datum
from payguard.sources.terraform_hcl.evaluate import Scope
from payguard.sources.terraform_hcl.module import Module
from payguard.sources.terraform_hcl.view import View


def default_tags(view: View) -> Datum | None:
    """Return the tags that its provider gives to a resource; None where there are none.

    Of a resource in a called module, those of the root module's provider of the same name.
    """
    module = view.scope.module
    if not isinstance(module, Module):
        return None
    root = module.root_module
    wanted = _alias(view)
    for block in root.folder.providers:
        alias = block.arguments.get("alias")
        named = (literal(alias.value) or "") if alias is not None else ""
        if block.labels == ("aws",) and named == wanted:
            provider = View(block, Scope(root, block.source, {}), "provider.aws")
            for inner in provider.blocks("default_tags"):
                return inner.get("tags") if isinstance(inner, View) else inner
    return None


def _alias(view: View) -> str:
    """Return the name behind ``aws.`` in the argument ``provider``."""
    argument = view.block.arguments.get("provider")
    if argument is None:
        return ""
    node = argument.value
    return argument.source.text[node.start : node.end].strip('"').partition(".")[2]
