"""What a column of an AED list may mean: what is read, and what is known but has no use here yet."""

from collections.abc import Mapping
from enum import StrEnum


class Field(StrEnum):
    """A meaning. The value is also a header that is always understood."""

    REF = "ref"
    NAME = "name"
    ADDRESS = "address"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    HOUSENUMBER = "housenumber"
    POSTCODE = "postcode"
    BUILDING = "building"
    LOCATION_TEXT = "location_text"
    FLOOR = "floor"
    LEVEL = "level"
    INDOOR = "indoor"
    OUTDOOR = "outdoor"
    ACCESS = "access"
    PUBLIC = "public"
    LOCKED = "locked"
    OPENING_HOURS = "opening_hours"
    ALWAYS_OPEN = "always_open"
    DAYS = "days"
    TIMES = "times"
    START = "start"
    END = "end"
    HOURS_NOTE = "hours_note"
    TIME_ZONE = "time_zone"
    STATE = "state"
    UNAVAILABLE = "unavailable"
    REMOVED = "removed"
    DISUSED = "disused"
    START_DATE = "start_date"
    END_DATE = "end_date"
    LON = "lon"
    LAT = "lat"
    POSITION = "position"

    MAKER = "maker"
    MODEL = "model"
    SERIAL = "serial"
    INSTALLED_ON = "installed_on"
    PADS_EXPIRY = "pads_expiry"
    CHILD_PADS_EXPIRY = "child_pads_expiry"
    BATTERY_EXPIRY = "battery_expiry"
    FOR_CHILDREN = "for_children"
    CHECKED_ON = "checked_on"
    NEXT_CHECK_ON = "next_check_on"
    ENTRANCE = "entrance"
    OWNER = "owner"
    MAINTAINER = "maintainer"

    PHONE = "phone"
    FAX = "fax"
    EMAIL = "email"
    URL = "url"
    PHOTO = "photo"
    MANAGER = "manager"
    OTHER_ORGANISATION = "other_organisation"
    OTHER_DAY = "other_day"
    BATCH = "batch"
    UPDATED_ON = "updated_on"
    UPDATED_BY = "updated_by"
    REMARKS = "remarks"
    CATEGORY = "category"
    COUNT = "count"
    READING = "reading"
    ROW_NUMBER = "row_number"
    OTHER_ID = "other_id"
    ADMIN_CODE = "admin_code"
    COUNTRY = "country"
    DATA_SOURCE = "data_source"
    PRECISION = "precision"
    WHEELCHAIR = "wheelchair"
    REJECTED_BECAUSE = "rejected_because"


