from drf_spectacular.generators import SchemaGenerator


def test_unknown_keys_are_described_as_unwelcome_and_overlapping_answers_as_such():
    shapes = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]

    assert shapes["You"]["additionalProperties"] is False
    assert sorted(shapes["ChallengePage"]) == ["anyOf"]


def test_every_list_that_is_read_is_described_as_a_page():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    read = {path: methods["get"] for path, methods in schema["paths"].items() if "get" in methods}
    shapes = {
        path: operation["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operation in read.items()
        if path != "/api/v1/schema/" and "application/json" in operation["responses"]["200"]["content"]
    }
    pages = [path for path, shape in shapes.items() if shape.get("$ref", "").endswith("List")]

    assert [path for path, shape in shapes.items() if shape.get("type") == "array"] == []
    assert "/api/v1/events/" in pages
    assert [path for path in pages if "page" not in {one["name"] for one in read[path]["parameters"]}] == []
