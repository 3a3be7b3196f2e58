"""Completes what FastAPI says of the HTTP interface: how an endpoint may refuse, and what it asks for."""

from typing import Any

from fastapi import FastAPI

from dispatch.api.roles import ENDPOINTS, Rule
from dispatch.contracts.webhook import Problem, Refusal

Json = dict[str, Any]

CLOSED = Rule()
REFUSAL = "#/components/schemas/Refusal"
JSON, PROBLEM_TYPE = "application/json", "application/problem+json"
PROBLEM = "#/components/schemas/Problem"
BEARER: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A short-lived token, from `rescue-circle token issue` or `POST /api/tokens`.",
}
STATES = {
    400: "The body is not in UTF-8.",
    401: "There is no token, or one that is forged or expired.",
    403: "The token's role may not do this.",
    404: "There is no such thing.",
    409: "Not now: the body's `code` says why.",
    410: "It was there, and is used or expired.",
    412: "Somebody has changed it since it was read: read it again, and send the change with its new ETag.",
    422: "The request cannot be understood: the body's `message` says what is wrong with it.",
    429: "Too many requests: try again after the seconds of the `retry-after` header.",
    503: "The service is starting, or its database is away: try again in a moment.",
}


def may_refuse(*statuses: int) -> dict[int | str, Json]:
    """What an endpoint that needs no token says of its refusals; of the others it follows from the table of roles."""
    return {status: {"model": Refusal, "description": STATES[status]} for status in statuses}


def describe(app: FastAPI) -> None:
    """Let the app's OpenAPI document say so."""
    plain = app.openapi

    def described() -> Json:
        # FastAPI keeps the document, so this changes the same one; doing it twice changes nothing more.
        return _completed(plain())

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def _completed(document: Json) -> Json:
    components: Json = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    schemas["Refusal"], schemas["Problem"] = Refusal.model_json_schema(), Problem.model_json_schema()
    components["securitySchemes"] = {"token": BEARER}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rule = ENDPOINTS.get(f"{method.upper()} {path}", CLOSED)
            if rule.roles:
                operation["security"] = [{"token": []}]
                operation["x-roles"] = sorted(rule.roles | rule.own)
            for status in _refusals(path, method, operation, by_token=bool(rule.roles)):
                if str(status) not in operation.get("x-own-refusals", ()):
                    operation["responses"][str(status)] = _refusal(status)
            for status, response in operation["responses"].items():
                _show_problem(response, is_own=status in operation.get("x-own-refusals", ()))
    # What FastAPI would answer to an invalid request is not what this service answers.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _refusals(path: str, method: str, operation: Json, *, by_token: bool) -> set[int]:
    found = {422} & {int(status) for status in operation["responses"]}
    if by_token:
        if "requestBody" in operation:
            found.add(400)
        found |= {401, 403, 429, 503}
        if "{" in path:
            found.add(404)
        if method != "get":
            found |= {404, 409}
    if any(told["name"] == "If-Match" for told in operation.get("parameters", ())):
        found.add(412)
    return found


def _refusal(status: int) -> Json:
    return {"description": STATES[status], "content": {JSON: {"schema": {"$ref": REFUSAL}}}}


def _show_problem(response: Json, *, is_own: bool) -> None:
    """A refusal comes as a problem, too, for whoever accepts it; one with a body of the endpoint's own always."""
    content: Json = response.get("content", {})
    if is_own:
        content[PROBLEM_TYPE] = content.pop(JSON, content.get(PROBLEM_TYPE))
    elif content.get(JSON, {}).get("schema") == {"$ref": REFUSAL}:
        content[PROBLEM_TYPE] = {"schema": {"$ref": PROBLEM}}
