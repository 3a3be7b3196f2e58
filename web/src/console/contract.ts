// What the console reads from the service, by the names its screens use; the shapes are the service's own.
import type { Schemas } from "../shared/api.ts";

export type Datum = "wgs84" | "gcj02" | "bd09";
export type IncidentView = Schemas["IncidentView"];
export type AlertView = Schemas["AlertView"];
export type Place = Schemas["CallLocation"];
export type PlaceSeen = Schemas["PlaceSeen"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Reason = Schemas["ReasonView"];
export type Links = Schemas["Links"];
export type ConsoleAed = Schemas["ConsoleAed"];
export type AedProblem = Schemas["ProblemView"];

export type Candidate = Schemas["CandidateView"];
export type CallOffReason = NonNullable<Schemas["CallOffAlert"]["reason"]>;
