// Opening hours as people read them: the notation of OpenStreetMap, word by word. What is not understood stays as it is.
import type { Lang } from "../shared/i18n.ts";

const ZH: Record<string, string> = {
  Mo: "周一",
  Tu: "周二",
  We: "周三",
  Th: "周四",
  Fr: "周五",
  Sa: "周六",
  Su: "周日",
  PH: "节假日",
  SH: "学校假期",
  off: "休息",
  closed: "休息",
  unknown: "不确定",
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
for (const [index, name] of MONTHS.entries()) ZH[name] = `${index + 1}月`;
const EN: Readonly<Record<string, string>> = { Mo: "Mon", Tu: "Tue", We: "Wed", Th: "Thu", Fr: "Fri", Sa: "Sat", Su: "Sun", PH: "holidays", SH: "school holidays", off: "closed", unknown: "not certain" };

/** Whether the source's own words say more than what is shown of them. */
export function isWrittenOtherwise(aed: { opening_hours: string; hours_as_written?: string }): boolean {
  const written = aed.hours_as_written ?? "";
  return written !== "" && written !== aed.opening_hours;
}

export function readableHours(text: string, lang: Lang): string {
  if (/^24\/7$/.test(text.trim())) return lang === "zh" ? "全天 24 小时" : "Day and night";
  const names = lang === "zh" ? ZH : EN;
  const every = lang === "zh" ? "每天" : "every day";
  return text
    .replace(/\bMo\s*-\s*Su\b/g, every)
    .replace(/\b[A-Za-z]+\b/g, (word) => names[word] ?? word)
    .replace(/\s*;\s*/g, lang === "zh" ? "；" : "; ")
    .replace(/(\d)-(\d)/g, "$1–$2")
    .replace(/(周.|Mon|Tue|Wed|Thu|Fri|Sat|Sun)-(?=周|[MTWFS])/g, lang === "zh" ? "$1至" : "$1 to ");
}
