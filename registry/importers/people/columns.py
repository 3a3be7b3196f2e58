"""Which column of a sheet of people means what, in nine languages, and which ones nobody may leave out unseen."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.importers.people.date_words import folded, is_blank

_WORDS = tomllib.loads((Path(__file__).parent / "columns.toml").read_text(encoding="utf-8"))
RESCUER_COLUMNS: Mapping[str, tuple[str, ...]] = {field: tuple(names) for field, names in _WORDS["fields"].items()}
"""Headers by what they mean, each as one of many spellings (see `header_key`)."""

CARD_COLUMNS = tuple(_WORDS["others"]["cards"])
OTHER_DATES = tuple(_WORDS["others"]["dates"])

# Words of headers about until when something counts, or whether it still does.
_TELLING = re.compile(
    "有效|失效|到期|过期|過期|期限|截止|屆滿|届满|有効|失効|満了|効期|效期|复训|複訓|复审|再认证|更新期|吊销|注销|撤销|状态|狀態|状態"
    "|유효|만료|기한|갱신|상태"
    r"|expir|\bvalid|\bend date|renew|revok|\bstat(?:e|us|ut|o)\b|gultig|ablauf|lauft ab|verfall|zustand"
    "|geldig|verval|verloop|validite|validez|validita|valable|valido|valida|echeance|peremption|estado"
    "|caduc|vencim|vigen|scaden|rinnovo|renovacion"
)
# A note that says which end of a span a column holds.
_BOUND = re.compile(
    "[起始止终終至到从從自迄]|開始|시작|종료|부터|까지|from|start|begin|end|until|debut|fin|von|ab|bis|desde|hasta|dal|al|van|tot"
)
_PARTS = re.compile(r"[a-z\d°'’.\-][a-z\d°'’.\- ]*|[^\W\da-z_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|<[^<>]*>")
_OF_DEVICES = re.compile("aed|除颤|除顫|设备|設備|场所|場所|安装|安裝|放置|设置|設置|location|site|venue")
_PERSONAL = (
    "姓名",
    "志愿者姓名",
    "救护员姓名",
    "氏名",
    "성명",
    "nom et prénom",
    "nombre y apellidos",
    "nome e cognome",
)


_POSITION = re.compile(r"经度|纬度|經度|緯度|経度|(?:^|[\W_])(?:lon|lng|long|lat)(?:$|[\W_\d])|longitude|latitude")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleColumns:
    """Headers as written, by what they mean; cards: of identity cards; unused: everything else."""

    by_field: Mapping[str, tuple[str, ...]]
    cards: tuple[str, ...]
    other_dates: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def has_people(self) -> bool:
        """Whether rows can be told apart by person."""
        return any(self.by_field[field] for field in ("id", "certificate_number", "phone"))

    def take(self, cells: Mapping[str, str], field: str) -> str:
        """The first cell of a row that says something under a header of this field; "" where none does."""
        return next(
            (text for header in self.by_field[field] if _says(text := cells.get(header, "").strip(), field)), ""
        )


def header_key(header: str) -> str:
    """A header without what writers disagree on: case, accents, width, blanks, signs."""
    return "".join(letter for letter in folded(header) if letter.isalnum())


def find_columns(
    headers: Iterable[str], *, ignored: Collection[str] = (), mapped: Mapping[str, str] | None = None
) -> PeopleColumns:
    """What each header means. ignored: headers that are left out though they may tell something.

    mapped: what a header means, as one of the fields of `RESCUER_COLUMNS`, above all that is known of it.
    """
    left_out = {header_key(header) for header in ignored}
    told = {header_key(header): field for header, field in (mapped or {}).items()}
    found: dict[str, list[tuple[int, str]]] = {field: [] for field in RESCUER_COLUMNS}
    others: dict[str, list[str]] = {"cards": [], "other_dates": [], "unused": []}
    for header in dict.fromkeys(headers):
        key = header_key(header)
        meaning = (told[key], -1) if key in told else None if key in left_out else _meaning_of(header)
        if meaning is None:
            if not _POSITION.search(folded(header)):
                others["unused"].append(header)
        elif isinstance(meaning, str):
            others[meaning].append(header)
        else:
            field, rank = meaning
            found[field].append((rank, header))
    _name_parts(found)
    return PeopleColumns(
        by_field={field: tuple(header for _, header in sorted(ranked)) for field, ranked in found.items()},
        cards=tuple(others["cards"]),
        other_dates=tuple(others["other_dates"]),
        unused=tuple(others["unused"]),
    )


def looks_telling(header: str) -> bool:
    """Whether a header speaks of how long something holds, or whether it still does."""
    return _TELLING.search(folded(header).replace("_", " ")) is not None


def looks_like_rescuers(headers: Iterable[str]) -> bool:
    """Whether the headers speak of people with certificates; devices have names and phones as well."""
    headers = list(headers)
    columns = find_columns(headers).by_field
    papers = columns["certificate_kind"] or columns["certificate_number"]
    person = columns["name"] or columns["family_name"] or columns["id"]
    named_as_people_are = {header_key(one) for one in columns["name"]} & {header_key(one) for one in _PERSONAL}
    if not named_as_people_are or not columns["phone"] or any(_OF_DEVICES.search(folded(one)) for one in headers):
        return bool(person and papers)
    return bool(papers or columns["valid_until"] or columns["id"])


def _meaning_of(header: str) -> tuple[str, int] | str | None:
    """(field, rank in it), "cards", "other_dates", or None where nothing or several things are said."""
    plain = folded(header)
    unnoted = plain if any(_BOUND.search(note) for note in _IN_BRACKETS.findall(plain)) else _IN_BRACKETS.sub("", plain)
    for text in (plain, unnoted):
        if (meaning := _MEANINGS.get(header_key(text))) is not None:
            return meaning
    # 手机 Mobile, 姓名/Name: the same thing twice.
    parts = [_MEANINGS[key] for part in _PARTS.findall(plain) if (key := header_key(part)) in _MEANINGS]
    fields = {part if isinstance(part, str) else part[0] for part in parts}
    return parts[0] if len(fields) == 1 and len(parts) > 1 else None


def _says(text: str, field: str) -> bool:
    """A 0 or a 无 is an answer to whether somebody is on duty, and may be an id."""
    return bool(text) and (field in {"id", "on_duty"} or not is_blank(text))


def _name_parts(found: dict[str, list[tuple[int, str]]]) -> None:
    """A given name alone beside no family name is a whole name: "nome" in an Italian list, "nom" in a French one."""
    for alone, other in (("given_name", "family_name"), ("family_name", "given_name")):
        if found[alone] and not found[other]:
            found["name"] += [(rank + 1000, header) for rank, header in found[alone]]
            found[alone] = []


_MEANINGS: Mapping[str, tuple[str, int] | str] = {
    **{header_key(name): "other_dates" for name in OTHER_DATES},
    **{header_key(name): (field, rank) for field, names in RESCUER_COLUMNS.items() for rank, name in enumerate(names)},
    **{header_key(name): "cards" for name in CARD_COLUMNS},
}
