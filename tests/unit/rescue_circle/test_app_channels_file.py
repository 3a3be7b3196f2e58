"""The file of other apps: what it may say, and what it is told where it cannot be used."""

import re
from pathlib import Path

import pytest

from rescue_circle.app_channels_file import BadAppChannels, read_app_channels
from tests.conftest import PROJECT

SECRET = "a-secret-that-nobody-sees"
WECHAT = f"""
[wechat]
kind = "wechat"
app_id = "wx1"
secret = "{SECRET}"
template_id = "t1"
page = "pages/call"
data = {{ thing1 = "{{short}}", time2 = "{{local_time}}" }}
"""
PUSH = f"""
[maker]
kind = "push"
token_url = "https://login.maker.example/token"
token_fields = {{ grant_type = "client_credentials", client_secret = "{SECRET}" }}
send_url = "https://push.maker.example/v1/send?token={{token}}"
body = '{{"to": ["{{address}}"], "title": "{{title}}"}}'
code_field = "code"
taken = ["80000000"]
"""


def saved(folder: Path, text: str) -> Path:
    path = folder / "apps.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_wechat_and_a_makers_push_are_read_as_recipes(tmp_path: Path) -> None:
    wechat, maker = read_app_channels(saved(tmp_path, WECHAT + PUSH))

    assert (wechat.name, wechat.token_url) == ("wechat", "https://api.weixin.qq.com/cgi-bin/stable_token")
    assert wechat.body["data"] == {"thing1": {"value": "{short}"}, "time2": {"value": "{local_time}"}}
    assert (maker.name, maker.send_url) == ("maker", "https://push.maker.example/v1/send?token={token}")
    assert maker.taken == {"80000000"}
    assert SECRET not in repr((wechat, maker))


def test_the_file_that_the_documents_show_is_one_that_is_taken(tmp_path: Path) -> None:
    text = (PROJECT / "docs/channels.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- tested: app-channels -->\n```toml\n(.*?)```", text, re.DOTALL)
    assert shown

    names = [one.name for one in read_app_channels(saved(tmp_path, shown[1]))]

    assert names == ["wechat", "huawei"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WECHAT.replace("{short}", "{shrot}"), r"\{shrot\} is no word"),
        (WECHAT.replace("[wechat]", "[sms]"), "sms is the name of another channel"),
        (WECHAT.replace("[wechat]", "['We Chat']"), "a name is at most 32"),
        (WECHAT.replace('"t1"', '""'), "template_id"),
        (PUSH.replace("{address}", "somebody"), "needs {address}"),
        (PUSH.replace('"title"', "title"), "body is no JSON"),
        (PUSH.replace("https://push.maker", "ftp://push.maker"), "send_url"),
        (PUSH.replace('kind = "push"', 'kind = "pager"'), "maker"),
        ("[broken", "is not TOML"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_secret(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadAppChannels, match=said) as told:
        read_app_channels(saved(tmp_path, text))

    assert str(told.value).startswith("RESCUE_APP_CHANNELS: ")
    assert SECRET not in str(told.value)
