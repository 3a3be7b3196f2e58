"""All doors for people: those who join, those who sign in, and anybody who looks for an AED."""

from fastapi import APIRouter

from dispatch.api import answers, people, problems, public, second_factors, sessions
from dispatch.service import DispatchService


def build_people_routers(service: DispatchService) -> tuple[APIRouter, ...]:
    """To be included before the registry's, whose `/api/aeds/{aed_id}` would take `problems` for an AED."""
    return tuple(part.build_router(service) for part in (sessions, second_factors, people, answers, problems, public))
