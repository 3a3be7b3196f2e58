"""Lists as cities publish them, by one command: their counts, what their columns mean, rows that a person has read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from geo.places.datum import Datum
from registry.eligibility import Answer, is_usable
from registry.importers.kinds import ImportKind
from registry.importers.meanings.fields import Field
from registry.importers.meanings.profile import Profile, read_profile
from registry.importers.report import grouped
from registry.importers.run import AedFile, ImportOptions, read_aeds
from registry.models import AedState

NONE = Profile()
NEAR_DEGREES = 1e-5


@dataclass(frozen=True, kw_only=True)
class Published:
    """A list. read: columns by what they are read for, in order; rows: (name, a part of where it is, lon, lat), read by
    a person in the list itself."""

    file: str
    aeds: int
    rejected: dict[str, int]
    read: dict[str, str]
    rows: tuple[tuple[str, str, float, float], ...]
    encoding: str = "utf-8"
    profile: Profile = NONE


KOBE = Published(
    file="imports/kobe.csv",
    aeds=2042,
    rejected={},
    read={
        "name": "name",
        "zipcode": "postcode",
        "area": "district",
        "location": "address",
        "lat": "lat",
        "lng": "lon",
        "note": "opening_hours",
    },
    rows=(
        ("生活協同組合コープこうべ 本部", "住吉本町1-3-19", 135.260883, 34.720082),
        ("ミカドホール", "御影本町2丁目18-5", 135.257734, 34.714338),
        ("本山南学童保育コーナー", "本山南町1丁目1-1", 135.289299, 34.7232),
        ("神戸大学 六甲台第3学舎", "灘区六甲台町2番1号", 135.234648, 34.728547),
        ("神戸市立王子地域福祉センター", "中原通7-5-1", 135.219004, 34.711399),
        ("介護老人保健施設ケアホームすばる", "大和町1-2-1", 135.247879, 34.717655),
        ("神戸市産業振興センター", "東川崎町1-8-4", 135.181736, 34.680587),
        ("阪急電鉄株式会社 春日野道駅", "国香通1-25-6", 135.206286, 34.703438),
        ("湊山地域福祉センター", "大同町2丁目2-8", 135.162771, 34.687585),
        ("大池中学校", "西大池2-24-3", 135.196042, 34.772162),
        ("神戸電鉄(株)北鈴蘭台駅", "甲栄台4-1-3", 135.152156, 34.739491),
        ("六甲山トンネル料金所事務所", "唐櫃字六甲山4512-7", 135.21473, 34.769734),
        ("丸正建設株式会社", "房王寺町7丁目2-7", 135.150541, 34.680274),
        ("神戸新聞板宿専売所", "千歳町3丁目1-1", 135.138735, 34.655185),
        ("ヘルパーGOGO", "磯馴町6丁目2-5-107", 135.126084, 34.645195),
        ("神戸市立多聞ひまわり幼稚園", "学が丘4丁目6番1号", 135.056066, 34.659292),
        ("オーク・スクエア西神中央団地管理組合", "樫野台5丁目3番地", 135.001383, 34.709366),
        ("マイコート樫野台 集会所", "樫野台6丁目1-119", 135.006121, 34.711306),
        ("神戸大学 保健管理センター深江分室", "深江南町5-1-1", 135.289308, 34.719177),
        ("神戸新交通(株) 住吉駅", "住吉本町1-2", 135.262343, 34.719504),
    ),
)
_NATIONAL = {
    "都道府県名": "province",
    "市区町村名": "city",
    "名称": "name",
    "住所": "address",
    "方書": "building",
    "緯度": "lat",
    "経度": "lon",
    "設置位置": "location_text",
    "利用可能曜日": "days",
    "開始時間": "start",
    "終了時間": "end",
    "利用可能日時特記事項": "hours_note",
    "団体名": "owner",
    "小児対応設備の有無": "for_children",
}
OITA = Published(
    file="imports/oita.csv",
    aeds=2174,
    rejected={"no_coordinates": 7},
    read=_NATIONAL,
    rows=(
        ("こころとからだの相談支援センター", "玉沢字平石９０８番地", 131.587826, 33.190529),
        ("滝尾中学校", "大字羽田３４９", 131.63352, 33.214825),
        ("高尾台公民館", "高尾台二丁目１１番４号", 131.584106, 33.233486),
        ("ダイワロイネットホテル大分", "荷揚町２－３", 131.607376, 33.239765),
        ("老人保健施設やすらぎ苑", "松岡１９４６番地", 131.671951, 33.175468),
        ("公園テニスコート管理棟", "青山町７番２７号", 131.491608, 33.278805),
        ("中津南高等学校 耶馬溪校", "戸原１６５０番地の３", 131.142853, 33.463551),
        ("やすらぎの郷やまくに（温泉館）", "藤野木12番地1", 131.043594, 33.385418),
        ("介護老人保健施設 三光園", "永添９１９番地", 131.210373, 33.574642),
        ("すぎっ子こども園", "上津江町川原２４４３－３", 130.974838, 33.101772),
        ("佐伯市社会福祉センター", "7255番地13", 131.908844, 32.955029),
        ("桑畑小児科医院", "中村東町１０－５", 131.9018582, 32.96056102),
        ("無垢島集会所", "長目2648番地の17", 131.889633, 33.111839),
        ("介護老人保健施設 岡の苑", "竹田１８５５番地", 131.392288, 32.970539),
        ("杵築小学校", "杵築２１６番地", 131.621061, 33.417263),
        ("糸口小学校", "上時枝600-1", 131.307799, 33.55353),
        ("有料老人ホームきのもの杜", "木裳４１５", 131.360733, 33.442154),
        ("由布支援学校", "西長宝１７９６", 131.449204, 33.187932),
        ("ゆふいん風香", "湯布院町２８０番地", 131.349655, 33.196159),
        ("淮園小学校", "菅原１２７４番", 131.159315, 33.193928),
    ),
)
KOMAE = Published(
    file="imports/komae.csv",
    aeds=57,
    rejected={},
    profile=read_profile("japan"),
    read=_NATIONAL,
    rows=(
        ("狛江市立狛江第三小学校", "校舎昇降口", 139.585056, 35.62810934),
        ("狛江市立狛江第六小学校", "駒井町１丁目21番1号", 139.5852024, 35.62460954),
        ("狛江市立緑野小学校", "和泉本町4丁目3番１号", 139.57103, 35.64171),
        ("狛江市立狛江第二中学校", "猪方２丁目7番1号", 139.58314, 35.62727),
        ("狛江市立狛江第四中学校", "校舎昇降口", 139.58167, 35.64523),
        ("狛江市立狛江第三小学校体育館", "体育館入口", 139.58448, 35.62778),
        ("狛江市立狛江第六小学校体育館", "体育館入口", 139.5849, 35.62478),
        ("狛江市立緑野小学校体育館", "体育館入口", 139.57017, 35.64138),
        ("狛江市立狛江第二中学校体育館", "体育館入口", 139.58317, 35.62698),
        ("狛江市立狛江第四中学校体育館", "東野川４丁目1番1号", 139.58198, 35.64543),
        ("西河原公民館", "１階出入口横", 139.56706, 35.63338),
        ("狛江市民総合体育館", "１階トレーニング室", 139.57323, 35.64236),
        ("西和泉体育館", "管理人室", 139.56512, 35.64027),
        ("東野川市民テニスコート", "東野川３丁目14番10号", 139.58233, 35.64707),
        ("あいとぴあセンター", "１階健康推進課窓口", 139.56778, 35.63331),
        ("あいとぴあセンター", "４階プール入口", 139.56778, 35.63331),
        ("猪方学童保育所", "三小校庭隣", 139.58567, 35.62736),
        ("松原学童保育所", "事務室内", 139.5779, 35.63896),
        ("第五小学校放課後クラブ", "狛江第五小学校隣接", 139.58173, 35.64458),
        ("狛江市役所", "防災センター２階", 139.5781963, 35.63466216),
    ),
)
URASOE = Published(
    file="imports/urasoe.csv",
    aeds=55,
    rejected={},
    encoding="cp932",
    read={"施設名": "name", "郵便番号": "postcode", "住所": "address", "緯度": "lat", "経度": "lon"},
    rows=(
        ("浦添市立中央公民館", "安波茶1-1-2", 127.721152, 26.245927),
        ("浦添市保健相談センター", "仲間1-8-1", 127.719776, 26.249096),
        ("浦添運動公園 (陸上競技場)", "仲間1-13-1", 127.722057, 26.25211),
        ("浦添運動公園 (多目的屋内運動場)", "仲間1-13-1", 127.723753, 26.252236),
        ("浦添市産業振興センター・結の街", "勢理客4-13-1", 127.689837, 26.246031),
        ("浦添市かりゆしセンター", "西原4-11-8", 127.743903, 26.250038),
        ("浦添市立経塚児童センター", "経塚1-17-1", 127.722493, 26.240278),
        ("小湾自治会", "宮城6-13-1", 127.706903, 26.243944),
        ("安波茶自治会館", "安波茶2-7-1", 127.725323, 26.248214),
        ("仲西自治会", "仲西1-3-11", 127.698534, 26.247914),
        ("国立劇場おきなわ", "勢理客4-14-1", 127.688629, 26.24632),
        ("沖縄県中央卸売市場", "伊奈武瀬1-11-1", 127.669809, 26.247207),
        ("浦添年金事務所", "内間3-3-25", 127.703401, 26.235179),
        ("鏡が丘特別支援学校", "当山3-2-7", 127.736822, 26.24585),
        ("沖縄療育園", "字経塚714", 127.725447, 26.236987),
        ("浦添小学校", "仲間2-47-1", 127.729657, 26.246659),
        ("神森小学校", "勢理客1-4-1", 127.699975, 26.24204),
        ("牧港小学校", "牧港2-14-1", 127.724906, 26.259151),
        ("内間小学校", "内間4-3-1", 127.70437, 26.239024),
        ("宮城小学校", "宮城3-7-3", 127.706494, 26.24706),
    ),
)
TAKAMATSU = Published(
    file="aed_registries/takamatsu_aed.csv",
    aeds=450,
    rejected={},
    read={
        "latitude": "lat",
        "longitude": "lon",
        "name": "name",
        "address": "address",
        "installationPosition": "location_text",
        "availableDate": "days",
        "startTime": "start",
        "endTime": "end",
        "availableDateNote": "hours_note",
        "equipmentForChildren": "for_children",
    },
    rows=(
        ("JSSセンコースイミングスクール", "コーチ室; 高松市鹿角町903-3", 134.028818, 34.3030048),
        ("瀬戸内スイミングスクール木太校", "木太町546", 134.0738975, 34.31286889),
        ("高松市築地コミュニティセンター", "正面左側", 134.05684668, 34.34123561),
        ("高松市仏生山コミュニティセンター", "正面右側", 134.04793652, 34.27851864),
        ("高松市やすらぎ苑", "事務所受付", 134.05229, 34.22399),
        ("旧大町幼稚園", "職員室", 134.14829518, 34.33990252),
        ("下笠居東部保育所", "正面玄関入口", 133.98716651, 34.35236665),
        ("中央卸売市場 水産物棟", "守衛室", 134.02948557, 34.34803524),
        ("健康増進温浴施設ループしおのえ", "プール監視室", 134.03356532, 34.19762685),
        ("川添小学校", "南棟１階運動場側", 134.09289500, 34.30640637),
        ("屋島西小学校", "北東入口前ピロティ", 134.09048507, 34.35146229),
        ("屋島中学校", "玄関外側", 134.10473193, 34.34105994),
        ("高松市上下水道工事業協同組合", "自社ビル北側壁面", 134.04471800, 34.34041888),
        ("綾川町立枌所公民館", "枌所西2087-1", 133.99490707, 34.19781482),
        ("男木島灯台資料館", "正面入口", 134.06087417, 34.43354359),
        ("三木消防署", "玄関ホール", 134.13527800, 34.26856329),
        ("香川トヨタ自動車株式会社 ルート32中央店", "ショールーム入口付近", 133.971307, 34.265696),
        ("四電エンジニアリング株式会社技術開発センター", "林町2217-4", 134.074744, 34.294461),
        ("フィンズスイミングスクール多肥", "多肥下町577", 134.06143532, 34.30044119),
        ("国方接骨院", "一宮町178-1", 134.028543, 34.284441),
    ),
)
TRAFFORD = Published(
    file="aed_registries/trafford_aed.csv",
    aeds=185,
    rejected={},
    read={
        "Location": "name",
        "Address1": "address",
        "Address2": "address",
        "Address3": "address",
        "Postcode": "postcode",
        "Latitude": "lat",
        "Longitude": "lon",
    },
    rows=(
        ("All Saints Catholic Primary", "Cedar Road, Sale, M33 5NW", -2.350398, 53.430623),
        ("Altrincham Leisure Centre", "Oakfield Road, Altrincham, WA15 8EW", -2.346925, 53.386788),
        ("Blessed Thomas Holford Catholic College", "Urban Road", -2.341652, 53.386914),
        ("Bowdon Hockey Club", "S Downs Road, Bowdon", -2.353615, 53.374085),
        ("Carrington Training Ground", "Aon Training Complex", -2.373224, 53.432739),
        ("Davyhulme Medical Centre", "130 Broadway, Urmston", -2.366781, 53.459499),
        ("Flixton Golf Course", "Pennybridge Lane", -2.373427, 53.446247),
        ("Imperial War Museum", "Trafford Wharf Road", -2.298733, 53.46973),
        ("Longford Park/ Trafford Atheltic Club", "Ryebank Road", -2.290602, 53.445948),
        ("Manchester United Football Club", "M16 0RA", -2.291621, 53.463681),
        ("North Cestrian Grammar School", "Dunham Road", -2.355928, 53.388244),
        ("Partington Primary School", "M31 4FL", -2.425431, 53.417696),
        ("Sale Leisure Centre", "Broad Road, Sale", -2.31595, 53.42467),
        ("St Joseph's Catholic Primary School", "Marlborough Road", -2.317842, 53.422193),
        ("St. John Vianney", "Rye Bank Road", -2.278525, 53.451213),
        ("St. Vincent's RC Primary School", "Osborne Road", -2.344484, 53.389788),
        ("Think Money Group", "Mosley Road", -2.315391, 53.459026),
        ("Trafford Centre", "Urmston, Manchester, M17 8AA", -2.348853, 53.465358),
        ("Trafford College (Talbot Centre)", "Talbot Road", -2.290487, 53.457091),
        ("Warehouse Project", "Victoria Warehouse", -2.285305, 53.464388),
    ),
)
KOELN = Published(
    file="aed_registries/koeln_aed.geojson",
    aeds=121,
    rejected={},
    read={
        "address": "address",
        "city_district": "district",
        "city_subdistrict": "district",
        "location_details": "location_text",
        "name": "name",
        "opening_hours": "opening_hours",
        "postalcode": "postcode",
        "id": "ref",
    },
    rows=(
        ("Sparkasse KölnBonn", "Mailänder Passage 51", 6.897402, 51.0216619),
        ("Sparkasse KölnBonn", "Venloer Str. 628", 6.9009467, 50.9575192),
        ("Sparkasse KölnBonn", "Subbelrather Str. 243", 6.9198855, 50.953704),
        ("Sparkasse KölnBonn", "Ebertplatz 1", 6.9562411, 50.9505568),
        ("Sparkasse KölnBonn", "Hahnenstr. 57", 6.9407866, 50.9354693),
        ("Sparkasse KölnBonn", "Gremberger Str. 32", 6.9956233, 50.9303164),
        ("Sparkasse KölnBonn", "Ostheimer Str. 48-50", 7.0207985, 50.933177),
        ("Sparkasse KölnBonn", "Hermeskeiler Str. 16", 6.9065857, 50.9171164),
        ("Sparkasse KölnBonn", "In Sparkassen-Filiale, linke Wand", 6.836623, 50.9365379),
        ("Sparkasse KölnBonn", "Dellbrücker Hauptstr. 121", 7.071987, 50.9770304),
        ("Sparkasse KölnBonn", "Berliner Str. 32", 7.0088359, 50.9703777),
        ("Sparkasse KölnBonn", "Neusser Str. 236-238", 6.9542985, 50.9629217),
        ("Sparkasse KölnBonn", "Frankfurter Str. 565", 7.0777923, 50.8917008),
        ("Sparkasse KölnBonn", "Siegburger Str. 358", 6.9899734, 50.916741),
        ("Sparkasse KölnBonn", "Immendorfer Str. 26", 6.9725178, 50.8495227),
        ("Sparkasse KölnBonn", "Weißer Hauptstr. 75", 7.0305488, 50.875197),
        ("Wallraf-Richartz-Museum", "Sanitäter-Raum links neben Theke", 6.9585058, 50.9374373),
        ("Stadthaus Deutz Ostgebäude", "Willy-Brandt-Platz 3", 6.9843964, 50.9386328),
        ("Rathaus Spanischer Bau", "Bereich Infotheke", 6.9588287, 50.9385724),
        ("FH Köln, IWZ Deutz Bibliothek", "An der Ausleihe", 6.99002, 50.9341212),
    ),
)
# Without a header line: what a column is, its cells say.
TAIWAN = Published(
    file="imports/taiwan2014.csv",
    aeds=4517,
    rejected={"pole_coordinates": 1, "duplicate": 1},
    read={
        "column 1": "name",
        "column 2": "address",
        "column 3": "position",
        "column 7": "location_text",
        "column 9": "location_text",
        "column 10": "opening_hours",
    },
    rows=(
        ("苗栗縣大湖鄉栗林國民小學", "左側中間冰箱旁", 120.847571, 24.397656),
        ("臺中市豐原區福陽國民小學", "公用電話上方", 120.735299, 24.242255),
        ("臺中巿東勢區石角國民小學", "進入校門左側走廊中段", 120.850708, 24.237811),
        ("國道高速公路關西服務區", "一樓服務台旁", 121.192443, 24.801103),
        ("吉園股份有限公司", "願行館1樓服務櫃檯後方", 120.336008, 22.833043),
        ("國立中科實驗高級中學", "C棟教學大樓，販賣機旁", 120.625452, 24.229296),
        ("和平島海角樂園", "園區北處服務處一樓服務台內", 121.763817, 25.160844),
        ("花蓮縣月眉村活動中心", "村長辦公室", 121.555104, 23.868588),
        ("雲林縣私立福智高級中學", "診所大門口旁", 120.521955, 23.634629),
        ("臺北捷運動物園站", "捷運動物園站3樓大廳層詢問處旁", 121.579498, 24.998171),
        ("私立萬能工商", "保健室門口的左側方", 120.42424, 23.437515),
        ("新北市政府", "由行政大樓南門進入至西側服務臺", 121.543033, 25.046549),
        ("新北市林口南勢國小", "健康中心入門口右側牆上", 121.358318, 25.075841),
        ("國立台南家齊女子高級中學", "家齊女中傳達室", 120.200817, 22.981624),
        ("交通部臺灣鐵路管理局宜蘭運務段宜蘭站", "前站候車室旅客諮詢服務中心前", 121.758253, 24.754512),
        ("臺中市烏日區旭光國小", "健康中心與會議室中間", 120.590049, 24.124049),
        ("新北市政府警察局淡水分局竹圍派出所", "值班台後方", 121.459856, 25.137597),
        ("新北市立新北特殊教育學校", "國中小部健康中心旁", 121.361165, 25.073423),
        ("新北市三重區五華國民小學", "本校集賢路大門警衛室內", 121.490985, 25.089272),
        ("國光汽車客運股份有限公司台北西站A棟", "台北市中正區忠孝西路1段171號1樓", 121.514276, 25.047273),
    ),
)
LISTS = (KOBE, OITA, KOMAE, URASOE, TAKAMATSU, TRAFFORD, KOELN, TAIWAN)


def read(shared_data: Path, published: Published) -> AedFile:
    options = ImportOptions(
        kind=ImportKind.AEDS,
        datum=Datum.WGS84,
        encoding=published.encoding,
        profile=published.profile,
    )
    return read_aeds(shared_data / published.file, options)


@pytest.mark.parametrize("published", LISTS, ids=lambda published: published.file)
def test_a_list_comes_in_as_it_is_published(shared_data: Path, published: Published) -> None:
    found = read(shared_data, published)

    assert len(found.aeds) == published.aeds
    assert {group.reason: group.count for group in grouped(found.rejected)} == published.rejected
    (table,) = found.tables
    used = {column.header: column.field for column in table.columns if column.field and not column.is_unused}
    assert used == published.read
    assert table.not_understood == ()


@pytest.mark.parametrize("published", LISTS, ids=lambda published: published.file)
def test_twenty_rows_are_what_a_person_reads_in_the_list(shared_data: Path, published: Published) -> None:
    aeds = read(shared_data, published).aeds

    assert len(published.rows) == 20
    for name, place, lon, lat in published.rows:
        named = [aed for aed in aeds if aed.name == name and place in aed.location_text]
        assert any(abs(aed.lon - lon) < NEAR_DEGREES and abs(aed.lat - lat) < NEAR_DEGREES for aed in named), name


# Of Taiwan's list: name, whether it is open on a Tuesday at 11:00 and 3:00 and on a Sunday at 11:00, by its own words.
TAIWANS_HOURS = (
    ("苗栗縣大湖鄉栗林國民小學", "YNN"),
    ("臺中市豐原區福陽國民小學", "YNY"),
    ("臺中巿東勢區石角國民小學", "YYN"),
    ("國道高速公路關西服務區", "YYY"),
    ("國立中科實驗高級中學", "YNN"),
    ("和平島海角樂園", "YNY"),
    ("花蓮縣月眉村活動中心", "YNN"),
    ("雲林縣私立福智高級中學", "YNN"),
    ("臺北捷運動物園站", "YNY"),
    ("私立萬能工商", "YNN"),
    ("新北市林口南勢國小", "YNY"),
    ("國立台南家齊女子高級中學", "YNY"),
    ("交通部臺灣鐵路管理局宜蘭運務段宜蘭站", "YYY"),
    ("臺中市烏日區旭光國小", "YNY"),
    ("新北市政府警察局淡水分局竹圍派出所", "YYY"),
    ("新北市立新北特殊教育學校", "YNN"),
    ("國光汽車客運股份有限公司台北西站A棟", "YNY"),
)
TIMES = tuple(datetime.fromisoformat(f"2024-05-{time}:00+08:00") for time in ("14T11", "14T03", "12T11"))


def test_an_aed_of_taiwan_can_be_used_when_its_list_says_so(shared_data: Path) -> None:
    aeds = read(shared_data, TAIWAN).aeds
    letters = {Answer.YES: "Y", Answer.NO: "N", Answer.UNKNOWN: "?"}

    for name, expected in TAIWANS_HOURS:
        said = {"".join(letters[is_usable(aed, time).answer] for time in TIMES) for aed in aeds if aed.name == name}
        assert expected in said, name
    # All but those whose words leave it open, or say that it is closed then.
    assert sum(is_usable(aed, TIMES[0]).answer is Answer.YES for aed in aeds) > 0.85 * len(aeds)


def test_the_one_example_of_futurocite_is_out_of_service_by_its_own_column(shared_data: Path) -> None:
    (aed,) = read_aeds(shared_data / "imports/futurocite_example.csv", ImportOptions(kind=ImportKind.AEDS)).aeds

    assert (aed.name, aed.source_ref, aed.indoor) == ("Défibrillateur du centre sportif", "92003-106411", True)
    assert "Avenue Sart Paradis 4" in aed.location_text
    assert (aed.lon, aed.lat) == pytest.approx((4.8248565701, 50.4712861231))
    assert aed.opening_hours == "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"
    assert aed.state is AedState.OUT_OF_SERVICE


# Of OpenStreetMap's answer: id, name, access, whether inside, hours.
VERONA = (
    ("node/1521824171", "Farmacia Comunale Grattacielo", "yes", False, "24/7"),
    ("node/4824981289", "Anagrafe di Lugagnano", "yes", False, "24/7"),
    ("node/5860485336", "Chiesa di Corbiolo", "yes", None, "24/7"),
    ("node/6442096293", "Ristorante Al Caminetto", "yes", False, "24/7"),
    ("node/6580022574", "Defibrillatore", "", False, "24/7"),
    ("node/6804836885", "Scuola Elementare Gino Sandri", "customers", True, ""),
    ("node/7127690480", "Municipio di Garda", "yes", True, "24/7"),
    ("node/7648382704", "Osteria Ljetzan", "", False, "24/7"),
    ("node/8312009943", 'Scuola Primaria - IC "Giovanni Pascoli"', "", True, ""),
    ("node/8956966713", "Polizia Municipale", "yes", False, "24/7"),
    ("node/8982551444", "Farmacia Marchiori", "yes", None, "24/7"),
    ("node/9415987421", "ex Bar Trattoria Campedelli", "yes", None, "24/7"),
    ("node/9861988214", "Defibrillator (AED)", "", None, ""),
    ("node/10557214094", "", "permit", True, ""),
    ("node/11074686093", "", "yes", False, ""),
    ("node/11415072574", "Euroffice One", "yes", True, ""),
    (
        "node/12136518716",
        "Museo Archeologico",
        "permissive",
        True,
        "Mo 13:30-19:30; Tu-Su 08:30-19:30; Dec 25 off; Jan 01 off",
    ),
    ("node/12540069003", "", "customers", True, ""),
    ("node/13022620784", "", "", False, ""),
    ("node/13661552987", "", "", None, ""),
)


def test_twenty_of_openstreetmap_are_what_their_tags_say(shared_data: Path) -> None:
    found = read_aeds(shared_data / "aed_registries/verona_osm_aed.json", ImportOptions())

    assert (len(found.aeds), found.rejected) == (210, [])
    by_ref = {aed.source_ref: aed for aed in found.aeds}
    for ref, name, access, indoor, hours in VERONA:
        aed = by_ref[ref]
        assert (aed.name, aed.access, aed.indoor, aed.opening_hours) == (name, access, indoor, hours), ref
    (table,) = found.tables
    assert [column.header for column in table.not_understood] == []


def test_what_nobody_asks_for_is_known_and_left_out(shared_data: Path) -> None:
    (table,) = read(shared_data, URASOE).tables
    assert {column.header: column.field for column in table.unused} == {
        "NO.": Field.ROW_NUMBER,
        "電話番号": Field.PHONE,
        "FAX": Field.FAX,
        "E-MAIL": Field.EMAIL,
        "URL": Field.URL,
    }
