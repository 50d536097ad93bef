"""How a page component becomes a template tag: declared inputs only, one template each.

`@component(register)` reads a function's keyword-only parameters: they are the inputs the tag accepts.
What the function returns is the context of `components/<name>.html`; nothing else of the page is in it.
"""

import inspect
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template import Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.urls import resolve, reverse
from django.utils.safestring import SafeString


def component(register: Library, *, block: bool = False) -> Callable[[Callable[..., dict]], Callable[..., dict]]:
    """Register the decorated function as a tag; with `block=True` it wraps content and ends with `end<name>`.

    TemplateSyntaxError when a page gives an input that is not declared, or forgets one without a default.
    """

    def declare(function: Callable[..., dict]) -> Callable[..., dict]:
        name = function.__name__
        inputs = {
            key: parameter.default is inspect.Parameter.empty
            for key, parameter in inspect.signature(function).parameters.items()
            if key != "content"
        }

        def compile_tag(parser: Parser, token: Token) -> ComponentNode:
            bits = token.split_contents()[1:]
            target = bits[-1] if len(bits) >= 2 and bits[-2] == "as" else None
            given = _given(name, bits[:-2] if target else bits, inputs, parser)
            content = None
            if block:
                content = parser.parse((f"end{name}",))
                parser.delete_first_token()
            return ComponentNode(name, function, given, content, target)

        register.tag(name, compile_tag)
        return function

    return declare


def _given(name: str, bits: list[str], inputs: dict[str, bool], parser: Parser) -> dict[str, FilterExpression]:
    rest = list(bits)
    given = token_kwargs(rest, parser)
    accepted = ", ".join(inputs) or "none"
    if rest:
        raise TemplateSyntaxError(f"{name}: write {rest[0]} as input=value; accepted: {accepted}")
    if unknown := [key for key in given if key not in inputs]:
        raise TemplateSyntaxError(f"{name}: unknown input {unknown[0]}; accepted: {accepted}")
    if missing := [key for key, required in inputs.items() if required and key not in given]:
        raise TemplateSyntaxError(f"{name}: input {missing[0]} is missing; accepted: {accepted}")
    return given


class ComponentNode(Node):
    """One use of a component in a page."""

    child_nodelists = ("content",)

    def __init__(
        self,
        name: str,
        function: Callable[..., dict],
        given: dict[str, FilterExpression],
        content: NodeList | None,
        target: str | None,
    ) -> None:
        self.name = name
        self.function = function
        self.given = given
        self.content = content or NodeList()
        self.wraps = content is not None
        self.target = target

    def render(self, context: Context) -> str | SafeString:
        given = {key: value.resolve(context) for key, value in self.given.items()}
        if self.wraps:
            with context.push():
                given["content"] = self.content.render(context)
        inner = context.new(self.function(**given))
        # A component may hold a POST form; nothing else of the page reaches it.
        inner["csrf_token"] = context.get("csrf_token")
        html = context.template.engine.get_template(f"components/{self.name}.html").render(inner)
        # The last line end of a template's file is no space in a sentence; what was rendered stays safe.
        html = SafeString(html.strip())
        if self.target:
            context[self.target] = html
            return ""
        return html


def panel(context: Context, name: str, *arguments: Any) -> SafeString:
    """What another room has to show on this page: the view of that name answers in the same request.

    It asks its own policy and leaves its own entry in the log; where it has nothing for this person, nothing is shown.
    """
    view, positional, named = resolve(reverse(name, args=arguments))
    try:
        response = view(context["request"], *positional, **named)
    except (PermissionDenied, Http404):
        return SafeString("")
    return SafeString(response.text.strip())
