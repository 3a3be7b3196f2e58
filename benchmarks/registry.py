"""A list of 17,000 AEDs as a region publishes it, with hours and notes, for timing one import of it."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from geo.places.datum import Datum, convert

ROWS = 17_000
"""About as many as Japan's larger prefectures and Europe's small countries list."""
SEED = 15
HEADERS = (
    *("编号", "名称", "地址", "设置位置", "楼层", "经度", "纬度", "开放时间", "设备状态", "是否对外开放"),
    *("联系电话", "厂商", "型号", "电极片有效期", "备注"),
)
# In OSM's own syntax: an earlier commit, which reads nothing else, has the same work to do.
_HOURS = (
    *(
        "24/7",
        "Mo-Fr 08:00-17:00",
        "Mo-Su 06:00-23:00",
        "Mo-Sa 09:00-21:00; Su 10:00-18:00",
        "Mo-Fr 08:30-17:30; PH off",
    ),
    *("Tu-Su 09:00-17:00", "08:00-20:00", "Mo-Fr 07:00-19:00; Sa 08:00-12:00", ""),
)
_ROADS = ("花园路", "金水路", "文化路", "中原路", "建设路", "嵩山路", "航海路", "农业路")
_PLACES = ("一楼大厅服务台旁", "门卫室", "二楼走廊", "东门入口", "值班室", "体育馆入口")
_KINDS = ("中学", "医院", "商场", "地铁站", "体育馆", "办公楼", "酒店", "社区中心")


def write_list(folder: Path, *, rows: int = ROWS, seed: int = SEED) -> Path:
    """A CSV of AEDs in GCJ-02 over Zhengzhou; the same seed writes the same file."""
    path = folder / f"aed-list-{rows}-seed{seed}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_rows(random.Random(seed), rows))
    return path


def _rows(draw: random.Random, rows: int) -> Iterator[tuple[str, ...]]:
    for number in range(1, rows + 1):
        lon, lat = convert(
            draw.uniform(113.45, 113.85), draw.uniform(34.65, 34.85), source=Datum.WGS84, target=Datum.GCJ02
        )
        road, kind = draw.choice(_ROADS), draw.choice(_KINDS)
        yield (
            f"ZZ-{number:05}",
            f"{road}第{draw.randrange(1, 400)}{kind}",
            f"郑州市{road}{draw.randrange(1, 900)}号",
            draw.choice(_PLACES),
            f"{draw.randrange(1, 6)}楼",
            f"{lon:.6f}",
            f"{lat:.6f}",
            draw.choice(_HOURS),
            draw.choices(("正常", "在用", "维修"), weights=(90, 8, 2))[0],
            draw.choice(("是", "是", "否")),
            f"0371-6{draw.randrange(1_000_000, 9_999_999)}",
            draw.choice(("迈瑞", "飞利浦", "卓尔")),
            draw.choice(("C2", "HS1", "AED Plus")),
            f"202{draw.randrange(6, 9)}-{draw.randrange(1, 13):02}-01",
            draw.choice(("", "", "捐赠")),
        )
