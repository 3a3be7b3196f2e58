// The map's symbols, told apart by shape before colour, drawn from one description on the map's canvas, in its GL sprites and in
// the legend. Each stands in a box of 24 by 24. A red cross on white marks nothing here: that emblem is protected, and may mark
// neither patients nor apps. AEDs bear the sign of ISO 7010 E010, white on green.
export interface Stroke {
  path: string;
  fill?: string;
  stroke?: string;
  width?: number;
}
export type SymbolName =
  | "aed_yes"
  | "aed_no"
  | "aed_unknown"
  | "aed_reserved"
  | "direct"
  | "fetch_aed"
  | "alerted"
  | "alerted_fetch"
  | "arrived"
  | "stale"
  | "incident"
  | "attention"
  | "closed"
  | "patient"
  | "self";

const WHITE = "#ffffff";
const GREEN = "#0f7a3d";
const GREY = "#5c6674";
const AMBER = "#f2a900";
const BLUE = "#1257a8";
const PURPLE = "#7a2fa3";
const RED = "#c4121f";
const INK = "#1a1f27";

const circle = (r: number, cx = 12, cy = 12) => `M${cx - r} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
const SQUARE = "M5 1.5h14a3.5 3.5 0 0 1 3.5 3.5v14a3.5 3.5 0 0 1-3.5 3.5H5A3.5 3.5 0 0 1 1.5 19V5A3.5 3.5 0 0 1 5 1.5Z";
const DIAMOND = "M12 .8 23.2 12 12 23.2.8 12Z";
const TRIANGLE = "M12 1.6 23 21.4H1Z";
/** A heart in the lower left, a bolt through it, and the white cross of first aid in the upper right. */
const HEART = "M10.2 21 4 14.6a3.9 3.9 0 0 1 5.6-5.5l.6.6.6-.6a3.9 3.9 0 0 1 5.6 5.5Z";
const BOLT = "M11.4 10.2 7.8 14.9h2.3L9.2 18.7l3.8-5h-2.4Z";
const FIRST_AID = "M17 3.7h1.6v1.5h1.5v1.6h-1.5v1.5H17V6.8h-1.5V5.2H17Z";
const CHECK = "M7 12.4l3.4 3.4L17 9";
/** Somebody lying on the ground: the head, the body, the ground. */
const LYING_HEAD = circle(2.1, 6.9, 11.4);
const LYING_BODY = "M10.2 12.2 14 9.6l1.6 2.6H18.6";
const GROUND = "M5 15.8h14";
const PULSE = "M4.8 12.4h3.4l1.7-4.4 3.3 8.4 2-5.2.8 1.2h3.2";
const QUESTION = "M9.2 9.4a2.9 2.9 0 1 1 4.3 2.5c-.9.5-1.5 1-1.5 2.1M12 16.6v.9";

export const SYMBOLS: Readonly<Record<SymbolName, readonly Stroke[]>> = {
  aed_yes: [
    { path: SQUARE, fill: GREEN, stroke: WHITE, width: 1.6 },
    { path: HEART, fill: WHITE },
    { path: BOLT, fill: GREEN },
    { path: FIRST_AID, fill: WHITE },
  ],
  aed_no: [
    { path: SQUARE, fill: GREY, stroke: WHITE, width: 1.6 },
    { path: "M6 10.3h12v3.4H6Z", fill: WHITE },
  ],
  aed_unknown: [
    { path: DIAMOND, fill: AMBER, stroke: INK, width: 1.4 },
    { path: QUESTION, stroke: INK, width: 2 },
  ],
  aed_reserved: [
    { path: circle(11), fill: PURPLE, stroke: WHITE, width: 1.4 },
    { path: "M12 17.4 7 12.4a3.2 3.2 0 0 1 4.5-4.5l.5.5.5-.5a3.2 3.2 0 0 1 4.5 4.5Z", fill: WHITE },
  ],
  direct: [{ path: circle(9), fill: BLUE, stroke: WHITE, width: 2.4 }],
  fetch_aed: [{ path: TRIANGLE, fill: PURPLE, stroke: WHITE, width: 2.2 }],
  alerted: [{ path: circle(6), fill: WHITE, stroke: BLUE, width: 2.4 }],
  alerted_fetch: [{ path: "M12 4.6 19.6 18.4H4.4Z", fill: WHITE, stroke: PURPLE, width: 2.4 }],
  arrived: [
    { path: circle(10), fill: GREEN, stroke: WHITE, width: 2 },
    { path: CHECK, stroke: WHITE, width: 2.6 },
  ],
  stale: [
    { path: circle(7.5), fill: "#d8dde4", stroke: GREY, width: 2 },
    { path: "M9 12h6", stroke: GREY, width: 2.2 },
  ],
  incident: [
    { path: circle(10.6), fill: RED, stroke: WHITE, width: 2 },
    { path: PULSE, stroke: WHITE, width: 2 },
  ],
  attention: [
    { path: "M12 1.2 23 20.8H1Z", fill: AMBER, stroke: INK, width: 1.6 },
    { path: "M12 8v6.4M12 17v.8", stroke: INK, width: 2.4 },
  ],
  closed: [{ path: circle(6), fill: "#aeb6c1", stroke: GREY, width: 2 }],
  patient: [
    { path: circle(11), fill: RED, stroke: WHITE, width: 1.6 },
    { path: LYING_HEAD, fill: WHITE },
    { path: LYING_BODY, stroke: WHITE, width: 3 },
    { path: GROUND, stroke: WHITE, width: 1.6 },
  ],
  self: [{ path: circle(7.5), fill: "#1769d2", stroke: WHITE, width: 3 }],
};

/** A symbol as pixels, `sizePx` wide in CSS, sharp at this pixel ratio. */
export function drawn(name: SymbolName, sizePx: number, pixelRatio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(sizePx * pixelRatio);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d canvas");
  // A little room for the outline.
  const scale = (canvas.width / 24) * 0.94;
  context.translate(canvas.width * 0.03, canvas.width * 0.03);
  context.scale(scale, scale);
  context.lineJoin = context.lineCap = "round";
  for (const { path, fill, stroke, width } of SYMBOLS[name]) {
    const shape = new Path2D(path);
    if (fill !== undefined) {
      context.fillStyle = fill;
      context.fill(shape);
    }
    if (stroke !== undefined) {
      context.strokeStyle = stroke;
      context.lineWidth = width ?? 1;
      context.stroke(shape);
    }
  }
  return canvas;
}
