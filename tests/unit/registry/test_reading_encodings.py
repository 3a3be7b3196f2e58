"""Ten rows are enough to find out what a list is encoded in; where they are not, both readings are shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.importers.files import ImportRefused, WrongEncoding
from registry.importers.reading.read import read_sheets
from registry.importers.reading.text_encoding import UnclearEncoding, decoded

CHINESE = ["编号,名称,地址"] + [
    f"{number},{name},{address}"
    for number, (name, address) in enumerate(
        [
            ("郑州火车站", "二七区二马路82号"),
            ("市民中心", "中原区中原西路1号"),
            ("紫荆山地铁站", "金水区人民路"),
            ("第一人民医院", "管城区东大街56号"),
            ("会展中心", "郑东新区商务内环路"),
            ("图书馆", "金水区花园路"),
            ("碧沙岗公园", "中原区嵩山路"),
            ("体育馆", "二七区大学路"),
            ("第二中学", "惠济区文化路"),
            ("迎宾广场", "航空港区迎宾大道"),
        ],
        start=1,
    )
]
TAIWANESE = ["編號,名稱,地址"] + [
    f"{number},{name},{address}"
    for number, (name, address) in enumerate(
        [
            ("台北車站", "臺北市中正區北平西路3號"),
            ("高雄市政府", "高雄市苓雅區四維三路2號"),
            ("國立臺灣大學", "臺北市大安區羅斯福路四段1號"),
            ("桃園機場", "桃園市大園區航站南路"),
            ("三峽老街", "新北市三峽區民權街"),
            ("成大醫院", "台南市北區勝利路138號"),
            ("淡水國小", "新北市淡水區中山路"),
            ("體育館", "臺中市北區雙十路"),
            ("市立圖書館", "新竹市東區文昌街"),
            ("花蓮車站", "花蓮縣花蓮市國聯一路"),
        ],
        start=1,
    )
]
JAPANESE = ["番号,名称,住所"] + [
    f"{number},{name},{address}"
    for number, (name, address) in enumerate(
        [
            ("市役所", "安波茶一丁目1番1号"),
            ("市立図書館", "安波茶二丁目2番1号"),
            ("美術館", "仲間一丁目9番2号"),
            ("中央公民館", "安波茶1-1-2"),
            ("保健相談センター", "仲間1-8-1"),
            ("運動公園（体育館）", "仲間1-13-1"),
            ("第一小学校", "仲間1-2-1"),
            ("児童センター", "牧港3-40-6"),
            ("当山小学校", "当山3-3-1"),
            ("ホール", "仲間1-9-3"),
        ],
        start=1,
    )
]
KOREAN = ["번호,명칭,주소"] + [
    f"{number},{name},{address}"
    for number, (name, address) in enumerate(
        [
            ("서울역", "서울특별시 용산구 한강대로 405"),
            ("시청", "서울특별시 중구 세종대로 110"),
            ("보건소", "부산광역시 해운대구"),
            ("체육관", "대구광역시 북구"),
            ("중앙도서관", "인천광역시 남동구"),
            ("초등학교", "경기도 수원시 팔달구"),
            ("아파트 관리사무소", "광주광역시 서구"),
            ("경찰서", "대전광역시 유성구"),
            ("공항", "제주특별자치도 제주시"),
            ("병원", "강원도 춘천시"),
        ],
        start=1,
    )
]
FRENCH = [
    "id;nom;adresse",
    "1;Mairie;Place de la République",
    "2;École élémentaire;Rue de l’Église",
    "3;Gymnase;Chênes",
]
FRENCH += [
    "4;Théâtre;Bd Clemenceau",
    "5;Cœur de ville;Rue du Maréchal",
    "6;Hôpital;Mère Térésa",
    "7;Île;à côté du Café",
]
SPANISH = ["id;nombre;calle", "1;Polideportivo La Peña;Mayor", "2;Estación;Plaza de España", "3;Niño Jesús;Logroño"]
SPANISH += ["4;Ávila;A Coruña", "5;Cáceres;Constitución", "6;Público;Muñoz, 3º izq.", "7;¡Atención!;Señora"]
GERMAN = ["id;name;strasse", "1;Müller;Königstraße", "2;Bäckerei;Große Allee", "3;Äußere Öffnung;Über dem Fluß"]
GERMAN += ["4;Düsseldorf;Fußballplatz", "5;Köln;Gürtel", "6;Nürnberg;Höhe", "7;Rathaus;Münchner Straße"]
POLISH = ["id;nazwa;ulica", "1;Łódź;Świętokrzyska", "2;Urząd;Żółta", "3;Gdańsk;Częstochowska", "4;Kraków;Poznańska"]
POLISH += ["5;Wrocław;Białostocka", "6;Szkoła;Mała", "7;Kościół;Józefa Piłsudskiego"]


@pytest.mark.parametrize(
    ("lines", "encoding", "name"),
    [
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gb2312", "gb18030"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (TAIWANESE, "big5", "cp950"),
        (TAIWANESE, "utf-16-be", "utf-16-be"),
        (JAPANESE, "cp932", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "euc_kr", "cp949"),
        (FRENCH, "cp1252", "cp1252"),
        (FRENCH, "mac_roman", "mac_roman"),
        (SPANISH, "cp1252", "cp1252"),
        (GERMAN, "cp1252", "cp1252"),
        (POLISH, "cp1250", "cp1250"),
        (POLISH, "iso8859_2", "iso8859_2"),
    ],
)
def test_a_short_list_is_read_in_its_own_encoding(tmp_path: Path, lines: list[str], encoding: str, name: str) -> None:
    text = "\r\n".join(lines)
    path = tmp_path / "list"
    path.write_bytes(text.encode(encoding))

    (sheet,) = read_sheets(path)

    assert sheet.encoding == name
    assert "|".join(sheet.headers) == lines[0].replace(",", "|").replace(";", "|")
    assert len(sheet.rows) == len(lines) - 1
    assert decoded(path.read_bytes(), "list", None)[0] == text


@pytest.mark.parametrize("lines", [CHINESE, TAIWANESE, JAPANESE, KOREAN])
@given(data=st.data())
def test_any_five_rows_in_an_east_asian_encoding_are_read_right_or_not_at_all(
    lines: list[str], data: st.DataObject
) -> None:
    encodings = {"编": ["gb18030"], "編": ["big5"], "番": ["cp932", "euc_jp"], "번": ["cp949"]}[lines[0][0]]
    rows = data.draw(st.lists(st.sampled_from(lines[1:]), min_size=5, max_size=9, unique=True))
    text = "\n".join([lines[0], *rows])
    for encoding in encodings:
        try:
            found = decoded(text.encode(encoding), "list", None)[0]
        except WrongEncoding:
            continue
        assert found == text


def test_where_two_encodings_fit_equally_both_readings_are_shown() -> None:
    # One letter: é in the encodings of DOS, and a mark in the one of Windows.
    with pytest.raises(UnclearEncoding, match=r"cp850: 1;Café"):
        decoded("id;nom\n1;Café\n".encode("cp850"), "list", None)


def test_a_line_in_another_encoding_is_named() -> None:
    lines = [line.encode("utf-8") for line in CHINESE]
    lines[7] = CHINESE[7].encode("gb18030")
    with pytest.raises(WrongEncoding, match="UTF-8 but for line 8"):
        decoded(b"\n".join(lines), "list", None)


def test_an_encoding_that_is_named_is_the_one_that_counts() -> None:
    assert decoded("Größe".encode("cp850"), "list", "cp850")[0] == "Größe"
    with pytest.raises(ImportRefused, match="no known encoding"):
        decoded(b"a", "list", "klingon")
    with pytest.raises(ImportRefused, match="line 2"):
        decoded("a\nGröße".encode("cp1252"), "list", "utf-8")
