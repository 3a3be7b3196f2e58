// An incident's timeline in words, with the reason why each person was rung.
import { formatDistance, formatDuration, formatTime, lang } from "../shared/i18n.ts";
import type { Reason, TimelineEntry } from "./contract.ts";
import { attentionWord, reasonWord, searchReasonWord, takenUpWord } from "./words.ts";

export type Tone = "plain" | "good" | "bad" | "ask" | "quiet";

export interface Told {
  seq: number;
  at: Date;
  kind: string;
  tone: Tone;
  text: string;
  why: string;
}

export interface TellContext {
  who: (alertId: string, rescuerId?: string) => string;
  aed: (aedId: string) => string;
}

type Data = Record<string, unknown>;
type Said = readonly [tone: Tone, text: string];

const text = (data: Data, name: string): string => (typeof data[name] === "string" ? data[name] : "");
const number = (data: Data, name: string): number => (typeof data[name] === "number" ? data[name] : 0);

/** The entries in words, oldest first. */
export function tellTimeline(entries: readonly TimelineEntry[], context: TellContext): Told[] {
  return folded(entries).map(({ seq, at, type, data, reason }) => {
    const [tone, said] = say(type, data, context);
    const why = reason ? (type === "RescuerAlerted" ? whyRung(data, reason, context) : searchReasonWord(reason.code)) : "";
    return { seq, at: new Date(at), kind: type, tone, text: said, why };
  });
}

const isEmptySearch = (entry: TimelineEntry | undefined): boolean => entry?.type === "SearchMade" && entry.data["alerted"] === 0;

/** The integration of calls that were opened at a console. */
const BY_HAND = "console";

const FOR_MANY = new Set(["AlertWithdrawn", "AlertTimedOut", "AlertUndelivered"]);

const moreOf = (data: Data): string[] => (Array.isArray(data["more"]) ? (data["more"] as string[]) : []);

/** The same happened to several people at once. */
const isSameOfOthers = (a: TimelineEntry, b: TimelineEntry): boolean =>
  FOR_MANY.has(b.type) && a.type === b.type && a.at === b.at && a.data["reason"] === b.data["reason"];

/** Searches that found nobody, one after another, say no more than their last; that a wave is over says the next. */
function folded(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const told: TimelineEntry[] = [];
  // A dispatcher's own call needs no word of 120's to confirm it.
  const byHand = entries[0]?.data["integration"] === BY_HAND;
  for (const entry of entries) {
    if (entry.type === "WaveEnded" || (byHand && entry.type === "CallConfirmed")) continue;
    const before = told.at(-1);
    if (isEmptySearch(entry) && isEmptySearch(before)) told.pop();
    if (before && isSameOfOthers(before, entry)) {
      told[told.length - 1] = { ...before, data: { ...before.data, more: [...moreOf(before.data), text(entry.data, "alert_id")] } };
    } else told.push(entry);
  }
  return told;
}

/** Why this one: the rule's own reason, the trip, and the budget that others did not keep. */
function whyRung(data: Data, reason: Reason, context: TellContext): string {
  const zh = lang.value === "zh";
  const walk = formatDuration(number(data, "walk_time_s"));
  const estimate = data["straight_line"] ? (zh ? "（无路网，直线估算）" : " (straight-line estimate)") : "";
  const trip = text(data, "role") === "fetch_aed" ? tripWords(data, walk, context) : zh ? `步行 ${walk}` : `${walk} on foot`;
  const within = reason.budget_s ? withinWords(formatDuration(reason.budget_s), zh) : "";
  return [rankWords(reason, zh), trip + estimate, within].filter(Boolean).join(zh ? "；" : "; ");
}

function tripWords(data: Data, walk: string, context: TellContext): string {
  const aed = context.aed(text(data, "aed_id"));
  const to = formatDuration(number(data, "to_aed_s"));
  return lang.value === "zh"
    ? `${to}到 ${aed}，取机后全程 ${walk}到患者处`
    : `${to} to ${aed}, ${walk} in all to the patient`;
}

function rankWords({ code, rank, of }: Reason, zh: boolean): string {
  const ofAll = rank && of && of > 1 ? (zh ? `，${of} 人中第 ${rank} 快` : `, no. ${rank} of ${of}`) : "";
  switch (code) {
    case "fastest_hands":
      return zh ? "离患者最近，先去做心肺复苏" : "quickest to the patient: hands for CPR first";
    case "quickest_aed":
      return (zh ? "取 AED 最快" : "quickest with an AED") + ofAll;
    case "more_hands":
      return (zh ? "增加人手直达" : "more hands, straight there") + ofAll;
    case "by_hand":
      return zh ? "调度员加派" : "added by a dispatcher";
    default:
      return code;
  }
}

