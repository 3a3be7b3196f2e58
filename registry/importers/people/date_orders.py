"""How the writer of a sheet writes dates, from the ones that can be read in one way only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry.importers.people.dates import Days, Order, Shape, Written

Scope = Mapping[Shape, frozenset[Order]]
"""By shape the orders that fit every date of a row, a column, a sheet or a country."""

_YEAR_FIRST = ("CN", "TW", "JP", "KR", "HU", "LT", "MN")
_MONTH_FIRST = ("US",)
_DAY_FIRST = (
    *("AD", "AR", "AT", "AU", "BE", "BG", "BR", "CH", "CL", "CO", "CZ", "DE", "DK", "EC", "ES", "FI", "FR"),
    *("GB", "GR", "HK", "HR", "ID", "IE", "IN", "IS", "IT", "LI", "LU", "MC", "MO", "MX", "MY", "NL", "NO"),
    *("NZ", "PE", "PL", "PT", "RO", "SG", "SI", "SK", "SM", "TH", "TR", "UY", "VA", "VE", "VN"),
)


class Ambiguous(ValueError):
    """Nothing tells which of its days a date means."""

    def __init__(self, days: Iterable[Days]) -> None:
        self.days = tuple(days)
        super().__init__(" or ".join(str(one.first) for one in self.days))


@dataclass(slots=True)
class Orders:
    """Learns from each date in turn which orders fit all of them."""

    _fitting: dict[Shape, frozenset[Order]] = field(default_factory=dict)

    def learn(self, dates: Iterable[Written]) -> None:
        for written in dates:
            if written.shape is not None:
                orders = frozenset(written.readings)
                self._fitting[written.shape] = self._fitting.get(written.shape, orders) & orders

    @property
    def scope(self) -> Scope:
        return self._fitting


def scope_of_region(region: str) -> Scope:
    """The order in which dates are written in a country, where there is one; by two letters, such as "CN"."""
    if region in _YEAR_FIRST:
        # A year at the end is foreign there, and so says nothing of day and month.
        return {Shape.SHORT_YEAR: frozenset({Order.YEAR_FIRST})}
    order = Order.DAY_FIRST if region in _DAY_FIRST else Order.MONTH_FIRST if region in _MONTH_FIRST else None
    return {} if order is None else {shape: frozenset({order}) for shape in (Shape.SHORT_YEAR, Shape.YEAR_LAST)}


def meant(written: Written, scopes: Iterable[Scope]) -> Days:
    """The days that a date means, by the nearest scope that tells: the row before the column before the sheet.

    Raises:
        Ambiguous
    """
    orders = frozenset(written.readings)
    if written.shape is not None:
        for scope in scopes:
            # A scope whose dates contradict each other, or this one, tells nothing.
            orders = orders & scope.get(written.shape, orders) or orders
    days = {written.readings[order] for order in orders}
    if len(days) > 1:
        raise Ambiguous(sorted(days, key=lambda one: one.first))
    return days.pop()
