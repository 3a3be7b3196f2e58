// What the symbols mean, drawn from the same description as on the map.
import { dictionary } from "../shared/i18n.ts";
import { type SymbolName, SYMBOLS } from "./symbols.ts";
import "./city-map.css";

export type LegendItem = SymbolName | "reach" | "area" | "route";

const words = dictionary(
  {
    label: "图例",
    aed_yes: "AED：现在可用",
    aed_no: "AED：现在不可用",
    aed_unknown: "AED：不确定",
    aed_reserved: "AED：已有人去取",
    direct: "直接前往",
    fetch_aed: "先取 AED",
    alerted: "已呼叫，未应答",
    alerted_fetch: "已呼叫（取 AED）",
    arrived: "已到达",
    stale: "位置已过时",
    incident: "急救事件",
    attention: "需要人工处理",
    closed: "已结束",
    patient: "患者",
    self: "我的位置",
    reach: "步行可达范围",
    area: "患者在此范围内",
    route: "步行路线",
  },
  {
    label: "Legend",
    aed_yes: "AED, usable now",
    aed_no: "AED, not usable now",
    aed_unknown: "AED, not known",
    aed_reserved: "AED, being fetched",
    direct: "Going straight there",
    fetch_aed: "Fetching an AED",
    alerted: "Called, no answer yet",
    alerted_fetch: "Called (AED), no answer",
    arrived: "Arrived",
    stale: "Position is old",
    incident: "Incident",
    attention: "Needs a dispatcher",
    closed: "Over",
    patient: "Patient",
    self: "You",
    reach: "Within the walking time",
    area: "The patient is in here",
    route: "Way on foot",
  },
);

export function SymbolPicture({ name, size = 22 }: { name: SymbolName; size?: number }) {
  return (
    <svg class="city-map-symbol" viewBox="-1 -1 26 26" width={size} height={size} aria-hidden="true" focusable="false">
      {SYMBOLS[name].map(({ path, fill, stroke, width }) => (
        <path d={path} fill={fill ?? "none"} stroke={stroke ?? "none"} stroke-width={width ?? 0} stroke-linecap="round" stroke-linejoin="round" />
      ))}
    </svg>
  );
}

export function MapLegend({ items, class: extra = "" }: { items: readonly LegendItem[]; class?: string; lang?: "zh" | "en" }) {
  return (
    <ul class={`city-map-legend ${extra}`} aria-label={words.value.label}>
      {items.map((item) => (
        <li key={item}>
          {item in SYMBOLS ? <SymbolPicture name={item as SymbolName} /> : <span class="city-map-swatch" data-kind={item} aria-hidden="true" />}
          <span>{words.value[item]}</span>
        </li>
      ))}
    </ul>
  );
}
