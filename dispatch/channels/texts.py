"""What a message says in words. It never says where, whom it is about or who is told."""

from typing import Literal

from dispatch.channels.port import Kind

Language = Literal["zh", "en"]

TEXTS: dict[Language, dict[Kind, str]] = {
    "zh": {
        Kind.ALARM: "【五分钟救援圈】附近有人心脏骤停，需要您！请立即打开 {url} 应答。",
        Kind.CALL_OFF: "【五分钟救援圈】本次呼叫已取消，您不用再前往。谢谢您！",
        Kind.TEST: "【五分钟救援圈】这是一次测试呼叫，不是真实呼叫。请打开 {url} 确认收到。",
    },
    "en": {
        Kind.ALARM: "[Rescue Circle] Cardiac arrest near you: you are needed! Open {url} and answer now.",
        Kind.CALL_OFF: "[Rescue Circle] This call is over: you need not go. Thank you!",
        Kind.TEST: "[Rescue Circle] This is a test alarm, not a real call. Open {url} to confirm that it arrived.",
    },
}


TITLES: dict[Language, dict[Kind, str]] = {
    "zh": {Kind.ALARM: "急救呼叫", Kind.CALL_OFF: "呼叫已取消", Kind.TEST: "测试呼叫"},
    "en": {Kind.ALARM: "Cardiac arrest near you", Kind.CALL_OFF: "Call is over", Kind.TEST: "Test alarm"},
}

SHORT: dict[Language, dict[Kind, str]] = {
    "zh": {
        Kind.ALARM: "附近有人心脏骤停，请立即打开应答",
        Kind.CALL_OFF: "本次呼叫已取消，不用再前往",
        Kind.TEST: "测试呼叫，请打开确认收到",
    },
    "en": {Kind.ALARM: "You are needed: open", Kind.CALL_OFF: "You need not go", Kind.TEST: "Test: please confirm"},
}
"""For templates whose fields take 20 characters."""


def title_of(kind: Kind, language: Language) -> str:
    return TITLES[language][kind]


def short_text_of(kind: Kind, language: Language) -> str:
    return SHORT[language][kind]


def text_of(kind: Kind, language: Language, *, url: str) -> str:
    """One short message, or what a voice says."""
    return TEXTS[language][kind].format(url=url)
