// The map: metres in, pixels out. Streets and demand are drawn to a sheet of their own, which is moved while the view
// moves and drawn anew when it rests; what people point at is drawn on top each time.
const TILE_M = 1000;
const streets = plan.streets && {
  ...lines(plan.streets),
  group: bytes(plan.streets.group),
  name: numbers(plan.streets.name),
  names: plan.streets.names,
};
const demand = { ...places(plan.demand.xy), state: bytes(plan.demand.state), size: bytes(plan.demand.size) };
const aeds = { ...places(plan.aeds.xy), state: bytes(plan.aeds.state), names: plan.aeds.names };
const withPath = (part) => {
  const rings = lines(part.rings);
  return { ...part, ...rings, path: pathOf(rings) };
};
const gaps = plan.gaps.map(withPath);
const outlines = plan.outlines.map(withPath);
const sites = plan.sites;

// Streets by tile: only what is in view is drawn and searched.
const tiles = new Map();
if (streets) {
  for (let line = 0; line + 1 < streets.first.length; line++) {
    const at = streets.first[line];
    const key = `${Math.floor(streets.x[at] / TILE_M)},${Math.floor(streets.y[at] / TILE_M)}`;
    let tile = tiles.get(key);
    if (!tile) {
      tile = { lines: [], paths: null, box: [Infinity, Infinity, -Infinity, -Infinity] };
      tiles.set(key, tile);
    }
    tile.lines.push(line);
    for (let i = at; i < streets.first[line + 1]; i++) {
      tile.box[0] = Math.min(tile.box[0], streets.x[i]);
      tile.box[1] = Math.min(tile.box[1], streets.y[i]);
      tile.box[2] = Math.max(tile.box[2], streets.x[i]);
      tile.box[3] = Math.max(tile.box[3], streets.y[i]);
    }
  }
}

function tilePaths(tile) {
  if (!tile.paths) {
    tile.paths = [0, 1, 2, 3].map(() => new Path2D());
    for (const line of tile.lines) {
      const path = tile.paths[plan.by_time ? streets.group[line] : 0];
      for (let i = streets.first[line]; i < streets.first[line + 1]; i++) {
        if (i === streets.first[line]) path.moveTo(streets.x[i], streets.y[i]);
        else path.lineTo(streets.x[i], streets.y[i]);
      }
    }
  }
  return tile.paths;
}

const canvas = document.getElementById("map");
const context = canvas.getContext("2d");
const sheet = document.createElement("canvas");
const sheetContext = sheet.getContext("2d");
const view = { x: 0, y: 0, scale: 0.05, width: 1, height: 1, dpr: 1 };
let sheetView = null;
let waiting = 0;
let chosen = null;
const isOn = (layer) => {
  const box = document.querySelector(`input[data-layer="${layer}"]`);
  return Boolean(box && box.checked);
};
const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
const toX = (x, on = view) => on.width / 2 + (x - on.x) * on.scale;
const toY = (y, on = view) => on.height / 2 - (y - on.y) * on.scale;

function whole() {
  const xs = [];
  const ys = [];
  const add = (part) => {
    for (let i = 0; i < part.x.length; i++) {
      xs.push(part.x[i]);
      ys.push(part.y[i]);
    }
  };
  add(demand);
  add(aeds);
  for (const site of sites) xs.push(site.x), ys.push(site.y);
  const middle = (values) => {
    values.sort((a, b) => a - b);
    // A few points far out would make everything else small.
    const cut = Math.floor(values.length * 0.002);
    return [values[cut], values[values.length - 1 - cut]];
  };
  if (!xs.length) return [-1000, -1000, 1000, 1000];
  const [west, east] = middle(xs);
  const [south, north] = middle(ys);
  return [west, south, east, north];
}

function showBox([west, south, east, north]) {
  view.x = (west + east) / 2;
  view.y = (south + north) / 2;
  view.scale = 0.94 * Math.min(view.width / Math.max(200, east - west), view.height / Math.max(200, north - south));
  drawSoon(true);
}

function measure() {
  const box = canvas.getBoundingClientRect();
  view.dpr = Math.min(2, window.devicePixelRatio || 1);
  view.width = Math.max(1, box.width);
  view.height = Math.max(1, box.height);
  for (const each of [canvas, sheet]) {
    each.width = Math.round(view.width * view.dpr);
    each.height = Math.round(view.height * view.dpr);
  }
}

function inMetres(on, each) {
  each.setTransform(
    on.scale * on.dpr, 0, 0, -on.scale * on.dpr,
    (on.width / 2 - on.x * on.scale) * on.dpr, (on.height / 2 + on.y * on.scale) * on.dpr,
  );
}

function drawSheet() {
  sheetView = { ...view };
  const draw = sheetContext;
  draw.setTransform(1, 0, 0, 1, 0, 0);
  draw.fillStyle = colour("ground");
  draw.fillRect(0, 0, sheet.width, sheet.height);
  inMetres(view, draw);
  draw.lineJoin = "round";
  draw.strokeStyle = colour("outline");
  draw.lineWidth = 1.2 / view.scale;
  for (const outline of outlines) draw.stroke(outline.path);
  if (streets && isOn("streets")) drawStreets(draw);
  if (isOn("demand")) drawDemand(draw);
}

