"""What the city's operation centre (城市运行中心) is told: a Standard Webhooks envelope of type, timestamp and data.

`docs/operation-centre.md` shows each type. Counts, states and the places of AEDs, which are public: nothing of the
patient but, where the city has decided so, the district; nothing at all of a volunteer.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from dispatch.contracts.webhook import WireModel


class CentreData(WireModel):
    """`seq` numbers all messages from 1 without gaps: a gap is one that was given up, and may come later."""

    seq: Annotated[int, Field(ge=1)]


class CentreCounts(WireModel):
    """Of one incident from its beginning: phones that rang, people who accepted, who were at the patient's side, and
    AEDs that were taken from their cabinets."""

    alerted: int
    accepted: int
    arrived: int
    aeds_collected: int


class CentreIncidentData(CentreData):
    """status: waiting, alerting, en_route, on_scene, nobody_available, ambulance_there or closed.

    district: the name of the district the patient is in; null where the settings do not allow it, and where the place
    is not known or in none of them.
    """

    incident_id: str
    opened_at: AwareDatetime
    status: str
    counts: CentreCounts
    district: str | None


class CentreClosedData(CentreIncidentData):
    """reason: cancelled or closed by 120, stood_down by a dispatcher, duplicate of another incident, expired."""

    reason: str


class CentreAedData(CentreData):
    """lon, lat: WGS-84 degrees, of its cabinet. state: in_service, out_of_service, missing, in_use or unknown; the last
    one that was known where it is retired."""

    aed_id: str
    state: str
    lon: float
    lat: float


class CentreSummaryData(CentreData):
    """How everything stands now. aeds: that are fetched in some state; aeds_in_service: of these, in service.
    rescuers_on_duty: people who have said that they may be rung, wherever they are."""

    incidents_open: int
    aeds: int
    aeds_in_service: int
    rescuers_on_duty: int


class _CentreMessage(WireModel):
    """`timestamp`: when it happened, on the service's clock."""

    timestamp: AwareDatetime


class CentreIncidentOpened(_CentreMessage):
    type: Literal["incident.opened"] = "incident.opened"
    data: CentreIncidentData


class CentreIncidentChanged(_CentreMessage):
    """Its status, its counts or its district are others now."""

    type: Literal["incident.changed"] = "incident.changed"
    data: CentreIncidentData


class CentreIncidentClosed(_CentreMessage):
    """The last one of the incident."""

    type: Literal["incident.closed"] = "incident.closed"
    data: CentreClosedData


class CentreAedAdded(_CentreMessage):
    """It stands from now on: it is new, or was retired or joined to another before."""

    type: Literal["aed.added"] = "aed.added"
    data: CentreAedData


class CentreAedMoved(_CentreMessage):
    type: Literal["aed.moved"] = "aed.moved"
    data: CentreAedData


class CentreAedOutOfService(_CentreMessage):
    """It is in another state than in service now."""

    type: Literal["aed.out_of_service"] = "aed.out_of_service"
    data: CentreAedData


class CentreAedBackInService(_CentreMessage):
    type: Literal["aed.back_in_service"] = "aed.back_in_service"
    data: CentreAedData


class CentreAedRetired(_CentreMessage):
    """Nobody is sent for it any more, or it was found to be the same as another."""

    type: Literal["aed.retired"] = "aed.retired"
    data: CentreAedData


class CentreSummary(_CentreMessage):
    """Comes again and again, also while nothing happens: whoever misses it knows that the line is down."""

    type: Literal["summary"] = "summary"
    data: CentreSummaryData


CentreMessage = Annotated[
    CentreIncidentOpened
    | CentreIncidentChanged
    | CentreIncidentClosed
    | CentreAedAdded
    | CentreAedMoved
    | CentreAedOutOfService
    | CentreAedBackInService
    | CentreAedRetired
    | CentreSummary,
    Field(discriminator="type"),
]
CENTRE_MESSAGE: TypeAdapter[CentreMessage] = TypeAdapter(CentreMessage)
