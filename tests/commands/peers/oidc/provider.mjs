// An OpenID provider, oidc-provider from npm, as a town's directory: its people and their groups, sign-in and consent pages of its
// own (devInteractions). Says {"port": N} and then takes a line of JSON each: {"do": "rotate"} gives it new keys, {"do":
// "groups", "account": …, "groups": […]} moves somebody, {"do": "clock", "seconds": …} sets its clock so far ahead.
// Answers each with a line, ends with its input.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";

const [, , listenPort, callback, secret, algorithm] = process.argv;
const port = Number(listenPort);
const issuer = `http://127.0.0.1:${port}`;
const people = { marie: ["vigie-com"], paul: ["vigie-dir", "vigie-com"], zoe: ["jardins"], admin: ["vigie-com"], "é": ["vigie-com"] };
let current, ahead = 0;
const now = Date.now;
Date.now = () => now() + ahead * 1000;

async function keys() {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { keys: [{ ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), use: "sig", alg: algorithm }] };
}

async function make() {
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "urn:vigie", client_secret: secret, redirect_uris: [callback], id_token_signed_response_alg: algorithm,
    }],
    jwks: await keys(),
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    conformIdTokenClaims: false, // in the ID token, as Keycloak and Entra do
    pkce: { required: () => true },
    ttl: { IdToken: 300, AccessToken: 300, AuthorizationCode: 60, Interaction: 600, Session: 600, Grant: 600 },
    cookies: { keys: [crypto.randomUUID()] },
    findAccount: (_, id) => id in people && ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: people[id] }),
    }),
  });
  return provider.callback();
}

current = await make();
const server = createServer((request, response) => current(request, response));
server.listen(port, "127.0.0.1", () => console.log(JSON.stringify({ port })));
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.do === "rotate") current = await make();
  if (order.do === "groups") people[order.account] = order.groups;
  if (order.do === "clock") ahead = order.seconds;
  console.log(JSON.stringify({ done: order.do }));
}
process.exit(0);