function drawStreets(draw) {
  const [west, east] = [view.x - view.width / 2 / view.scale, view.x + view.width / 2 / view.scale];
  const [south, north] = [view.y - view.height / 2 / view.scale, view.y + view.height / 2 / view.scale];
  const seen = [...tiles.values()].filter(
    ({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south,
  );
  draw.lineWidth = Math.min(4, Math.max(0.7, 6 * view.scale)) / view.scale;
  for (const group of plan.by_time ? [3, 2, 1, 0] : [0]) {
    draw.strokeStyle = colour(plan.by_time ? `walk${group}` : "street");
    for (const tile of seen) draw.stroke(tilePaths(tile)[group]);
  }
}

function drawDemand(draw) {
  draw.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  const most = Math.min(9, Math.max(1.6, 60 * view.scale, 160 / Math.sqrt(demand.x.length)));
  for (const [state, name] of [[0, "open"], [1, "walk0"], [2, "new"]]) {
    draw.fillStyle = colour(name);
    // What a plan covers must not drown in what it leaves open.
    draw.globalAlpha = state === 0 && sites.length ? 0.35 : 0.8;
    for (let i = 0; i < demand.x.length; i++) {
      if (demand.state[i] !== state) continue;
      const size = Math.max(1.2, most * Math.sqrt(demand.size[i] / 255));
      draw.fillRect(toX(demand.x[i]) - size / 2, toY(demand.y[i]) - size / 2, size, size);
    }
  }
  draw.globalAlpha = 1;
}

function dot(x, y, radius, fill, edge) {
  context.beginPath();
  context.arc(toX(x), toY(y), radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = Math.min(1.3, radius / 3);
  context.fill();
  context.stroke();
}

function drawGaps() {
  inMetres(view, context);
  context.fillStyle = colour("gap");
  context.strokeStyle = colour("gap");
  // The more demand lies in a gap the stronger it is drawn; borders would hide small gaps from afar.
  const border = Math.min(1, view.scale / 0.06);
  context.lineWidth = (0.4 + 0.8 * border) / view.scale;
  for (const gap of gaps) {
    context.globalAlpha = 0.06 + 0.3 * gap.part;
    context.fill(gap.path, "evenodd");
    context.globalAlpha = (0.25 + 0.5 * gap.part) * Math.max(0.3, border);
    context.stroke(gap.path);
  }
  context.globalAlpha = 1;
  context.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
}

function drawAeds() {
  const radius = Math.min(7, Math.max(2.6, 40 * view.scale));
  const fills = ["usable", "unknown", "closed"].map(colour);
  const edge = colour("edge");
  for (const state of [2, 1, 0]) {
    for (let i = 0; i < aeds.x.length; i++) {
      if (aeds.state[i] === state) dot(aeds.x[i], aeds.y[i], radius, fills[state], edge);
    }
  }
}

function drawSites() {
  const [fill, halo] = [colour("site"), colour("halo")];
  context.font = "600 11px system-ui, sans-serif";
  context.textBaseline = "middle";
  const half = Math.min(6, Math.max(3.5, 120 * view.scale));
  // From the last to the first, so that the most useful lie on top.
  for (let i = sites.length - 1; i >= 0; i--) {
    const [x, y] = [toX(sites[i].x), toY(sites[i].y)];
    context.beginPath();
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
    context.fillStyle = fill;
    context.strokeStyle = halo;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
  context.lineWidth = 3;
  // A number only where no better site's number stands already.
  const taken = new Set();
  for (const site of sites) {
    const [x, y] = [toX(site.x), toY(site.y)];
    const places = [0, 1].map((dx) => `${Math.floor(x / 26) + dx},${Math.floor(y / 13)}`);
    if (places.some((place) => taken.has(place))) continue;
    places.forEach((place) => taken.add(place));
    context.strokeText(String(site.rank), x + half + 3, y);
    context.fillText(String(site.rank), x + half + 3, y);
  }
}

function draw(fresh) {
  if (fresh || !sheetView) drawSheet();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = colour("ground");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const zoom = view.scale / sheetView.scale;
  const left = toX(sheetView.x - sheetView.width / 2 / sheetView.scale) * view.dpr;
  const top = toY(sheetView.y + sheetView.height / 2 / sheetView.scale) * view.dpr;
  context.drawImage(sheet, left, top, sheet.width * zoom, sheet.height * zoom);
  context.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  if (isOn("gaps")) drawGaps();
  if (isOn("aeds")) drawAeds();
  if (isOn("sites")) drawSites();
  if (chosen) {
    context.beginPath();
    context.arc(toX(chosen.x), toY(chosen.y), 15, 0, 2 * Math.PI);
    context.strokeStyle = colour("accent");
    context.lineWidth = 3;
    context.stroke();
  }
  drawScale();
}

function drawScale() {
  let metres = 1;
  for (const step of [1, 2, 5]) {
    for (let power = 1; power < 1e6; power *= 10) {
      if (step * power * view.scale <= 120 && step * power > metres) metres = step * power;
    }
  }
  const bar = document.getElementById("scale");
  bar.style.width = `${metres * view.scale}px`;
  bar.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}

let asked = 0;
function drawSoon(fresh) {
  if (!asked) {
    asked = requestAnimationFrame(() => {
      asked = 0;
      draw(false);
    });
  }
  clearTimeout(waiting);
  waiting = setTimeout(() => draw(true), fresh ? 0 : 90);
}
