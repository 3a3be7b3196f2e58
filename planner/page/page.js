// The page: pointing and moving on the map, language and appearance, the curve's reading.
const tip = document.getElementById("tip");
const everything = whole();

function zoomAt(factor, px, py) {
  const [x, y] = [view.x + (px - view.width / 2) / view.scale, view.y - (py - view.height / 2) / view.scale];
  view.scale = Math.min(4, Math.max(0.0005, view.scale * factor));
  view.x = x - (px - view.width / 2) / view.scale;
  view.y = y + (py - view.height / 2) / view.scale;
  tip.hidden = true;
  drawSoon(false);
}

const zoomMiddle = (factor) => zoomAt(factor, view.width / 2, view.height / 2);

function move(dx, dy) {
  view.x -= dx / view.scale;
  view.y += dy / view.scale;
  tip.hidden = true;
  drawSoon(false);
}

function nearest(list, px, py, reach, at) {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < list.length; i++) {
    const [x, y] = at(i);
    const away = (toX(x) - px) ** 2 + (toY(y) - py) ** 2;
    if (away < least) [best, least] = [i, away];
  }
  return best;
}

function streetAt(x, y, reach) {
  let best = -1;
  let least = reach * reach;
  for (const tile of tiles.values()) {
    const [west, south, east, north] = tile.box;
    if (x < west - reach || x > east + reach || y < south - reach || y > north + reach) continue;
    for (const line of tile.lines) {
      for (let i = streets.first[line]; i + 1 < streets.first[line + 1]; i++) {
        const [dx, dy] = [streets.x[i + 1] - streets.x[i], streets.y[i + 1] - streets.y[i]];
        const along = ((x - streets.x[i]) * dx + (y - streets.y[i]) * dy) / (dx * dx + dy * dy || 1);
        const part = Math.max(0, Math.min(1, along));
        const away = (streets.x[i] + part * dx - x) ** 2 + (streets.y[i] + part * dy - y) ** 2;
        if (away < least) [best, least] = [line, away];
      }
    }
  }
  return best;
}

function textAt(px, py) {
  if (isOn("sites")) {
    const found = nearest(sites, px, py, 13, (i) => [sites[i].x, sites[i].y]);
    if (found >= 0) return sites[found][language()];
  }
  if (isOn("aeds")) {
    const found = nearest(aeds.names, px, py, 11, (i) => [aeds.x[i], aeds.y[i]]);
    if (found >= 0) {
      const state = word(["aed_usable", "aed_unknown", "aed_closed"][aeds.state[found]]);
      return aeds.names[found] ? `${aeds.names[found]}\n${state}` : state;
    }
  }
  const [x, y] = [view.x + (px - view.width / 2) / view.scale, view.y - (py - view.height / 2) / view.scale];
  const said = [];
  if (streets && isOn("streets")) {
    const line = streetAt(x, y, 6 / view.scale);
    if (line >= 0) {
      const name = streets.names.length ? streets.names[streets.name[line]] : "";
      if (name) said.push(name);
      if (plan.by_time) said.push(`${word("walk_title")}: ${word(`walk_${streets.group[line]}`)}`);
    }
  }
  if (isOn("gaps")) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    const gap = gaps.find((each) => context.isPointInPath(each.path, x, y, "evenodd"));
    if (gap) said.push(gap[language()]);
  }
  const district = outlines.find((each) => context.isPointInPath(each.path, x, y, "evenodd"));
  if (district && !said.length) said.push(district.name);
  return said.join("\n");
}

function showTip(text, px, py) {
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  tip.style.left = `${Math.max(4, Math.min(view.width - width - 4, px + 14))}px`;
  tip.style.top = `${py + height + 20 > view.height ? py - height - 12 : py + 16}px`;
}

const held = new Map();
canvas.addEventListener("pointerdown", (event) => {
  held.set(event.pointerId, [event.offsetX, event.offsetY]);
  canvas.setPointerCapture(event.pointerId);
  canvas.classList.add("dragging");
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    held.delete(event.pointerId);
    canvas.classList.remove("dragging");
    if (end === "pointerup") showTip(textAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  });
}
canvas.addEventListener("pointermove", (event) => {
  const here = [event.offsetX, event.offsetY];
  const before = held.get(event.pointerId);
  if (!before) {
    showTip(textAt(...here), ...here);
  } else if (held.size === 1) {
    move(here[0] - before[0], here[1] - before[1]);
  } else {
    const other = [...held.entries()].find(([id]) => id !== event.pointerId)[1];
    const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
    zoomAt(apart(here) / apart(before), (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
  }
  if (before) held.set(event.pointerId, here);
});
canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
canvas.addEventListener("wheel", (event) => {
  // A bare wheel scrolls the page, unless the reader has gone into the map.
  if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
  event.preventDefault();
  zoomAt(Math.exp(-event.deltaY / (event.deltaMode ? 12 : 360)), event.offsetX, event.offsetY);
}, { passive: false });

const KEYS = {
  ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0), ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60),
  "+": () => zoomMiddle(1.4), "=": () => zoomMiddle(1.4), "-": () => zoomMiddle(1 / 1.4), 0: () => showBox(everything),
};
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
const ZOOMS = { in: () => zoomMiddle(1.6), out: () => zoomMiddle(1 / 1.6), all: () => showBox(everything) };
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => { chosen = null; ZOOMS[button.dataset.zoom](); });
}
for (const box of document.querySelectorAll("input[data-layer]")) box.addEventListener("change", () => drawSoon(true));

