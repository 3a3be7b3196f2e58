// No module of the pages comes back to itself through what it imports, now or later.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const SOURCES = resolve(import.meta.dirname, "../src");

function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, "utf8"))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith(".") && /\.tsx?$/.test(name))
    .map((name) => join(dirname(file), name));
}

function findCircle(graph: Map<string, string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

test("no import leads in a circle, those that wait included", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const graph = new Map(files.map((name) => [join(SOURCES, name), importsOf(join(SOURCES, name))]));

  expect(graph.get(join(SOURCES, "volunteer/early-map.ts"))).toContain(join(SOURCES, "volunteer/screens/RouteMap.tsx"));
  expect(findCircle(graph)).toBeNull();
});

test("a circle is found", () => {
  expect(findCircle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]))).toEqual(["b", "c", "b"]);
});
