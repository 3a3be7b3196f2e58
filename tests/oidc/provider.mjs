// A certified OpenID provider for tests: people, the client and rules come as JSON in the first argument; lines on
// standard input change what it does, each answered by one line.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const realNow = Date.now.bind(Date);
let shiftMs = 0;
Date.now = () => realNow() + shiftMs;

const people = new Map(Object.entries(told.people));
const newKey = () => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: randomUUID(),
  alg: "RS256",
  use: "sig",
});

// A change of keys is another provider at the same address: whoever is signing in at that moment begins anew.
function built(keys) {
  const provider = new Provider(told.issuer, {
    clients: [told.client],
    jwks: { keys },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    claims: { openid: ["sub", "amr", "acr"], email: ["email", "email_verified"], profile: ["preferred_username", "groups"] },
    // Shorter than the difference of clocks that a test makes.
    ttl: { IdToken: 300 },
    acrValues: ["gold"],
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
    findAccount: (_, id) => people.has(id) && { accountId: id, claims: () => ({ sub: id, ...people.get(id) }) },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/login/")) return next();
    // Who signs in is named by whoever drives the test; nobody types a password into a test's provider.
    const who = ctx.query.who ?? "";
    if (who === "") {
      ctx.type = "html";
      ctx.body = '<!doctype html><title>City</title><form><label>Who? <input name="who"></label><button>Go on</button></form>';
      return;
    }
    const person = people.get(who);
    const result = person
      ? { login: { accountId: who, amr: person.amr, acr: person.acr } }
      : { error: "access_denied", error_description: "nobody of this name" };
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
    ctx.respond = false;
  });
  return provider.callback();
}

let answer = built([newKey()]);
const server = createServer((request, response) => answer(request, response));
server.listen(told.port, "127.0.0.1", () => console.log("ready"));

const orders = {
  rotate: () => {
    answer = built([newKey()]);
  },
  shift: (seconds) => {
    shiftMs = seconds * 1000;
  },
  person: ([id, claims]) => {
    if (claims === null) people.delete(id);
    else people.set(id, claims);
  },
};
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [order, argument] = JSON.parse(line);
    orders[order](argument);
    console.log("done");
  })
  .on("close", () => process.exit(0));
