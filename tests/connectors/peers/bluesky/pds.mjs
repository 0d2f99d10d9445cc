// A real Bluesky PDS (npm's @atproto/pds) on a free port. What stands around a PDS in the world is small and ours: a PLC
// directory that knows the accounts made here, and an AppView that answers searchPosts to whom the PDS vouches for, with what
// the PDS has really stored. Commands are lines of JSON on standard input ({"do": "post", …}), answers are lines of JSON.
import http from "node:http";
import path from "node:path";
import readline from "node:readline";

// The PDS's clock can be put forward: what expires in hours does so in a test.
let clock_ahead_ms = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [RealDate.now() + clock_ahead_ms]));
  }
  static now() {
    return RealDate.now() + clock_ahead_ms;
  }
};
process.env.LOG_ENABLED = "false";

const { PDS, envToCfg, envToSecrets, readEnv } = await import("@atproto/pds");
const { verifyJwt } = await import("@atproto/xrpc-server");
const plc = await import("@did-plc/lib");

const COLLECTION = "app.bsky.feed.post";
const APP_VIEW_DID = "did:web:appview.test";
const ADMIN = "for-this-test-only";

async function body_of(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString());
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** An HTTP server on a free port of 127.0.0.1; gives the port. */
function serve(handler) {
  const server = http.createServer((request, response) =>
    handler(request, response).catch((error) => answer(response, 500, { error: "InternalServerError", message: String(error) })));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

async function free_port() {
  const server = http.createServer();
  const port = await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// ── the PLC directory: did → its operations, the last one in force ──

const operations = new Map();
const identity = (did) => plc.opToData(did, operations.get(did).at(-1));

async function directory(request, response) {
  const [, did, what] = decodeURIComponent(request.url).split("/");
  if (request.method === "POST") {
    const operation = await body_of(request);
    const log = operations.get(did) ?? [];
    if (log.length === 0 && (await plc.didForCreateOp(operation)) !== did) {
      return answer(response, 400, { message: "this operation does not create that DID" });
    }
    operations.set(did, [...log, operation]);
    return answer(response, 200, {});
  }
  if (!operations.has(did)) return answer(response, 404, { message: `DID not registered: ${did}` });
  const data = identity(did);
  return answer(response, 200, what === "data" ? data : plc.formatDidDoc(data));
}

// ── the AppView ──

const vouched_for = []; // DIDs that a search was made for
let turned_away = 0;

async function search(request, response) {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname !== "/xrpc/app.bsky.feed.searchPosts") return answer(response, 404, { error: "MethodNotImplemented" });
  let who;
  try {
    const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    who = await verifyJwt(token, APP_VIEW_DID, "app.bsky.feed.searchPosts", async (issuer) =>
      identity(issuer.split("#")[0]).verificationMethods.atproto);
  } catch (error) {
    turned_away += 1;
    return answer(response, 401, { error: "BadJwt", message: String(error) });
  }
  vouched_for.push(who.iss);
  const wanted = url.searchParams;
  const since = Date.parse(wanted.get("since") ?? "1970-01-01T00:00:00Z");
  const found = [];
  for (const did of operations.keys()) {
    const handle = identity(did).alsoKnownAs[0].replace("at://", "");
    const { records } = await xrpc("com.atproto.repo.listRecords", { repo: did, collection: COLLECTION, limit: 100 });
    for (const { uri, cid, value } of records) {
      const is_wanted = value.text.toLowerCase().includes(wanted.get("q").toLowerCase());
      if (is_wanted && Date.parse(value.createdAt) >= since) {
        found.push({ uri, cid, author: { did, handle }, record: value, indexedAt: value.createdAt, likeCount: 0, repostCount: 0,
          replyCount: 0, quoteCount: 0 });
      }
    }
  }
  found.sort((a, b) => Date.parse(b.indexedAt) - Date.parse(a.indexedAt));
  const from = Number(wanted.get("cursor") ?? 0);
  const to = from + Math.min(Number(wanted.get("limit")), page_size);
  return answer(response, 200, { posts: found.slice(from, to), ...(to < found.length ? { cursor: String(to) } : {}) });
}
let page_size = 100;

// ── the PDS ──

const folder = process.argv[2]; // where it stores what it is told
const port = await free_port();
Object.assign(process.env, {
  PDS_PORT: port, PDS_HOSTNAME: "localhost", PDS_DEV_MODE: "true", PDS_INVITE_REQUIRED: "false", PDS_RATE_LIMITS_ENABLED: "true",
  PDS_DATA_DIRECTORY: folder, PDS_BLOBSTORE_DISK_LOCATION: path.join(folder, "blobs"),
  PDS_DID_PLC_URL: `http://127.0.0.1:${await serve(directory)}`,
  PDS_BSKY_APP_VIEW_URL: `http://127.0.0.1:${await serve(search)}`, PDS_BSKY_APP_VIEW_DID: APP_VIEW_DID,
  PDS_JWT_SECRET: "11".repeat(16), PDS_DPOP_SECRET: "33".repeat(32), PDS_ADMIN_PASSWORD: ADMIN,
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: "22".repeat(32),
});
const environment = readEnv();
const pds = await PDS.create(envToCfg(environment), envToSecrets(environment));
await pds.start();

/** What a method of the PDS gives; `input` makes it a POST. */
async function xrpc(method, parameters = {}, input = undefined, token = undefined) {
  const given = await fetch(`http://127.0.0.1:${port}/xrpc/${method}?${new URLSearchParams(parameters)}`, {
    method: input ? "POST" : "GET", body: input && JSON.stringify(input),
    headers: { ...(input && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }) },
  });
  const text = await given.text();
  if (!given.ok) throw new Error(`${method} was answered ${given.status}: ${text}`);
  return text ? JSON.parse(text) : {};
}

