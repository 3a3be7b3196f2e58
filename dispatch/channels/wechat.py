"""WeChat's subscription messages (订阅消息) as a recipe: a mini-programme's users get a service notice in WeChat."""

from collections.abc import Mapping

from dispatch.channels.recipe import Recipe

API = "https://api.weixin.qq.com"
WRONG_OPENID = "40003"
UNSUBSCRIBED = "43101"
"""The user has not agreed to this message, or has used up what they agreed to."""
STALE_TOKEN = frozenset({"40001", "40014", "42001"})


def wechat_recipe(
    name: str, *, app_id: str, secret: str, template_id: str, data: Mapping[str, str], page: str = "", api: str = API
) -> Recipe:
    """data: by the template's keys, such as `thing1`, texts with words in braces; WeChat takes 20 characters in one."""
    return Recipe(
        name=name,
        # The stable one: the older interface makes every token void that another process has fetched.
        token_url=f"{api}/cgi-bin/stable_token",
        ask_as="json",
        token_fields={"grant_type": "client_credential", "appid": app_id, "secret": secret},
        send_url=f"{api}/cgi-bin/message/subscribe/send?access_token={{token}}",
        body={
            "touser": "{address}",
            "template_id": template_id,
            "data": {key: {"value": value} for key, value in data.items()},
            **({"page": page} if page else {}),
        },
        code_field="errcode",
        stale_token=STALE_TOKEN,
        address_over=frozenset({WRONG_OPENID}),
        address_refused=frozenset({UNSUBSCRIBED}),
    )