const withinWords = (budget: string, zh: boolean): string => (zh ? `限 ${budget}内` : `limit ${budget}`);

function say(type: string, data: Data, context: TellContext): Said {
  return (lang.value === "zh" ? sayZh : sayEn)(type, data, context);
}

function whoOf(data: Data, context: TellContext): string {
  const names = [context.who(text(data, "alert_id"), text(data, "rescuer_id")), ...moreOf(data).map((id) => context.who(id))];
  return names.join(lang.value === "zh" ? "、" : ", ");
}

function sayZh(type: string, data: Data, context: TellContext): Said {
  const who = (): string => whoOf(data, context);
  const why = (): string => reasonWord(text(data, "reason"));
  const moved = data["moved_m"];
  switch (type) {
    case "IncidentOpened":
      return ["plain", text(data, "integration") === BY_HAND ? "调度员手工录入呼救" : "收到 120 呼救"];
    case "CallConfirmed":
      return ["quiet", "120 已确认呼救"];
    case "LocationSet":
      return ["plain", typeof moved === "number" ? `患者位置更新，移动 ${formatDistance(moved)}` : "得到患者位置"];
    case "AmbulanceEtaSet":
      return ["plain", `救护车预计 ${formatTime(text(data, "eta_at"), true)} 到达`];
    case "AttentionRaised":
      return ["ask", `需人工处理：${attentionWord(text(data, "code"))}`];
    case "AttentionCleared":
      return ["quiet", "已处理，不再需要人工"];
    case "SearchMade":
      return ["quiet", searchZh(data)];
    case "WaveEnded":
      return ["quiet", "本批应答时间到，扩大范围"];
    case "RescuerAlerted":
      return ["plain", `呼叫 ${who()}（${text(data, "role") === "fetch_aed" ? "取 AED" : "直达"}）`];
    case "AlertAccepted":
      return ["good", `${who()} 接受，正在赶往`];
    case "AlertDeclined":
      return ["bad", `${who()} 不能去`];
    case "AlertTimedOut":
      return ["bad", `${who()} 未应答`];
    case "AlertUndelivered":
      return ["bad", `${who()} 的手机没有收到，另叫他人`];
    case "AlertOutwaited":
      return ["quiet", `${who()} 尚未应答（短信或电话），另叫他人`];
    case "SentStraight":
      return ["plain", `AED 已由他人去取，${who()} 直接赶往患者`];
    case "AlertWithdrawn":
      return ["quiet", `取消呼叫 ${who()}：${why()}`];
    case "AssignmentHandedBack":
      return ["bad", `${who()} 中途退出`];
    case "WalkTimeRevised":
      return ["plain", `${who()} 的路程改为 ${formatDuration(number(data, "walk_time_s"))}`];
    case "AedCollected":
      return ["good", `${who()} 已取到 ${context.aed(text(data, "aed_id"))}`];
    case "DoorReached":
      return ["good", `${who()} 到达楼下`];
    case "ResponderArrived":
      return ["good", `${who()} 到达患者身边`];
    case "ResponderDone":
      return ["plain", `${who()} 完成交接`];
    case "AedReturned":
      return ["quiet", `${context.aed(text(data, "aed_id"))} 已放回`];
    case "ResponderStoodDown":
      return ["bad", `撤回 ${who()}：${why()}`];
    case "NobodyAvailable":
      return ["ask", "附近暂无人可派，继续搜索"];
    case "SearchPutOff":
      return data["beside"] ? ["ask", `相距 ${formatDistance(number(data, "distance_m"))} 另有一起事件，暂缓呼叫`] : ["quiet", "120 迟报的呼救，稍候是否已结束"];
    case "SearchTakenUp":
      return ["plain", `开始呼叫：${takenUpWord(text(data, "reason"))}`];
    case "IncidentTakenIn":
      return ["plain", `另一起呼救 ${text(data, "cad_ref")} 并入本事件`];
    case "JoinedTo":
      return ["plain", "并入另一起事件"];
    case "ReferenceEnded":
      return ["quiet", `120 结束了其中一个受理号 ${text(data, "cad_ref")}`];
    case "SearchEnded":
      return ["quiet", `不再呼叫更多人：${why()}`];
    case "AmbulanceArrived":
      return ["good", "救护车到达"];
    case "IncidentClosed":
      return ["plain", `事件结束：${why()}`];
    default:
      return ["quiet", type];
  }
}

