"use strict";
// The plan as the page carries it, unpacked: whole metres, differences, seven bits a byte.
const plan = JSON.parse(document.getElementById("plan").textContent);
const root = document.documentElement;
const language = () => (root.lang === "en" ? "en" : "zh");
const word = (key) => plan.words[language()][key];

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function numbers(text) {
  const out = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes(text)) {
    value += (byte & 127) * factor;
    if (byte & 128) {
      factor *= 128;
    } else {
      out.push(value % 2 ? -(value + 1) / 2 : value / 2);
      value = 0;
      factor = 1;
    }
  }
  return out;
}

function places(text) {
  const steps = numbers(text);
  const x = new Int32Array(steps.length / 2);
  const y = new Int32Array(steps.length / 2);
  for (let i = 0; i < x.length; i++) {
    x[i] = steps[2 * i] + (i ? x[i - 1] : 0);
    y[i] = steps[2 * i + 1] + (i ? y[i - 1] : 0);
  }
  return { x, y };
}

function lines(part) {
  const first = [0];
  for (const count of numbers(part.points)) first.push(first[first.length - 1] + count);
  return { first, ...places(part.xy) };
}

function pathOf(part) {
  const path = new Path2D();
  for (let line = 0; line + 1 < part.first.length; line++) {
    for (let i = part.first[line]; i < part.first[line + 1]; i++) {
      if (i === part.first[line]) path.moveTo(part.x[i], part.y[i]);
      else path.lineTo(part.x[i], part.y[i]);
    }
  }
  return path;
}
