"""Synthetic volunteers: how many are certified and on duty, names that no one bears, phone numbers of fiction."""

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CSV_HEADER = (
    "id",
    "name",
    "phone",
    "certificate_kind",
    "certificate_number",
    "valid_from",
    "valid_until",
    "on_duty",
    "home_lon",
    "home_lat",
)

FICTIONAL_AREA_CODES = (
    "201202203205206207208209210212213214215216217218219220223224225228229231234239240248251252253254256260262"
    "267269270272274276279281301302303304305307308309310312313314315316317318319320321323325326327330331332334"
    "336337339340341346347351352360361364380385386401402404405406407408409410412413414415417419423424425430432"
    "434435440442443445447458463464469470475478479480484501502503504505507508509510512513515516517518520530531"
    "534539540541551559561562563564567570571573574575580585586601602603605606607608609610612614615616617618619"
    "620623626628629630631636641646650651657660661662667669678680681682689701702703704706707708712713714715716"
    "717718719720724725726727731732734737740743"
)
"""Three digits each. With 555-0100 to 555-0199, which North America reserves for fiction: well-formed, nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Who among the volunteers can be sent."""

    certified: float = 9_331 / 40_000
    """9,331 certified rescuers trained in 2024 to about 40,000 Red Cross volunteers in Zhengzhou."""
    on_duty: float = 0.6
    """Share of the certified who let themselves be called at a given time, m."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volunteers:
    """(n,) arrays, one entry for each volunteer; WGS-84 homes."""

    home_lon: NDArray[np.float64]
    home_lat: NDArray[np.float64]
    certified: NDArray[np.bool_]
    on_duty: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.home_lon)

    def dispatchable(self) -> NDArray[np.int64]:
        """Index of everyone certified and on duty."""
        return np.flatnonzero(self.certified & self.on_duty)

    def statement(self, shares: Shares) -> str:
        """The shares in words, as the table and the report state them."""
        return (
            f"{len(self):,} (synthetic), {int(self.certified.sum()):,} certified ({shares.certified:.1%}: 9,331 of "
            f"about 40,000), {len(self.dispatchable()):,} on duty ({shares.on_duty:.0%} of the certified, assumption)"
        )


def make_volunteers(lon: NDArray[np.float64], lat: NDArray[np.float64], shares: Shares, *, seed: int) -> Volunteers:
    """Volunteers with these homes; nobody is on duty without a certificate."""
    rng = np.random.default_rng([seed, 4])
    certified = rng.random(len(lon)) < shares.certified
    on_duty = certified & (rng.random(len(lon)) < shares.on_duty)
    return Volunteers(home_lon=np.round(lon, 6), home_lat=np.round(lat, 6), certified=certified, on_duty=on_duty)


def rescuer_id(index: int) -> str:
    return f"sim-{index + 1:06d}"


def volunteers_csv(volunteers: Volunteers, *, certified_in: int, years: int = 3) -> str:
    """The registry's CSV of rescuers; certificates are valid from `certified_in` for so many years."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for index in range(len(volunteers)):
        certificate = ("", "", "", "")
        if volunteers.certified[index]:
            number = f"SYNTHETIC-{index + 1:06d}"
            certificate = ("red_cross_first_aid", number, f"{certified_in}-01-01", f"{certified_in + years - 1}-12-31")
        writer.writerow(
            (
                rescuer_id(index),
                f"模拟志愿者{index + 1}",
                fictional_phone(index),
                *certificate,
                "true" if volunteers.on_duty[index] else "false",
                f"{volunteers.home_lon[index]:.6f}",
                f"{volunteers.home_lat[index]:.6f}",
            )
        )
    return text.getvalue()


def fictional_phone(index: int) -> str:
    """Each volunteer's own for the first 24,000 and more, then none: two with one number are rung as one person."""
    area, line = divmod(index, 100)
    code = FICTIONAL_AREA_CODES[3 * area : 3 * area + 3]
    return f"+1{code}55501{line:02d}" if code else ""
