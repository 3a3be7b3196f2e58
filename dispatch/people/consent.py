"""What a volunteer consents to, in plain words. Other words need another version, and everybody is asked anew."""

from dataclasses import dataclass

CONSENT_VERSION = "2026-12"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    title: str
    points: tuple[str, ...]


CHINESE = ConsentText(
    title="加入五分钟救援圈前，请您知悉并同意",
    points=(
        "附近有人心脏骤停时，您的手机会响。去不去由您决定，每次都可以拒绝，不需要理由。",
        "系统保存您的姓名、电话、救护员证书和登记住址，用于判断您能否参与救援，并在需要时联系您。",
        "只有在您待命时，手机才会上报位置；响铃和前往途中上报得更频繁。系统只保留最后一个位置，一天后删除，不保存行踪轨迹。",
        "您接受任务后，调度员会看到您的姓名、位置和预计到达时间；其他志愿者和公众看不到。",
        "接受任务后您会得知患者的地址。请只用于这次救援，不要拍照，不要告诉他人。",
        "先保证自身安全。《民法典》第一百八十四条：因自愿实施紧急救助行为造成受助人损害的，救助人不承担民事责任。",
        "您可以随时结束待命，随时撤回同意：撤回后不再响铃，位置立即删除。您也可以要求删除全部个人信息。",
    ),
)

ENGLISH = ConsentText(
    title="Before you join the five-minute rescue circle",
    points=(
        "When somebody nearby has a cardiac arrest, your phone rings. You decide whether to go; you may say no every "
        "time, and need no reason.",
        "The service keeps your name, phone number, first-aid certificates and registered home, to know whether you "
        "can help and to reach you.",
        "Your phone tells where it is only while you are on duty, and more often while it rings and you are on the "
        "way. Only the last position is kept, for one day; no trace of your movements is.",
        "Once you accept, dispatchers see your name, your position and when you will be there. Other volunteers and "
        "the public do not.",
        "Once you accept, you learn the patient's address. Use it for this rescue only; take no pictures, tell nobody.",
        "Your own safety comes first. Civil Code, article 184: a person who voluntarily gives emergency help is not "
        "liable for harm to the person helped.",
        "You can go off duty and withdraw your consent at any time: then your phone no longer rings and your position "
        "is deleted at once. You can also ask for all your personal data to be erased.",
    ),
)
