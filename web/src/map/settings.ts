// Where the base map comes from, asked once for all maps of a page.
import { api } from "../shared/api.ts";
import type { MapSettings } from "./types.ts";

let asked: Promise<MapSettings> | null = null;

export function mapSettings(): Promise<MapSettings> {
  asked ??= api.get("/api/map", {}).catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}