MEANINGS: Mapping[Field, tuple[str, str]] = {
    Field.REF: ("the source's own id of the AED", "来源自己的编号"),
    Field.NAME: ("name of the place", "场所名称"),
    Field.ADDRESS: ("address, or a part of it", "地址或其一部分"),
    Field.PROVINCE: ("province, prefecture, region", "省、都道府县、大区"),
    Field.CITY: ("city or municipality", "市、区市町村"),
    Field.DISTRICT: ("district or part of a town", "区、片区"),
    Field.STREET: ("street", "街道、路名"),
    Field.HOUSENUMBER: ("house number", "门牌号"),
    Field.POSTCODE: ("postcode", "邮政编码"),
    Field.BUILDING: ("building", "楼宇"),
    Field.LOCATION_TEXT: ("where in the place it hangs", "在场所内的位置"),
    Field.FLOOR: ("storey, as people there count", "楼层（按当地叫法）"),
    Field.LEVEL: ("storey as OSM counts, from 0", "OSM 的楼层，从 0 起"),
    Field.INDOOR: ("whether it hangs inside", "是否在室内"),
    Field.OUTDOOR: ("whether it hangs outside", "是否在室外"),
    Field.ACCESS: ("who may take it", "谁可以取用"),
    Field.PUBLIC: ("whether the public may take it", "是否对公众开放"),
    Field.LOCKED: ("whether its cabinet is locked", "箱体是否上锁"),
    Field.OPENING_HOURS: ("when its place is open", "开放时间"),
    Field.ALWAYS_OPEN: ("whether it can be reached at all hours", "是否全天可取"),
    Field.DAYS: ("days on which it can be reached", "可取用的星期"),
    Field.TIMES: ("times of those days", "当日可取用的时段"),
    Field.START: ("from what time", "开始时间"),
    Field.END: ("until what time", "结束时间"),
    Field.HOURS_NOTE: ("what else is said of the hours", "开放时间说明"),
    Field.TIME_ZONE: ("IANA name of the hours' zone", "时区"),
    Field.STATE: ("state of the device", "设备状态"),
    Field.UNAVAILABLE: ("whether it is out of service for a time", "是否暂停使用"),
    Field.REMOVED: ("whether it has been taken away", "是否已撤除"),
    Field.DISUSED: ("whether it is no longer used", "是否已弃用"),
    Field.START_DATE: ("day from which it is there", "启用日期"),
    Field.END_DATE: ("day until which it is there", "撤除日期"),
    Field.LON: ("longitude", "经度"),
    Field.LAT: ("latitude", "纬度"),
    Field.POSITION: ("longitude and latitude in one cell", "经纬度在同一格"),
    Field.PHONE: ("phone", "电话"),
    Field.FAX: ("fax", "传真"),
    Field.EMAIL: ("e-mail", "电子邮箱"),
    Field.URL: ("web page", "网址"),
    Field.PHOTO: ("picture", "照片"),
    Field.MANAGER: ("who looks after it", "管理人"),
    Field.OWNER: ("whose it is, who runs it", "所属单位、运营单位"),
    Field.MAINTAINER: ("who maintains it, an organisation", "维护单位"),
    Field.OTHER_ORGANISATION: ("who gave, paid, sold or supervises it", "捐赠方、供应商、主管部门"),
    Field.OTHER_DAY: (
        "another day of the device, its pads or battery: made, replaced, guaranteed or leased until",
        "设备、电极片或电池的其他日期（生产、更换、保修）",
    ),
    Field.MAKER: ("maker", "生产厂商"),
    Field.MODEL: ("model", "型号"),
    Field.SERIAL: ("serial number", "出厂序列号"),
    Field.PADS_EXPIRY: ("expiry of the pads", "电极片有效期"),
    Field.CHILD_PADS_EXPIRY: ("expiry of the pads for children", "儿童电极片有效期"),
    Field.BATTERY_EXPIRY: ("expiry of the battery", "电池有效期"),
    Field.BATCH: ("batch of pads or battery", "批号"),
    Field.INSTALLED_ON: ("day it was installed or bought", "安装、购置日期"),
    Field.CHECKED_ON: ("day it was checked last", "最近检查日期"),
    Field.NEXT_CHECK_ON: ("day it is to be checked next", "下次检查日期"),
    Field.ENTRANCE: ("by which door one gets to it", "从哪个入口进"),
    Field.UPDATED_ON: ("day the record was made or changed", "记录日期"),
    Field.UPDATED_BY: ("who changed the record", "记录人"),
    Field.REMARKS: ("remarks", "备注"),
    Field.CATEGORY: ("kind of place", "场所类别"),
    Field.COUNT: ("number of devices", "数量"),
    Field.FOR_CHILDREN: ("whether it has pads for children", "是否适用儿童"),
    Field.READING: ("how the name is pronounced or spelt otherwise", "名称读音或别名"),
    Field.ROW_NUMBER: ("running number of the row, no id", "行序号，不作编号"),
    Field.OTHER_ID: ("id in another register", "其他登记系统的编号"),
    Field.ADMIN_CODE: ("code of a municipality, company or statistics", "行政区划、机构代码"),
    Field.COUNTRY: ("country", "国家"),
    Field.DATA_SOURCE: ("where the record comes from", "数据来源"),
    Field.PRECISION: ("how exact the position is", "定位精度"),
    Field.WHEELCHAIR: ("whether a wheelchair gets there", "轮椅可达"),
    Field.REJECTED_BECAUSE: ("what an earlier import said of the row", "上次导入拒绝的原因"),
}

_FIELDS = list(Field)
_FIRST_OF_DEVICE, _FIRST_UNUSED = _FIELDS.index(Field.MAKER), _FIELDS.index(Field.PHONE)
OF_DEVICE = tuple(_FIELDS[_FIRST_OF_DEVICE:_FIRST_UNUSED])
"""What is said of the device and its cabinet: nobody is sent or not sent by it."""

UNUSED = frozenset(_FIELDS[_FIRST_UNUSED:])
"""Meanings that are known and not taken into the registry."""

DAYS_OF_WEEK = ("mo", "tu", "we", "th", "fr", "sa", "su", "weekdays", "weekend", "holidays")
"""Columns by day: whole ("mo"), or where the time begins and ends ("mo_start", "mo_end")."""


def day_columns() -> tuple[str, ...]:
    """Every meaning of a column that is about one day."""
    return tuple(f"{day}{part}" for day in DAYS_OF_WEEK for part in ("", "_start", "_end"))