for (const button of document.querySelectorAll(".show")) {
  button.addEventListener("click", () => {
    const { layer, index } = button.dataset;
    const box = document.querySelector(`input[data-layer="${layer}"]`);
    if (box) box.checked = true;
    const found = layer === "sites" ? sites[index] : gaps[index];
    if (!found) return;
    if (layer === "sites") {
      showBox([found.x - 700, found.y - 700, found.x + 700, found.y + 700]);
      chosen = found;
    } else {
      const [xs, ys] = [[...found.x], [...found.y]];
      showBox([Math.min(...xs) - 150, Math.min(...ys) - 150, Math.max(...xs) + 150, Math.max(...ys) + 150]);
      chosen = null;
    }
    canvas.scrollIntoView({ block: "center" });
    canvas.focus({ preventScroll: true });
    document.getElementById("said").textContent = found[language()];
    showTip(found[language()], view.width / 2, view.height / 2);
  });
}

function speak(to) {
  root.lang = to;
  for (const element of document.querySelectorAll("[data-label-en]")) {
    const text = element.dataset[to === "en" ? "labelEn" : "labelZh"];
    if (element.tagName === "TITLE") document.title = text;
    else element.setAttribute("aria-label", text);
  }
  for (const button of document.querySelectorAll("button[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === to));
  }
  tip.hidden = true;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
let wish = "auto";
function appear(as) {
  wish = as;
  root.dataset.theme = as === "auto" ? (dark.matches ? "dark" : "light") : as;
  for (const button of document.querySelectorAll("button[data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === as));
  }
  drawSoon(true);
}
dark.addEventListener("change", () => appear(wish));
for (const button of document.querySelectorAll("button[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));
for (const button of document.querySelectorAll("button[data-theme]")) button.addEventListener("click", () => appear(button.dataset.theme));
// Paper is white whatever the screen is.
function redraw() {
  measure();
  draw(true);
}
addEventListener("beforeprint", () => { root.dataset.theme = "light"; redraw(); });
addEventListener("afterprint", () => { appear(wish); redraw(); });

const curve = document.getElementById("curve");
if (curve && plan.curve) {
  const value = document.getElementById("curve-value");
  const dotted = curve.querySelector(".now");
  const spots = curve.querySelector(".curve").points;
  const read = (event) => {
    const box = curve.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * curve.viewBox.baseVal.width;
    let best = 0;
    for (let i = 0; i < spots.numberOfItems; i++) {
      if (Math.abs(spots.getItem(i).x - x) < Math.abs(spots.getItem(best).x - x)) best = i;
    }
    dotted.setAttribute("cx", spots.getItem(best).x);
    dotted.setAttribute("cy", spots.getItem(best).y);
    const share = plan.total > 0 ? (100 * plan.curve.covered[best]) / plan.total : 0;
    // What is not all of it must not read as 100 %.
    const shown = share < 100 && share.toFixed(2) === "100.00" ? "> 99.99" : share.toFixed(2);
    value.textContent = `${plan.curve.sites[best]} ${word("curve_x")}: ${shown} %`;
  };
  curve.addEventListener("pointermove", read);
  curve.addEventListener("pointerdown", read);
}

// "#en,dark" at the end of the address opens the page so: for links, and for looking at it by machine.
const asks = location.hash.slice(1).split(",");
measure();
speak(asks.includes("en") ? "en" : asks.includes("zh") ? "zh-CN" : root.lang);
appear(asks.includes("dark") ? "dark" : asks.includes("light") ? "light" : "auto");
showBox(everything);
draw(true);
new ResizeObserver(() => {
  const wasAll = view.width;
  measure();
  if (wasAll !== view.width && !chosen) showBox(everything);
  draw(true);
}).observe(canvas);
root.dataset.ready = "yes";
