"""Roles, endpoints and frames as a page, made from the table that the service enforces."""

from dispatch.access.tokens import Access
from dispatch.api.roles import ENDPOINTS, HEARS, ISSUES, SENDS, STREAMS, Rule

ROLES = tuple(Access)


def roles_markdown() -> str:
    """What each role may call, send and hear."""
    heads = [role.replace("_", " ") for role in ROLES]
    return "\n".join(
        [
            "# Roles",
            "",
            "Made by `make docs` from `dispatch/api/roles.py`, which is what the service enforces. An integration (a",
            "120 system) has no token: it signs its messages, and can do nothing else.",
            "",
            f"| endpoint | without a token | {' | '.join(heads)} |",
            f"|---|---|{'---|' * len(heads)}",
            *(_row(endpoint, rule) for endpoint, rule in ENDPOINTS.items()),
            "",
            "| stream | whose | counts when sent | is sent |",
            "|---|---|---|---|",
            *(
                f"| `{path}` | {role} | {_words(SENDS[role])} | {_words(HEARS[role])} |"
                for path, role in STREAMS.items()
            ),
            "",
            "| role | may issue tokens for |",
            "|---|---|",
            *(f"| {role} | {', '.join(sorted(wanted))} |" for role, wanted in ISSUES.items()),
            "",
        ]
    )


def _row(endpoint: str, rule: Rule) -> str:
    anybody = "yes" if rule.open else "signed" if rule.signed else ""
    cells = ["yes" if role in rule.roles else "own" if role in rule.own else "" for role in ROLES]
    return f"| `{endpoint}` | {anybody} | {' | '.join(cells)} |"


def _words(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