const sessions = new Map(); // handle → what createAccount gave

function record_of(uri) {
  const [repo, collection, rkey] = uri.replace("at://", "").split("/");
  return { repo, collection, rkey };
}

/** `answers`: what createRecord said of the post that this one answers. */
function post_of({ text, created_at, answers }) {
  const reply = answers && { reply: { root: answers, parent: answers } };
  return { $type: COLLECTION, text, langs: ["fr"], createdAt: created_at, ...reply };
}

const commands = {
  async account({ handle }) {
    const account = { handle, email: `${handle}@example.com`, password: `${handle}-main-password` };
    sessions.set(handle, await xrpc("com.atproto.server.createAccount", {}, account));
    return { did: sessions.get(handle).did };
  },
  async app_password({ handle, name }) {
    const { password } = await xrpc("com.atproto.server.createAppPassword", {}, { name }, sessions.get(handle).accessJwt);
    return { password };
  },
  async revoke({ handle, name }) {
    return xrpc("com.atproto.server.revokeAppPassword", {}, { name }, sessions.get(handle).accessJwt);
  },
  async post({ handle, ...post }) {
    const { did, accessJwt } = sessions.get(handle);
    const { uri, cid } = await xrpc("com.atproto.repo.createRecord", {},
      { repo: did, collection: COLLECTION, record: post_of(post) }, accessJwt);
    return { uri, cid };
  },
  async delete({ handle, uri }) {
    return xrpc("com.atproto.repo.deleteRecord", {}, record_of(uri), sessions.get(handle).accessJwt);
  },
  async clock({ hours }) {
    clock_ahead_ms += hours * 3_600_000;
    return {};
  },
  async pages_of({ size }) {
    page_size = size;
    return {};
  },
  /** Signs in so often, wrongly: the PDS's limit counts that, too. */
  async sign_in({ handle, times }) {
    const session = { identifier: handle, password: "wrong" };
    await Promise.allSettled(Array.from({ length: times }, () => xrpc("com.atproto.server.createSession", {}, session)));
    return {};
  },
  async searches() {
    return { vouched_for, turned_away };
  },
};

console.log(JSON.stringify({ port }).replace(":", ": "));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { do: what, ...given } = JSON.parse(line);
  try {
    console.log(JSON.stringify(await commands[what](given)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
process.exit(0);
