"""Settings of the service, each from an environment variable RESCUE_...; the READMEs have the table."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, HttpUrl, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

from dispatch.access.secrets import split_secrets
from dispatch.access.tokens import DESK_ROLES, Access
from dispatch.channels.recipe import Recipe
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.core.policy import Policy
from dispatch.incidents.service_area import ServiceArea
from dispatch.oidc.config import check_issuer, check_scopes, checked_factors, checked_roles
from dispatch.retention.cli import (
    DETAILS_DAYS,
    IMPORTS_DAYS,
    MESSAGES_DAYS,
    PEOPLE_IMPORTS_DAYS,
    POSITIONS_DAYS,
)
from geo.streets.pace import get_pace
from registry.storage.database import DEFAULT_URL
from registry.storage.personal_keys import PersonalKeys
from rescue_circle import settings_checks as checks
from rescue_circle.app_channels_file import read_app_channels
from rescue_circle.environment import PREFIX
from rescue_circle.integrations_file import BadIntegrations, Configured, get_configured

AREA = "min_lon,min_lat,max_lon,max_lat; calls outside it need attention; without it the network's bounds and 5 km"
PACE = "how volunteers go: walking (1.4 m/s, assumption), dense-city (1.8) or running (2.3; both Jonsson 2020)"
PUSH_SERVICES = (
    "https://fcm.googleapis.com https://updates.push.services.mozilla.com https://*.push.apple.com "
    "https://*.notify.windows.com"
)
SPEED = "speed in m/s instead of the pace's"
IN_CHINESE = "description_zh"


def zh(meaning: str) -> JsonDict:
    """A field's description in Chinese, beside the English one, for the Chinese table."""
    return {IN_CHINESE: meaning}


