"""What people of the register are, and how they come to a patient."""

from enum import StrEnum


class PersonKind(StrEnum):
    """Whoever is registered without a word on it is a volunteer."""

    VOLUNTEER = "volunteer"
    GRID_WORKER = "grid_worker"
    METRO_STAFF = "metro_staff"
    SECURITY_STAFF = "security_staff"
    PROFESSIONAL = "professional"
    CREW = "crew"


class Transport(StrEnum):
    """Kept for those who plan; every walk is still reckoned on foot."""

    WALK = "walk"
    BICYCLE = "bicycle"
    CAR = "car"
