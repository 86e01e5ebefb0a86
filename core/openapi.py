"""How the API describes itself. Apart from core.api, which REST framework's own views read."""

from drf_spectacular.openapi import AutoSchema

from core.api import Page, StrictSerializer


class Schema(AutoSchema):
    """Views are functions and carry no paginator: each list that is read is a page, and described as one."""

    def _get_paginator(self) -> Page | None:
        return Page() if self.method == "GET" else None

    def _map_basic_serializer(self, serializer, direction):
        shape = super()._map_basic_serializer(serializer, direction)
        return shape | ({"additionalProperties": False} if isinstance(serializer, StrictSerializer) else {})


def let_answers_overlap(result: dict, generator, request, public) -> dict:
    """An answer with more or less in it, by who asks, may fit both shapes: any of them, not exactly one."""
    for shape in result.get("components", {}).get("schemas", {}).values():
        if "oneOf" in shape and "discriminator" not in shape:
            shape["anyOf"] = shape.pop("oneOf")
    return result