class Settings(BaseSettings):
    """Secrets have no default: a service that anybody can sign for must not start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    database_url: str = Field(
        DEFAULT_URL,
        description="one SQLite file, or a PostgreSQL with PostGIS: postgresql+asyncpg://USER@HOST/NAME",
        json_schema_extra=zh("一个 SQLite 文件，或带 PostGIS 的 PostgreSQL：postgresql+asyncpg://USER@HOST/NAME"),
    )
    network: Path | None = Field(
        None,
        description="walk network of the city; without it straight lines are used",
        json_schema_extra=zh("本市的步行路网；没有则按直线估算"),
    )
    host: str = Field(
        "127.0.0.1",
        description="address to listen on; put TLS in front",
        json_schema_extra=zh("监听地址；TLS 由前面的代理提供"),
    )
    port: int = Field(
        8120,
        ge=0,
        le=65535,
        description="port to listen on",
        json_schema_extra=zh("监听端口"),
    )
    public_url: Annotated[str, AfterValidator(checks.a_name_of_its_own)] = Field(
        "",
        description="address under which phones and consoles open the service, as https://rescue.example; invitations "
        "lead there. None: the address it listens on",
        json_schema_extra=zh(
            "手机和调度台打开本服务所用的地址，如 https://rescue.example，邀请链接指向这里。无：即监听地址"
        ),
    )
    webhook_secret: Annotated[str, AfterValidator(checks.usable_secrets)] = Field(
        "",
        repr=False,
        description="120's secret, whsec_ and base64; while it changes the new one and the old one. Needed unless "
        "RESCUE_INTEGRATIONS is set",
        json_schema_extra=zh(
            "与 120 共享的密钥，whsec_ 加 base64；更换期间新旧两个都写。未设 RESCUE_INTEGRATIONS 时必填"
        ),
    )
    integrations: Path | None = Field(
        None,
        description="TOML file of several 120 systems, each with its own secrets and dialect (docs/dialects.md); "
        "RESCUE_WEBHOOK_SECRET or this",
        json_schema_extra=zh(
            "多个 120 接入系统的 TOML 文件，各有自己的密钥和报文格式（docs/dialects.md）；"
            "与 RESCUE_WEBHOOK_SECRET 二选一"
        ),
    )
    token_secret: Annotated[str, AfterValidator(checks.long_secrets)] = Field(
        repr=False,
        description="signs tokens; at least 32 random characters; while it changes the new and the old one",
        json_schema_extra=zh("签发令牌用，至少 32 个随机字符；更换期间新旧两个都写"),
    )
    personal_key: Annotated[str, AfterValidator(checks.personal_keys)] = Field(
        "",
        repr=False,
        description="encrypts volunteers' phones in the database; 32 bytes in base64, as openssl rand -base64 32 gives "
        "them; while it changes the new and the old one (docs/operations.md). Commands need it too",
        json_schema_extra=zh(
            "加密数据库中志愿者的电话：base64 写成的 32 字节，如 openssl rand -base64 32 所给；更换期间新旧两个都写"
            "（docs/operations.md）。命令行也需要它"
        ),
    )
    totp_required: Literal["nobody", "admins", "everybody"] = Field(
        "nobody",
        description="whose accounts are not let in without a code of an authenticator app beside the password: nobody, "
        "admins or everybody. Anybody may have one (docs/people.md)",
        json_schema_extra=zh(
            "哪些账号登录时除密码外还必须输入验证器应用的动态口令：nobody（无）、admins（管理员）或 "
            "everybody（所有账号）；任何账号都可以自行启用（docs/people.md）"
        ),
    )
    oidc_issuer: Annotated[str, AfterValidator(check_issuer)] = Field(
        "",
        description="OpenID provider at which desks may sign in beside a password, as it names itself, like "
        "https://login.example/realms/rescue (docs/sign-in.md); goes with RESCUE_OIDC_CLIENT_ID",
        json_schema_extra=zh(
            "调度台除密码外还可使用的 OpenID 身份提供方，按其自称的 issuer 填写，如 https://login.example/realms/rescue"
            "（docs/sign-in.md）；须与 RESCUE_OIDC_CLIENT_ID 同时设置"
        ),
    )
    oidc_client_id: str = Field(
        "",
        validate_default=True,
        description="what the provider knows this service as",
        json_schema_extra=zh("本服务在身份提供方处登记的 client_id"),
    )
    oidc_client_secret: str = Field(
        "",
        repr=False,
        description="secret shared with the provider; none for a public client, which PKCE alone guards",
        json_schema_extra=zh("与身份提供方共享的密钥；公共客户端不设，只靠 PKCE 保护"),
    )
    oidc_name: str = Field(
        "",
        max_length=40,
        description="what the desk's button calls the provider; none: the issuer's host",
        json_schema_extra=zh("登录页按钮上身份提供方的名称；无：issuer 的主机名"),
    )
    oidc_scopes: Annotated[str, AfterValidator(check_scopes)] = Field(
        "openid email profile",
        description="what the provider is asked to tell, spaces between",
        json_schema_extra=zh("向身份提供方请求的范围（scope），以空格分隔"),
    )
    oidc_roles: Annotated[str, AfterValidator(checked_roles)] = Field(
        "",
        description="a claim, a space, and which of its values gives which role, as groups /rescue/desk=dispatcher, "
        "/rescue/chiefs=admin; the first that fits counts. None: only who was invited may sign in there",
        json_schema_extra=zh(
            "一个声明（claim）、一个空格，以及其取值对应的角色，如 groups /rescue/desk=dispatcher, "
            "/rescue/chiefs=admin；取第一个符合的。无：只有受邀者可以由此登录"
        ),
    )
    oidc_second_factor: Annotated[str, AfterValidator(checked_factors)] = Field(
        "",
        description="what the provider says where somebody used a second factor, as amr=mfa acr=gold; it then counts "
        "as the authenticator app's code. None: the app's code is asked for all the same",
        json_schema_extra=zh(
            "身份提供方表示已使用第二因素的声明，如 amr=mfa acr=gold，此时不再要求动态口令。无：照样要求动态口令"
        ),
    )
    time_zone: Annotated[str, AfterValidator(checks.a_time_zone)] = Field(
        "Asia/Shanghai",
        description="in which certificates' days begin and end",
        json_schema_extra=zh("救护员证的有效期按此时区起止"),
    )
    service_area: Annotated[str, AfterValidator(checks.an_area)] | None = Field(
        None,
        description=AREA,
        json_schema_extra=zh("min_lon,min_lat,max_lon,max_lat；范围以外的呼救转人工处理；不设则取路网范围外扩 5 公里"),
    )
    pace: Annotated[str, AfterValidator(checks.a_pace)] = Field(
        "walking",
        description=PACE,
        json_schema_extra=zh(
            "志愿者的步速：walking（1.4 米/秒，假定值）、dense-city（1.8）或 running（2.3；后两者据 Jonsson 2020）"
        ),
    )
    walk_speed_m_s: float | None = Field(
        None,
        gt=0,
        le=5,
        description=SPEED,
        json_schema_extra=zh("以米/秒直接给出速度，代替步速"),
    )
    policy_alerts: int = Field(
        Policy().alerts,
        ge=1,
        le=50,
        description="phones that ring or are under way at once (van den Berg 2026: 7)",
        json_schema_extra=zh("一起救援事件中同时响铃或在途的手机数（van den Berg 2026：7）"),
    )
    policy_decline_rest_s: float = Field(
        Policy().decline_rest_s,
        ge=0,
        le=86_400,
        description="seconds for which who has said no is not rung for another call",
        json_schema_extra=zh("拒绝一次呼叫后，多少秒内不再因其他呼叫响铃"),
    )
    policy_rest_s: float = Field(
        Policy().rest_s,
        ge=0,
        le=7 * 86_400,
        description="seconds after going to a call in which somebody is rung only where nobody else is as near",
        json_schema_extra=zh("出动一次后的休息秒数：期间只有同样时间内没有别人能到时才响铃"),
    )
    policy_lock_out_s: float = Field(
        Policy().lock_out_s,
        ge=0,
        le=31 * 86_400,
        description="seconds after being with a patient in which somebody is not rung at all; 0: no such rule",
        json_schema_extra=zh("到达患者身边参与救援后，多少秒内完全不再响铃；0 表示没有这条规定"),
    )
    clock_start: AwareDatetime | None = Field(
        None,
        description="instant at which a simulated clock begins, for replays",
        json_schema_extra=zh("模拟时钟的起始时刻，重放时用"),
    )
    clock_speed: float = Field(
        1.0,
        gt=0,
        le=3600,
        description="how many times faster a simulated clock runs",
        json_schema_extra=zh("模拟时钟的倍速"),
    )
    callback_url: HttpUrl | None = Field(
        None,
        description="where 120 is told what happens to its calls; none: nowhere",
        json_schema_extra=zh("把呼救的进展回调通知给 120 的地址；无：不通知"),
    )
    callback_secret: str = Field(
        "",
        repr=False,
        validate_default=True,
        description="signs callbacks, whsec_ and base64, not the webhook's; while it changes the new one and the old",
        json_schema_extra=zh("回调通知的签名密钥，whsec_ 加 base64，不得与 webhook 的相同；更换期间新旧两个都写"),
    )
    callback_timeout_s: float = Field(
        10.0,
        gt=0,
        le=60,
        description="how long one callback may take",
        json_schema_extra=zh("一次回调通知最长多少秒"),
    )
    callback_retry_s: float = Field(
        1.0,
        gt=0,
        le=3600,
        description="pause before a callback's second attempt; doubles up to 15 minutes",
        json_schema_extra=zh("第二次尝试之前的间隔秒数；逐次加倍，最长 15 分钟"),
    )
    callback_give_up_s: float = Field(
        86_400.0,
        gt=0,
        le=30 * 86_400,
        description="seconds after which a callback that keeps failing is a dead letter",
        json_schema_extra=zh("一直失败的回调通知，多少秒后成为死信"),
    )
    sms_url: HttpUrl | None = Field(
        None,
        description="SMS gateway that is told of alarms for volunteers whose app is closed; docs/channels.md",
        json_schema_extra=zh("短信网关：志愿者没有打开应用时，由它发出警报；见 docs/channels.md"),
    )
    voice_url: HttpUrl | None = Field(
        None,
        description="gateway that calls their phones",
        json_schema_extra=zh("语音网关：给他们打电话"),
    )
    gateway_secret: str = Field(
        "",
        repr=False,
        validate_default=True,
        description="signs what gateways are told, whsec_ and base64; while it changes the new one and the old one",
        json_schema_extra=zh("发给网关的消息的签名密钥，whsec_ 加 base64；更换期间新旧两个都写"),
    )
    gateway_language: Literal["zh", "en"] = Field(
        "zh",
        description="of these messages: zh or en",
        json_schema_extra=zh("这些消息的语言：zh 或 en"),
    )
    app_channels: Path | None = Field(
        None,
        description="TOML file of other apps that ring volunteers: WeChat's subscription messages, phone makers' "
        "pushes; docs/channels.md",
        json_schema_extra=zh("其他能呼叫志愿者的应用的 TOML 文件：微信订阅消息、手机厂商推送；见 docs/channels.md"),
    )
    vapid_private_key: Annotated[str, AfterValidator(checks.a_vapid_key)] = Field(
        "",
        repr=False,
        description="turns Web Push on: 32 bytes in base64url, as `rescue-circle channels vapid-key` prints them",
        json_schema_extra=zh("开启 Web Push：base64url 写成的 32 字节，由 `rescue-circle channels vapid-key` 打印"),
    )
    vapid_contact: str = Field(
        "",
        validate_default=True,
        description="where push services may complain, mailto: or https:; goes with the key",
        json_schema_extra=zh("推送服务投诉时联系的地址，mailto: 或 https:；须与私钥同时设置"),
    )
    push_services: str = Field(
        PUSH_SERVICES,
        description="origins that pushes may be sent to, spaces between; *. stands for one or more names",
        json_schema_extra=zh("允许推送到的来源，以空格分隔；*. 代表一级或多级域名"),
    )
    spool: Path | None = Field(
        None,
        description="file that takes calls and answers while the database is away; beside the SQLite file where there "
        "is one, else in the working directory",
        json_schema_extra=zh(
            "数据库不可用期间接收呼救和应答的暂存文件；默认在 SQLite 文件旁边，没有 SQLite 文件时在当前目录"
        ),
    )
    spool_limit_mb: float = Field(
        64.0,
        gt=0,
        description="the spool takes no more than this; a call needs about 0.02",
        json_schema_extra=zh("暂存文件的上限；一起呼救约需 0.02"),
    )
    retention_details_days: float = Field(
        DETAILS_DAYS,
        ge=0,
        description="days after an incident's end until the patient's place, address, notes and phone are erased",
        json_schema_extra=zh("救援事件结束多少天后，清除患者的位置、地址、备注和电话"),
    )
    retention_messages_days: float = Field(
        MESSAGES_DAYS,
        ge=0,
        description="days after an incident's end until 120's messages about it are erased",
        json_schema_extra=zh("救援事件结束多少天后，清除 120 发来的有关消息"),
    )
    retention_positions_days: float = Field(
        POSITIONS_DAYS,
        ge=0,
        description="days until a volunteer's last position is erased",
        json_schema_extra=zh("多少天后清除志愿者的最后位置"),
    )
    retention_imports_days: float = Field(
        IMPORTS_DAYS,
        ge=0,
        description="days for which an import of AEDs can be taken back",
        json_schema_extra=zh("AED 名录导入后多少天内可以撤销"),
    )
    retention_people_imports_days: float = Field(
        PEOPLE_IMPORTS_DAYS,
        ge=0,
        description="days for which an import of people can be taken back; how they were before is kept so long",
        json_schema_extra=zh("人员名单导入后多少天内可以撤销；其导入前的资料也只保存这么久"),
    )
    districts: Path | None = Field(
        None,
        description="outlines of districts for the pages' map: GeoJSON, WGS-84",
        json_schema_extra=zh("网页地图上的行政区边界：GeoJSON，WGS-84"),
    )
    operation_centre_url: HttpUrl | None = Field(
        None,
        description="where the city's operation centre is told of calls and AEDs, in counts and without anybody's data "
        "(docs/operation-centre.md); none: nowhere",
        json_schema_extra=zh(
            "城市运行中心接收通知的地址：只含呼救和 AED 的数量与状态，不含任何个人信息"
            "（docs/operation-centre.md）；无：不通知"
        ),
    )
    operation_centre_secret: str = Field(
        "",
        repr=False,
        validate_default=True,
        description="signs what it is told, whsec_ and base64, nobody else's; while it changes the new one and the old",
        json_schema_extra=zh("发给城市运行中心的消息的签名密钥，whsec_ 加 base64，须专用；更换期间新旧两个都写"),
    )
    operation_centre_place: Literal["none", "district"] = Field(
        "none",
        validate_default=True,
        description="what it is told of where a patient is: none, or the district of RESCUE_DISTRICTS",
        json_schema_extra=zh("告诉城市运行中心患者在哪里：none（不说）或 district（RESCUE_DISTRICTS 中的行政区）"),
    )
    operation_centre_summary_s: float = Field(
        300.0,
        ge=1,
        le=86_400,
        description="seconds between two summaries for it, which come also while nothing happens",
        json_schema_extra=zh("两次汇总消息之间的秒数；没有事件时也照发"),
    )
    feed_folder: Annotated[Path, AfterValidator(checks.a_folder)] | None = Field(
        None,
        description="folder into which the AEDs that stand are written again and again as GeoParquet, with counts, for "
        "other systems of the city; none: nowhere",
        json_schema_extra=zh(
            "定时把公开的 AED 数据连同统计数写成 GeoParquet 文件的文件夹，供本市其他系统使用；无：不写"
        ),
    )
    feed_every_s: float = Field(
        3_600.0,
        ge=60,
        le=86_400,
        description="seconds between two of these files",
        json_schema_extra=zh("两个文件之间的秒数"),
    )
    feed_kept_hours: float = Field(
        48.0,
        ge=1,
        le=24 * 366,
        description="hours after which such a file is deleted; the newest stays",
        json_schema_extra=zh("文件保留的小时数；最新的一个始终保留"),
    )
    tile_url: Annotated[str, AfterValidator(checks.a_tile_address)] | None = Field(
        None,
        description="pages draw this map instead of ours: URL of PNG or JPEG tiles with {z}, {x} and {y}; their origin "
        "is the one that pages may load from beside this service",
        json_schema_extra=zh(
            "网页改用这张底图：PNG 或 JPEG 瓦片的地址，含 {z}、{x} 和 {y}；除本服务外，网页只可从这一来源加载"
        ),
    )
    tile_datum: Literal["wgs84", "gcj02"] = Field(
        "wgs84",
        description="datum of those tiles; on gcj02 (maps of mainland China) pages shift what they draw",
        json_schema_extra=zh("这些瓦片的坐标系；为 gcj02（中国大陆的地图）时，网页会把所画内容相应偏移"),
    )
    emblem: Annotated[Path, AfterValidator(checks.a_picture)] | None = Field(
        None,
        description="SVG or PNG, 256 KiB at most, that pages bear instead of our own sign, as of the Red Cross society "
        "that runs the service; protected emblems are for those whom the law allows them",
        json_schema_extra=zh(
            "网页上代替本产品标志的图标，如运行方红会的标志：SVG 或 PNG，最大 256 KiB；受保护的标志只限依法有权者使用"
        ),
    )
    trusted_proxies: Annotated[str, AfterValidator(checks.addresses)] = Field(
        "127.0.0.1",
        description="addresses of reverse proxies, or their networks as 172.30.120.0/24, comma between, whose "
        "X-Forwarded-For tells the caller's address; their word alone counts on a centre's client certificate",
        json_schema_extra=zh(
            "反向代理的地址或网段（如 172.30.120.0/24），以逗号分隔；只采信它们在 X-Forwarded-For 中给出的来访地址，"
            "以及它们转告的接入系统客户端证书"
        ),
    )
    heartbeat_s: float = Field(
        20.0,
        gt=0,
        description="seconds between heartbeats on a stream",
        json_schema_extra=zh("数据流上两次心跳之间的秒数"),
    )
    log_level: str = Field(
        "info",
        pattern="^(debug|info|warning|error)$",
        description="debug, info, warning or error",
        json_schema_extra=zh("日志级别：debug、info、warning 或 error"),
    )

    @field_validator("oidc_client_id")
    @classmethod
    def _known_to_the_provider(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not text:
            raise ValueError("RESCUE_OIDC_ISSUER needs the name that the provider knows this service by")
        return text

    @field_validator("callback_secret")
    @classmethod
    def _secret_of_its_own(cls, text: str, info: ValidationInfo) -> str:
        needed = "RESCUE_CALLBACK_URL needs a secret to sign with, whsec_ and base64"
        checks.signing_secrets(text, needed if info.data.get("callback_url") else "")
        # With one secret for both ways a callback sent back to us would count as 120's word.
        if set(split_secrets(text)) & set(split_secrets(info.data.get("webhook_secret", ""))):
            raise ValueError("give callbacks another secret than 120's webhook has")
        return text

    @field_validator("operation_centre_secret")
    @classmethod
    def _secret_of_the_centre(cls, text: str, info: ValidationInfo) -> str:
        needed = "RESCUE_OPERATION_CENTRE_URL needs a secret to sign with, whsec_ and base64"
        checks.signing_secrets(text, needed if info.data.get("operation_centre_url") else "")
        others = (info.data.get(name, "") for name in ("webhook_secret", "callback_secret"))
        if any(set(split_secrets(text)) & set(split_secrets(other)) for other in others):
            raise ValueError("give the operation centre another secret than 120's webhook and callbacks have")
        return text

    @field_validator("operation_centre_place")
    @classmethod
    def _has_districts(cls, place: str, info: ValidationInfo) -> str:
        if place == "district" and not info.data.get("districts"):
            raise ValueError("to tell the district, name the file with the districts' outlines: RESCUE_DISTRICTS")
        return place

    @field_validator("gateway_secret")
    @classmethod
    def _signs_for_gateways(cls, text: str, info: ValidationInfo) -> str:
        needed = "a gateway needs a secret to know us by, whsec_ and base64"
        return checks.signing_secrets(text, needed if info.data.get("sms_url") or info.data.get("voice_url") else "")

    @field_validator("vapid_contact")
    @classmethod
    def _a_contact(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("vapid_private_key") and not text.startswith(("mailto:", "https:")):
            raise ValueError("Web Push needs an address for complaints, such as mailto:desk@example.org")
        return text

    def load_configured(self) -> Configured:
        """The integrations with their dialects.

        Raises:
            BadIntegrations
        """
        configured = get_configured(
            self.integrations, split_secrets(self.webhook_secret), trusted_proxies=self.trusted_proxies
        )
        dialect = configured.dialects.get(DEFAULT_INTEGRATION)
        if self.callback_url and dialect and dialect.callback:
            raise BadIntegrations(
                f"RESCUE_CALLBACK_URL: {DEFAULT_INTEGRATION} has callbacks of its own form: write callback_url and "
                f"callback_secret under {DEFAULT_INTEGRATION} in {self.integrations}"
            )
        return configured

    def load_app_channels(self) -> tuple[Recipe, ...]:
        """Raises: BadAppChannels."""
        return read_app_channels(self.app_channels) if self.app_channels else ()

    @property
    def token_secrets(self) -> tuple[str, ...]:
        """The one that signs first."""
        return split_secrets(self.token_secret)

    @property
    def personal_keys(self) -> PersonalKeys:
        """The one that encrypts first."""
        return PersonalKeys.read(self.personal_key)

    @property
    def totp_required_of(self) -> frozenset[Access]:
        """Roles that need an authenticator app."""
        whose = {"nobody": frozenset[Access](), "admins": frozenset({Access.ADMIN}), "everybody": DESK_ROLES}
        return frozenset(whose[self.totp_required])

    @property
    def provider_name(self) -> str:
        """Of the provider at which desks sign in."""
        return self.oidc_name or urlsplit(self.oidc_issuer).hostname or ""

    @property
    def public_address(self) -> str:
        """Where people open the service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def spool_path(self) -> Path:
        """One for each database, so that services beside each other do not meet."""
        if self.spool is not None:
            return self.spool
        url = make_url(self.database_url)
        if url.get_backend_name() == "sqlite" and url.database:
            return Path(f"{url.database}.spool")
        address = f"{url.host} {url.port} {url.database}"
        return Path(f"rescue-circle-{hashlib.sha256(address.encode()).hexdigest()[:8]}.spool")

    @property
    def speed_m_s(self) -> float:
        """Of everybody who goes on foot."""
        return get_pace(self.pace).speed_m_s if self.walk_speed_m_s is None else self.walk_speed_m_s

    @property
    def area(self) -> ServiceArea | None:
        return checks.parse_area(self.service_area) if self.service_area else None
