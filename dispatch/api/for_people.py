"""All doors for people: those who join, those who sign in, and anybody who looks for an AED."""

from fastapi import APIRouter

from dispatch.api import answers, people, problems, provider_sign_in, public, second_factors, sessions
from dispatch.service import DispatchService


def build_people_routers(service: DispatchService) -> tuple[APIRouter, ...]:
    """To be included before the registry's, whose `/api/aeds/{aed_id}` would take `problems` for an AED."""
    signing_in = (sessions, provider_sign_in, second_factors)
    return tuple(part.build_router(service) for part in (*signing_in, people, answers, problems, public))
