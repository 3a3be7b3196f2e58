// What each check of reach.ts found, and what to do about it.
import { dictionary } from "../shared/i18n.ts";

type Texts = Readonly<Record<string, string>>;

export const reachWords = dictionary(
  {
    yes: (when: string) => `能。测试呼叫 ${when} 送达，各项都正常。`,
    no: "不能：",
    maybe: "不一定：",
    asking: "正在确认…",
    labels: { session: "登录", papers: "资格", duty: "待命", line: "网络", sound: "声音", place: "位置", closed: "关闭应用后", proof: "测试呼叫" },
    session: { over: "这部手机上的登录已失效。请向邀请您的人要一个新邀请。" } as Texts,
    papers: { unknown: "等待服务器确认…", fine: "有效" } as Texts,
    askForPapers: "请把新证书交给志愿者管理人员登记。",
    duty: { unknown: "等待服务器确认…", on: "待命中", off: "未待命，不会叫您。需要时点上面的「开始待命」。" } as Texts,
    line: {
      on: "已连接",
      others: "现在没有连接，只有短信、电话等其他通道能叫到您。请检查网络。",
      none: "现在没有连接，也没有别的通道。请检查网络，或开启推送。",
    } as Texts,
    place: {
      off: "未待命时不使用",
      on: "已允许",
      none: "还没有定位。请到窗边或室外，并打开手机定位。",
      denied: "定位被拒绝：按登记住址计算，可能叫不到您。请在手机系统设置中允许定位。",
      unavailable: "此浏览器不能定位：按登记住址计算，可能叫不到您。请换一个浏览器。",
      noHome: "没有登记住址，所以不会叫您。",
    } as Texts,
    coarse: (m: string, most: string) => `定位太粗（约 ${m}，最多 ${most}），没有采用。请打开「精确位置」，或到窗边、室外。`,
    sound: {
      on: "已解锁，会响",
      others: "未解锁：应用里不会出声，会用其他通道再叫您。请点下面解锁。",
      none: "未解锁：警报不会出声！请点下面解锁。",
    } as Texts,
    proof: {
      proven: "已送达",
      old: "上次送达已过两周。请再测一次。",
      unproven: "还没有证实。请点下面发一次测试呼叫。",
      waiting: "已发出，等待送达…",
      failed: "上次没有送达！请检查网络和系统设置，再测一次。",
    } as Texts,
    closed: {
      push: "通过系统推送响铃",
      unknown: "正在确认…",
      off: "推送未开启，关闭应用后叫不到您。请开启推送，或待命时保持本页打开。",
      denied: "通知被拒绝，关闭应用后叫不到您。请在手机系统设置的「通知」中允许本应用。",
      unsupported: "此浏览器不能推送，关闭应用后叫不到您。待命时请保持本页打开。",
      not_offered: "服务器未开通推送，关闭应用后叫不到您。待命时请保持本页打开。",
    } as Texts,
    more: (n: number) => `另有 ${n} 项要处理，见下。`,
  },
  {
    yes: (when: string) => `Yes. A test alarm arrived ${when}, and all is in order.`,
    no: "No: ",
    maybe: "Perhaps not: ",
    asking: "Looking…",
    labels: { session: "Sign-in", papers: "Certificate", duty: "Duty", line: "Connection", sound: "Sound", place: "Position", closed: "When the app is closed", proof: "Test alarm" },
    session: { over: "You are signed out on this phone. Ask whoever invited you for a new invitation." },
    papers: { unknown: "Waiting for the service…", fine: "Valid" },
    askForPapers: "Bring your new certificate to the volunteers' coordinator to have it registered.",
    duty: { unknown: "Waiting for the service…", on: "On duty", off: "Off duty: you will not be called. Tap “Go on duty” above when you want to be." },
    line: {
      on: "Connected",
      others: "No connection now: you can only be reached another way, as by SMS or phone. Check your network.",
      none: "No connection now, and no other way. Check your network, or turn push on.",
    },
    place: {
      off: "Not used off duty",
      on: "Allowed",
      none: "No position yet. Go to a window or outdoors, and turn the phone's location on.",
      denied: "Location is denied: your registered home counts instead, and you may be missed. Allow it in the settings of the phone.",
      unavailable: "This browser has no location: your registered home counts instead, and you may be missed. Use another browser.",
      noHome: "No home is registered, so you are not called.",
    },
    coarse: (m: string, most: string) => `The position is too vague (about ${m}, at most ${most}) and not used. Turn on “precise location”, or go to a window or outdoors.`,
    sound: {
      on: "Unlocked, it will ring",
      others: "Locked: the app would be silent, and you are called another way. Tap below to unlock it.",
      none: "Locked: the alarm would be silent! Tap below to unlock it.",
    },
    proof: {
      proven: "Arrived",
      old: "The last one arrived over two weeks ago. Please test again.",
      unproven: "Not proven yet. Send a test alarm below.",
      waiting: "Sent, waiting for it to arrive…",
      failed: "The last one did not arrive! Check your connection and settings, and test again.",
    },
    closed: {
      push: "Rings by push notification",
      unknown: "Looking…",
      off: "Push is off: closed, the app cannot be reached. Turn push on, or keep this page open while on duty.",
      denied: "Notifications are denied: closed, the app cannot be reached. Allow them for this app in the settings of the phone.",
      unsupported: "This browser has no push: closed, the app cannot be reached. Keep this page open while on duty.",
      not_offered: "The service offers no push: closed, the app cannot be reached. Keep this page open while on duty.",
    },
    more: (n: number) => `${n} more to see to, below.`,
  },
);
