// The types of the HTTP interface and of the stream's frames, made from the service's own documents: a change of the
// contract that a screen has not followed breaks the type check.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import openapiTS, { astToString } from "openapi-typescript";

const DOCS = new URL("../../docs/generated/", import.meta.url);
const TARGET = new URL("../src/generated/", import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(name, DOCS), "utf8"));

const openapi = await read("openapi.json");
// 120's webhook is not for pages, and its schema refers into itself in a way that the generator does not follow.
for (const path of Object.keys(openapi.paths)) if (path.startsWith("/webhooks/")) delete openapi.paths[path];
await mkdir(fileURLToPath(TARGET), { recursive: true });
await writeFile(new URL("api.ts", TARGET), astToString(await openapiTS(openapi)));

const { components, operations } = await read("asyncapi.json");

// What a frame defines inside itself is named once, beside the frames.
const definitions = {};
for (const [name, schema] of Object.entries(components.schemas)) {
  const { $defs = {}, ...rest } = schema;
  Object.assign(definitions, $defs, { [name]: rest });
}
const text = JSON.stringify(definitions).replaceAll("#/components/schemas/", "#/definitions/");
const frames = JSON.parse(text.replaceAll("#/$defs/", "#/definitions/"));

// pydantic titles every field; each title would become a type of its own.
function untitled(schema, isSchema = true) {
  if (Array.isArray(schema)) return schema.map((part) => untitled(part));
  if (schema === null || typeof schema !== "object") return schema;
  const entries = Object.entries(schema).filter(([key, value]) => !(isSchema && key === "title" && typeof value === "string"));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, untitled(value, !(isSchema && (key === "properties" || key === "definitions")))]),
  );
}

const said = (action) =>
  new Set(
    Object.values(operations)
      .filter((operation) => operation.action === action)
      .flatMap((operation) => operation.messages.map(({ $ref }) => $ref.split("/").at(-1))),
  );
const fromService = [...said("send")];
const fromClient = [...said("receive")];
for (const name of fromService) {
  // A default is always written out by the service, so that its fields are always there.
  frames[name].required = Object.keys(frames[name].properties ?? {});
}
for (const [name, schema] of Object.entries(frames)) {
  if (name.endsWith("Frame")) schema.required = Object.keys(schema.properties ?? {});
  else schema.required = [...new Set([...(schema.required ?? []), "type"])];
}
const union = (names) => ({ anyOf: names.map((name) => ({ $ref: `#/definitions/${name}` })) });
const root = {
  type: "object",
  additionalProperties: false,
  properties: { server: union(fromService), client: union(fromClient) },
  required: ["server", "client"],
  definitions: untitled(frames, false),
};
const source = await compile(root, "StreamFrames", {
  additionalProperties: false,
  bannerComment: "/* Made by `npm run types` from docs/generated/asyncapi.json. */",
  format: false,
});
await writeFile(
  new URL("stream.ts", TARGET),
  `${source}\nexport type ServerFrame = StreamFrames["server"];\nexport type ClientFrame = StreamFrames["client"];\n`,
);
