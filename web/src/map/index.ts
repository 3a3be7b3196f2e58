// What pages use. The map itself comes later, in a part of its own: importing this costs next to nothing.
export { CityMap, type CityMapProps } from "./city-map.tsx";
export { MapLegend, SymbolPicture, type LegendItem } from "./legend.tsx";
export type * from "./types.ts";
