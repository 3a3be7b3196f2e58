"""One line for where a place is, from a whole address or from the columns of its parts."""

from collections.abc import Iterable, Mapping

from registry.importers.meanings.fields import Field
from registry.importers.meanings.keys import is_han, key
from registry.importers.meanings.understanding import Understanding

# A longer number is the street's own in a national register.
_LONGEST_HOUSENUMBER = 8


def address_of(understanding: Understanding, cells: Mapping[str, str]) -> str:
    """The address as people there write it; a town or a building is added where the address does not name it."""
    whole = unique(understanding.values(cells, Field.ADDRESS))
    several = len(understanding.by_field.get(Field.ADDRESS, ())) > 1
    written = "".join(whole) + "".join(understanding.values(cells, Field.STREET))
    return (_eastern if is_han(key(written)) else _western)(understanding, cells, whole, several=several)


def unique(parts: Iterable[str]) -> list[str]:
    """Each part once, in order."""
    return list(dict.fromkeys(part for part in parts if part))


def _eastern(understanding: Understanding, cells: Mapping[str, str], whole: list[str], *, several: bool) -> str:
    """From the province to the house, without blanks."""
    street = "".join((*understanding.values(cells, Field.STREET), *_housenumber(understanding, cells)))
    line = "".join(whole) if several else " ".join(whole) or street
    for field in (Field.DISTRICT, Field.CITY, Field.PROVINCE):
        area = understanding.first(cells, field)
        # Where the address begins with a larger area, the smaller one stands in it by another name.
        if area and is_han(key(area)) and area not in line and not _names_an_area(line, understanding, cells, field):
            line = area + line
    return ", ".join(unique((line, *understanding.values(cells, Field.BUILDING))))


def _names_an_area(line: str, understanding: Understanding, cells: Mapping[str, str], below: Field) -> bool:
    larger = {Field.DISTRICT: (Field.CITY, Field.PROVINCE), Field.CITY: (Field.PROVINCE,)}.get(below, ())
    return any(area in line for field in larger if (area := understanding.first(cells, field)))


def _western(understanding: Understanding, cells: Mapping[str, str], whole: list[str], *, several: bool) -> str:
    """Street and number, then postcode and town."""
    street = " ".join((*understanding.values(cells, Field.STREET), *_housenumber(understanding, cells)))
    line = ", ".join(unique(whole)) or street
    postcode = understanding.first(cells, Field.POSTCODE)
    city = understanding.first(cells, Field.CITY)
    is_new = key(city) not in key(line)
    town = " ".join(part for part in (postcode if is_new or several else "", city if is_new else "") if part)
    town = town if is_new or key(postcode) not in key(line) else ""
    # A postcode by itself helps nobody who walks; the list with its address in several columns ends with it.
    if not city and not several:
        town = ""
    return ", ".join(unique((line, *understanding.values(cells, Field.BUILDING), town)))


def _housenumber(understanding: Understanding, cells: Mapping[str, str]) -> list[str]:
    numbers = understanding.values(cells, Field.HOUSENUMBER)
    return [
        number
        for number in numbers
        if (len(number) <= _LONGEST_HOUSENUMBER and not number.isdigit()) or len(number) < 6
    ][:1]