function searchZh(data: Data): string {
  const [direct, fetch] = [number(data, "direct_budget_s"), number(data, "fetch_budget_s")];
  const reach = `直达 ${formatDuration(direct)}、取 AED ${formatDuration(fetch)}内`;
  const found = number(data, "alerted");
  return `第 ${number(data, "wave") + 1} 批搜索（${reach}）：${found ? `呼叫 ${found} 人` : "没有找到新的人"}`;
}

function sayEn(type: string, data: Data, context: TellContext): Said {
  const who = (): string => whoOf(data, context);
  const why = (): string => reasonWord(text(data, "reason"));
  const moved = data["moved_m"];
  switch (type) {
    case "IncidentOpened":
      return ["plain", text(data, "integration") === BY_HAND ? "Opened by a dispatcher" : "Call from 120"];
    case "CallConfirmed":
      return ["quiet", "120 has confirmed the call"];
    case "LocationSet":
      return ["plain", typeof moved === "number" ? `Patient's place moved by ${formatDistance(moved)}` : "Patient's place known"];
    case "AmbulanceEtaSet":
      return ["plain", `Ambulance expected at ${formatTime(text(data, "eta_at"), true)}`];
    case "AttentionRaised":
      return ["ask", `Needs you: ${attentionWord(text(data, "code"))}`];
    case "AttentionCleared":
      return ["quiet", "Settled, needs nobody any more"];
    case "SearchMade":
      return ["quiet", searchEn(data)];
    case "WaveEnded":
      return ["quiet", "Time for answers is over; the search reaches farther"];
    case "RescuerAlerted":
      return ["plain", `Ringing ${who()} (${text(data, "role") === "fetch_aed" ? "by way of an AED" : "direct"})`];
    case "AlertAccepted":
      return ["good", `${who()} accepted and is on the way`];
    case "AlertDeclined":
      return ["bad", `${who()} cannot come`];
    case "AlertTimedOut":
      return ["bad", `No answer from ${who()}`];
    case "AlertUndelivered":
      return ["bad", `Not reached, so others are rung: ${who()}`];
    case "AlertOutwaited":
      return ["quiet", `No answer yet from ${who()}, who was sent a message: others are rung`];
    case "SentStraight":
      return ["plain", `Somebody else fetches the AED: ${who()} goes straight to the patient`];
    case "AlertWithdrawn":
      return ["quiet", `No longer rung: ${who()} (${why()})`];
    case "AssignmentHandedBack":
      return ["bad", `${who()} cannot go on`];
    case "WalkTimeRevised":
      return ["plain", `${who()} now has ${formatDuration(number(data, "walk_time_s"))} to go`];
    case "AedCollected":
      return ["good", `${who()} has ${context.aed(text(data, "aed_id"))}`];
    case "DoorReached":
      return ["good", `${who()} is at the door`];
    case "ResponderArrived":
      return ["good", `${who()} is with the patient`];
    case "ResponderDone":
      return ["plain", `${who()} has handed over`];
    case "AedReturned":
      return ["quiet", `${context.aed(text(data, "aed_id"))} is back in its place`];
    case "ResponderStoodDown":
      return ["bad", `${who()} was called off: ${why()}`];
    case "NobodyAvailable":
      return ["ask", "Nobody nearby can be sent; the search goes on"];
    case "SearchPutOff":
      return data["beside"]
        ? ["ask", `${formatDistance(number(data, "distance_m"))} away is another incident: nobody is rung for now`]
        : ["quiet", "Told late: its end may be right behind it"];
    case "SearchTakenUp":
      return ["plain", `The search begins: ${takenUpWord(text(data, "reason"))}`];
    case "IncidentTakenIn":
      return ["plain", `Another call, ${text(data, "cad_ref")}, is this incident`];
    case "JoinedTo":
      return ["plain", "Joined to another incident"];
    case "ReferenceEnded":
      return ["quiet", `120 has ended one of its calls, ${text(data, "cad_ref")}`];
    case "SearchEnded":
      return ["quiet", `Nobody more is rung: ${why()}`];
    case "AmbulanceArrived":
      return ["good", "The ambulance is there"];
    case "IncidentClosed":
      return ["plain", `Closed: ${why()}`];
    default:
      return ["quiet", type];
  }
}

function searchEn(data: Data): string {
  const [direct, fetch] = [number(data, "direct_budget_s"), number(data, "fetch_budget_s")];
  const reach = `direct ${formatDuration(direct)}, with AED ${formatDuration(fetch)}`;
  const found = number(data, "alerted");
  return `Search ${number(data, "wave") + 1} (${reach}): ${found ? `${found} rung` : "nobody new"}`;
}
