// What the console reads from the service, by the names its screens use; the shapes are the service's own.
import type { Schemas } from "../shared/api.ts";

export type Datum = "wgs84" | "gcj02" | "bd09";
export type IncidentView = Schemas["IncidentView"];
export type AlertView = Schemas["AlertView"];
export type Place = Schemas["CallLocation"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Reason = Schemas["ReasonView"];
export type Links = Schemas["Links"];
export type ConsoleAed = Schemas["ConsoleAed"];
export type AedProblem = Schemas["ProblemView"];

export interface Candidate {
  rescuer_id: string;
  walk_time_s: number | null;
  straight_line: boolean;
  aed_id: string | null;
  to_aed_s: number | null;
  fetch_time_s: number | null;
  before: string | null;
}
export type CallOffReason = NonNullable<Schemas["CallOffAlert"]["reason"]>;
