"""How much a text looks like what people write in some language: what tells a right decoding from one that only fits.

Double-byte encodings fit almost any bytes. What a wrong one makes of them are characters that hardly anybody uses, or
that the language does not have.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable

# Characters that lists of places, people and addresses cannot do without; each set is from lists of ours and from the
# words of the forms (district, road, number, school, hospital, floor, telephone).
_CHINESE_SIMPLE = set(
    "区路号市县学校医院中心公司大厦楼层站街道一二三四五六七八九十名称地址经纬度电话编位置开放时间省镇村小東东西南北广场"
    "人民政府有限局馆园门口厅室内外社服务国家体育文化火车地铁车设备状态正常证书有效期至手机姓类型急救员安装说明单工作日全天"
)
_CHINESE_TRADITIONAL = set(
    "區路號市縣學校醫院中心公司大廈樓層站街道一二三四五六七八九十名稱地址經緯度電話編位置開放時間省鎮村小東西南北廣場"
    "人民政府有限局館園門口廳室內外社服務國家體育文化火車地鐵車設備狀態場所里鄰段巷弄台臺灣新高雄期星日至備註處所立"
)
_JAPANESE = set(
    "のンーアイウエオカキクケコサシスセソタチツテトナニネノハヒフヘホマミムメモヤユラリルレロワガグゲゴジズゼゾダデドバビブベボパピプペポ"
    "ッャュョにをはがでとしたいなるれすりまちくらうえおきけこさせそつもやよわ市区町村丁目番号階館校学園施設名称住所緯度経度電話設置場所公民センター時間曜日月火水木金土"
)
_KOREAN = set(
    "시구동로길층관센터학교병원역원공사무소장대이기고지주도서부산인천경남북중설치위경도명칭주소전화번호건물호읍면군리소방보건체육회청안아파트"
    "가나다라마바사자하스의정신성수영문해화진한일제상"
)

_KANA = re.compile(r"[\u3040-\u30ff]")
_WIDE_MARKS = re.compile(r"[\u3000-\u303f\uff01-\uff5e·—…“”‘’℃×°㎡①-⑳ⅠⅡⅢⅣⅤ№→〜～−]")
_HALF_KANA = re.compile(r"[\uff61-\uff9f]")

# Of the single-byte encodings: letters beside a-z, by language. Those of one group share the group's encodings.
_WESTERN = {
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüß",
    "nl": "áéëíïóöúüèê",
    "es": "áéíóúüñç",
    "pt": "áâãàçéêíóôõúü",
    "it": "àèéìíîòóù",
    "ca": "àçèéíïòóúü",
    "nordic": "åäöæøéüðþáíóúýó",
}
_CENTRAL = {
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "south": "čćđšž",
    "de": "äöüß",
}
_CYRILLIC = {"ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяў'"}
_GREEK = {"el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ"}
_TURKISH = {"tr": "çğıöşüâîû"}
# Beside letters: what may stand among them, and what may stand between two of them.
_MARKS = set("°ºª’‘“”„‚«»‹›–—…·´¿¡€²³½¼¾§№©®™•†±×£¥`¨\u00a0\u00ad\u200b\ufeff")
_WITHIN_WORDS = set("’‘´·–\u00ad\u00a0º")
_CAPITAL_WITHIN = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-ÞŠŽŒŸ]")
_TWO_SCRIPTS = re.compile(r"[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]")
# A share of telltale characters from which on a text is beyond doubt in the language.
_PLENTY = 0.25


def likeness(text: str, encoding: str) -> float:
    """From 1, as people write in a language of the encoding, to 0 and below; only what is not ASCII counts."""
    strange = [character for character in text if ord(character) > 127]
    if not strange:
        return 1.0
    double = _DOUBLE.get(encoding)
    return _double_likeness(strange, double) if double else _single_likeness(text, strange, _SINGLE[encoding])


def _double_likeness(strange: list[str], rule: "tuple[set[str], Callable[[str], float]]") -> float:
    telltale, usual = rule
    counted = Counter(strange)
    usualness = sum(usual(character) * times for character, times in counted.items()) / len(strange)
    told = sum(times for character, times in counted.items() if character in telltale) / len(strange)
    return 0.5 * usualness + 0.5 * min(told / _PLENTY, 1.0)


def _single_likeness(text: str, strange: list[str], languages: dict[str, str]) -> float:
    counted = Counter(character.lower() for character in strange if character.isalpha() and character not in "ºª")
    letters = sum(counted.values())
    every = set("".join(languages.values()))
    fits = [sum(times for letter, times in counted.items() if letter in known) for known in languages.values()]
    # A list in two languages is less likely than one in one, and far likelier than letters of none.
    in_a_language = max(*fits, 0.95 * sum(times for letter, times in counted.items() if letter in every))
    marks = len(strange) - letters
    odd = sum(1 for character in strange if not character.isalpha() and character not in _MARKS)
    odd += len(_CAPITAL_WITHIN.findall(text)) + len(_TWO_SCRIPTS.findall(text)) + _marks_within_words(text)
    foreign = letters - in_a_language
    return (in_a_language + marks - 2.0 * foreign - 3.0 * odd) / len(strange)


def _marks_within_words(text: str) -> int:
    return sum(
        1
        for before, mark, after in zip(f" {text}", text, f"{text} "[1:], strict=False)
        if ord(mark) > 127
        and not mark.isalpha()
        and mark not in _WITHIN_WORDS
        and (after.islower() or (before.islower() and after.isalpha()))
    )


def _lead(character: str, encoding: str) -> int:
    """The first byte in a double-byte encoding; 0 where it has none, or more than two."""
    try:
        raw = character.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return raw[0] if len(raw) == 2 else 0


def _usual_simplified(character: str) -> float:
    # The standard's first level, by frequency of use, has the lead bytes B0 to D7.
    lead = _lead(character, "gb2312")
    if 0xB0 <= lead <= 0xD7 or _WIDE_MARKS.match(character):
        return 1.0
    return 0.2 if 0xD8 <= lead <= 0xF7 else _rare(character)


def _usual_traditional(character: str) -> float:
    lead = _lead(character, "big5")
    if 0xA4 <= lead <= 0xC6 or _WIDE_MARKS.match(character):
        return 1.0
    return 0.2 if 0xC9 <= lead <= 0xF9 else _rare(character)


def _usual_japanese(character: str) -> float:
    if _KANA.match(character) or _WIDE_MARKS.match(character):
        return 1.0
    if _HALF_KANA.match(character):
        return 0.5
    lead = _lead(character, "shift_jis")
    if 0x88 <= lead <= 0x98:
        return 1.0
    return 0.2 if "CJK" in unicodedata.name(character, "") else _rare(character)


def _usual_korean(character: str) -> float:
    lead = _lead(character, "euc_kr")
    if 0xB0 <= lead <= 0xC8 or _WIDE_MARKS.match(character):
        return 1.0
    return 0.1 if 0xCA <= lead <= 0xFD else _rare(character)


def _rare(character: str) -> float:
    return 0.0 if "CJK" in unicodedata.name(character, "") else -1.0


_DOUBLE: dict[str, tuple[set[str], Callable[[str], float]]] = {
    "gb18030": (_CHINESE_SIMPLE, _usual_simplified),
    "cp950": (_CHINESE_TRADITIONAL, _usual_traditional),
    "big5hkscs": (_CHINESE_TRADITIONAL, _usual_traditional),
    "cp932": (_JAPANESE, _usual_japanese),
    "euc_jp": (_JAPANESE, _usual_japanese),
    "iso2022_jp": (_JAPANESE, _usual_japanese),
    "cp949": (_KOREAN, _usual_korean),
}
_SINGLE: dict[str, dict[str, str]] = {
    "cp1252": _WESTERN,
    "iso8859_15": _WESTERN,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp852": _CENTRAL,
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "cp1253": _GREEK,
    "cp1254": _TURKISH,
}
CANDIDATES = (*_DOUBLE, *_SINGLE)
