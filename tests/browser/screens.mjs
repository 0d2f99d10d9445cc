// What people do with the screens, step by step: node screens.mjs CHROMIUM PORT PASSWORD SITE_PORT
import { createHmac } from "node:crypto";
import { openPage } from "./page.mjs";
import { accessibleSteps } from "./accessible.mjs";
import { deskSteps } from "./desk.mjs";
import { peopleSteps } from "./people.mjs";
import { rulesSteps } from "./rules.mjs";

const [executablePath, port, password, sitePort] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/`;
const kHookSecret = "0123456789abcdef0123456789abcdef";

async function push(mention) {
  const body = JSON.stringify(mention);
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", kHookSecret).update(`${at}.${body}`).digest("hex");
  const answer = await fetch(`${address}hooks/hook`, { method: "POST", body, headers: { "Content-Type": "application/x-ndjson", "X-Vigie-Signature": `t=${at},v1=${mac}` } });
  if (answer.status !== 202) throw new Error(`the push was answered ${answer.status}`);
}

const { browser, page, keep, step, exitCode } = await openPage(executablePath);
const complaints = [];
const provoked = /\b(401|404|409|422|500)\b|ERR_FAILED/;
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => {
  // The browser itself reports what a step provokes: a refused sign-in is a 401, a query that cannot be read a 422.
  if (message.type() === "error" && !provoked.test(message.text())) complaints.push(message.text());
});
page.on("request", (request) => {
  if (!request.url().startsWith(address)) complaints.push(`asks another server: ${request.url()}`);
});

const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.closest("[id]")?.id || document.activeElement.tagName);
async function waitForFocus(id) {
  await page.waitForFunction((wanted) => document.activeElement.closest(`#${CSS.escape(wanted)}`), id).catch(async () => {
    throw new Error(`the focus is at ${await focused()}, not at ${id}`);
  });
}
function expect(condition, text) {
  if (!condition) throw new Error(text);
}

const showAll = () => page.getByRole("button", { name: "Toutes", exact: true }).click();
await step("a wrong password is refused in French", async () => {
  await page.goto(address);
  await page.getByLabel("Identifiant").fill("admin");
  await page.getByLabel("Mot de passe").fill("wrong");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByText("Identifiant ou mot de passe refusé.").waitFor();
});
await step("the sign-in page says where the first password is", async () => {
  await page.getByText("data/first-sign-in.yaml").waitFor();
});
await step("the right one opens the inbox with the state in words and four numbers", async () => {
  await page.getByLabel("Mot de passe").fill(password);
  await keep("sign_in");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
  await page.locator(".band strong").waitFor();
  expect((await page.locator("dl.numbers dd").count()) === 4, "there are not four numbers");
  await page.locator("li.row").first().waitFor();
  await keep("inbox");
});
await step("what must be handled comes first, the most pressing on top; all mentions are one click away", async () => {
  expect((await page.getByRole("button", { name: "À traiter" }).getAttribute("aria-pressed")) === "true", "another view is shown");
  const due = await page.locator("li.row .badge.work").allTextContents();
  expect(due.length > 10 && due.every((text) => /hors délai|échéance/.test(text)), due.join(" | "));
  await showAll();
  await page.waitForFunction(() => document.querySelectorAll("li.row").length >= 20);
  await page.waitForFunction(() => /[?&]vue=all/.test(location.href)); // the address carries the filter
  await page.locator("h1").focus();
});
await step("of a long list only what is near is drawn; the focus, the keys and what is ticked are not lost", async () => {
  const drawn = () => page.locator("li.row").evaluateAll((all) => all.map((one) => Number(one.getAttribute("aria-posinset"))));
  const place = () => page.evaluate(() => Number(document.activeElement.closest("li.row")?.getAttribute("aria-posinset")));
  const scrollTo = async (wanted) => {
    for (let tries = 0; tries < 100 && Math.max(...await drawn()) < wanted; ++tries) {
      await page.mouse.wheel(0, 3000);
      await page.waitForTimeout(50);
    }
  };
  await page.locator("h1").focus();
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement.closest("li.row"));
  await page.keyboard.press("x");
  await page.getByRole("group", { name: "1 histoire cochée" }).waitFor();
  await page.mouse.move(300, 700);
  await scrollTo(300);
  const now = await drawn();
  expect(Math.max(...now) >= 300 && now.length < 120, `${now.length} rows are drawn, up to ${Math.max(...now)}`);
  expect(now.every((one, at) => at === 0 || one > now[at - 1]), "rows are not in order");
  expect((await place()) === 1, `the focus is at ${await place()}`);
  expect((await page.locator("li.row").first().getAttribute("aria-setsize")) === "-1", "it says how long the list is, which nobody knows");
  await page.keyboard.press("j");
  expect((await place()) === 2, `j went to ${await place()}`);
  await page.evaluate(() => { // faster than anything is drawn
    for (let at = 0; at < 60; ++at) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
  });
  await page.waitForFunction(() => document.activeElement.closest("li.row")?.getAttribute("aria-posinset") === "62").catch(async () => {
    throw new Error(`60 times j went to ${await place()}`);
  });
  await page.waitForFunction(() => { // the way there is smooth
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  await page.keyboard.press("x");
  await page.getByRole("group", { name: "2 histoires cochées" }).waitFor();
  await page.getByRole("button", { name: "Tout décocher" }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator("li.row[aria-posinset='1']").waitFor();
  await page.locator("h1").focus();
});
await step("one heading of level 1 has the focus, and the title says the town and the count", async () => {
  expect((await page.locator("h1").count()) === 1, "there is not one h1");
  expect((await page.evaluate(() => document.activeElement.tagName)) === "H1", `the focus is at ${await focused()}`);
  expect(/^À traiter \(\d+\) – Techniville – Vigie$/.test(await page.title()), await page.title());
});
await step("mentions are in sight below at most three alerts", async () => {
  const count = await page.locator("section.alerts li").count();
  expect(count > 0 && count <= 3, `${count} alerts`);
  const row = await page.locator("li.row").first().boundingBox();
  expect(row.y + row.height < 900, `the first mention ends at ${row.y + row.height}`);
});
await step("the other alerts are one click away", async () => {
  const open = Number(await page.locator("dl.numbers dd").nth(1).innerText());
  await page.getByRole("button", { name: `Voir les ${open - 3} autres` }).click();
  await page.waitForFunction((n) => document.querySelectorAll("section.alerts li").length === n, open);
});
await step("an alert has a title for people and a deadline", async () => {
  const texts = await page.locator("section.alerts li").allInnerTexts();
  for (const text of texts) {
    expect(/échéance|hors délai/.test(text), `no deadline: ${text}`);
    expect(!/\b[a-z]+\.[a-z_]+\b/.test(text.split("\n")[1] ?? ""), `the title is a rule's id: ${text}`);
  }
});
await step("an urgent mention explains itself: marked spans and Pourquoi", async () => {
  await page.getByRole("button", { name: "Urgentes" }).click();
  const row = page.locator("li.row.edge-high, li.row.edge-critical").first();
  await row.locator("button").click();
  await page.getByRole("heading", { name: "Pourquoi ?" }).waitFor();
  await waitForFocus("detail-title");
  const marks = page.locator("article.detail mark");
  expect((await marks.count()) > 0, "nothing is marked");
  const text = await page.locator("article.detail .original").innerText();
  for (const cell of await page.locator("article.detail tbody tr").all()) {
    const passage = await cell.locator("td").nth(2).innerText();
    expect(passage === "" || text.includes(passage.trim()), `"${passage}" is not in the text`);
  }
  await keep("mention");
});
await step("a mention's tone is corrected by keyboard alone, and the machine's word stays in sight", async () => {
  const answers = page.getByRole("group", { name: "Ton" }).getByRole("button");
  expect((await answers.count()) === 3, "there are not three tones");
  const badge = page.locator("article.detail .badge").nth(1);
  const said = { positive: "Positif", negative: "Négatif" };
  const tone = (await badge.innerText()).includes(said.positive) ? said.negative : said.positive;
  const answer = page.getByRole("group", { name: "Ton" }).getByRole("button", { name: tone });
  await answer.focus();
  await page.keyboard.press("Enter");
  await page.getByText(/Corrigé par admin, .* La machine disait : ./).waitFor();
  expect((await answer.getAttribute("aria-pressed")) === "true", "the answer is not pressed");
  expect((await badge.innerText()).includes(tone), await badge.innerText());
  expect((await page.locator("li.row.selected .badge").nth(1).innerText()).includes(tone), "the list shows the old tone");
  expect(await answer.evaluate((button) => button === document.activeElement), `the focus is at ${await focused()}`);
  await keep("correction");
  await page.keyboard.press("Enter");
  await page.getByText(/Corrigé par/).waitFor({ state: "detached" });
});
await step("a story is taken, noted, answered and taken back, and its history tells who did what", async () => {
  const panel = page.locator("section.work-panel");
  await panel.getByRole("button", { name: "Prendre en charge" }).click();
  await panel.getByText("Prise en charge · admin").waitFor();
  await panel.getByLabel("Note").fill("Vu avec la régie <b>ce matin</b>");
  await panel.getByRole("button", { name: "Ajouter la note" }).click();
  await panel.getByText("Vu avec la régie <b>ce matin</b>").waitFor();
  await panel.getByRole("button", { name: "Répondue" }).click();
  await panel.getByText("↩ Répondue").waitFor();
  await panel.getByRole("button", { name: "Annuler la dernière action" }).click();
  await panel.getByText("Prise en charge · admin").waitFor();
  await panel.locator("ol.history li").nth(3).waitFor();
  expect((await panel.locator("ol.history li").count()) === 4, await panel.locator("ol.history").innerText());
  expect((await panel.locator("ol.history s").count()) === 1, "what was taken back is not struck out");
  await keep("work");
});
await step("what is to be handled is a view of its own", async () => {
  await page.getByRole("button", { name: "À traiter" }).click();
  await page.locator("li.row").first().waitFor();
  const badges = await page.locator("li.row .badge.work").allTextContents(); // innerText leaves out what is not in sight
  expect(badges.length > 0 && badges.every((badge) => /Nouvelle|Prise en charge/.test(badge)), badges.join(" | "));
  expect(badges.some((badge) => /admin/.test(badge)), "what admin took is not among it");
  await page.getByRole("button", { name: "Urgentes" }).click();
  await page.locator("li.row").first().waitFor();
});
await step("an alert's link opens its mention and goes there", async () => {
  await page.locator("section.alerts li a").nth(1).click(); // the last one's mention was deleted by its author since
  await waitForFocus("detail-title");
  expect(/#\/techniville\/mention\//.test(page.url()), page.url());
});
await step("an alert is taken charge of and closed, and the focus stays with the alerts", async () => {
  const alert = page.locator("section.alerts li").first();
  const id = await alert.getAttribute("id");
  const before = await page.locator("section.alerts li").count();
  await alert.getByRole("button", { name: /^Prendre en charge : ./ }).click();
  await alert.getByText("Prise en charge par admin").waitFor();
  await waitForFocus(id);
  await alert.getByRole("button", { name: /^Clore : ./ }).click();
  await page.waitForFunction((n) => document.querySelectorAll("section.alerts li").length === n - 1, before);
  await page.waitForFunction(() => document.activeElement.closest("section.alerts"));
});
await step("a change that the engine refuses is told", async () => {
  await page.route("**/alerts/*/take", (route) => route.fulfill({ status: 500, body: "{}" }));
  await page.getByRole("button", { name: /^Prendre en charge/ }).first().click();
  await page.getByText("Le changement n’a pas été enregistré.").waitFor();
  await page.unroute("**/alerts/*/take");
});
await step("another town's mention is another mention: a link selects its town", async () => {
  const link = page.url();
  const text = await page.locator("article.detail .original").innerText();
  await page.getByLabel("Collectivité").selectOption("autreville");
  await page.waitForFunction(() => document.title.includes("Autreville"));
  expect((await page.locator("article.detail").count()) === 0, "the other town's mention is still open");
  await page.evaluate((hash) => { location.hash = hash; }, new URL(link).hash);
  await page.locator("article.detail .original").waitFor();
  expect((await page.getByLabel("Collectivité").inputValue()) === "techniville", "the town was not selected");
  expect((await page.locator("article.detail .original").innerText()) === text, "another mention is open");
});
await step("a mention that is not there is said to be not there", async () => {
  for (const hash of ["#/techniville/mention/1-1", "#/autreville/mention/1-1", "#/nulle-part/mention/1-1"]) {
    await page.evaluate((wanted) => { location.hash = wanted; }, hash);
    await page.getByRole("heading", { name: "Mention introuvable" }).waitFor();
    await page.evaluate(() => { location.hash = "#/techniville"; });
    await page.getByText("Choisissez une mention").waitFor();
  }
});
await step("a new mention shows by itself, as text and not as code", async () => {
  await page.getByRole("button", { name: "Toutes", exact: true }).click();
  await push({ id: "live-1", text: "<img src=x onerror=alert(1)> Fuite de gaz à l'école de Techniville, évacuez !" });
  await page.getByRole("button", { name: /nouvelle mention/ }).click();
  await page.locator("li.row", { hasText: "<img src=x" }).first().waitFor();
  expect((await page.locator("li.row img").count()) === 0, "the mention became an element");
});
await step("the keyboard alone opens a mention, from the first on", async () => {
  await page.goto(`${address}#/techniville`);
  await page.reload();
  await page.locator("li.row").first().waitFor();
  const first = await page.locator("li.row").first().getAttribute("id");
  await page.keyboard.press("j");
  await waitForFocus(first);
  await keep("focus");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Pourquoi ?" }).waitFor();
  await waitForFocus("detail-title");
  await page.keyboard.press("w");
  await waitForFocus("why");
});
await step("the shortcuts are explained and can be switched off", async () => {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Raccourcis clavier" }).waitFor();
  await keep("shortcuts");
  await page.getByLabel("Raccourcis à une touche").uncheck();
  await page.getByRole("button", { name: "Fermer" }).click();
  await page.locator("h1").focus();
  await page.keyboard.press("j");
  expect((await page.evaluate(() => document.activeElement.tagName)) === "H1", "j still moves the focus");
  await page.getByRole("button", { name: "Raccourcis clavier" }).click();
  await page.getByLabel("Raccourcis à une touche").check();
  await page.getByRole("button", { name: "Fermer" }).click();
});
await step("the focus ring stands out, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const contrasts = await page.evaluate(() => {
      const luminance = (name) => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        probe.remove();
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const pairs = [["--focus", "--card"], ["--focus", "--paper"], ["--focus-on-brand", "--brand"], ["--selected", "--card"]];
      return pairs.map(([a, b]) => [`${a} on ${b}`, (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05)]);
    });
    for (const [pair, contrast] of contrasts) expect(contrast >= 3, `${colorScheme}: ${pair} is ${contrast.toFixed(2)}:1`);
  }
  await keep("dark");
  await page.emulateMedia({ colorScheme: "light" });
});
await step("sources that are retired or limited count as blind", async () => {
  const connectors = ["active", "finished", "retired", "limited", "waiting"].map((state) => ({ id: state, state, detail: "" }));
  await page.route("**/api/v1/connectors", (route) => route.fulfill({ json: { connectors } }));
  await page.reload();
  await page.getByText("Sources aveugles : retired, limited, waiting").waitFor();
  await page.unroute("**/api/v1/connectors");
});
await step("what was too much for the live stream is counted all the same", async () => {
  const body = 'retry: 600000\n\nevent: skipped\ndata: {"mentions":7}\n\n';
  await page.route("**/stream", async (route) => {
    await page.locator("li.row").first().waitFor(); // what comes before the list was read is in the list
    await route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.reload();
  await page.getByRole("button", { name: "7 nouvelles mentions" }).waitFor();
  await page.unroute("**/stream");
  await page.reload();
  await page.getByText("En direct").waitFor();
});
await step("what was tried for accessibility is told", async () => {
  await page.getByRole("link", { name: "Accessibilité" }).press("Enter"); // a mouse may miss it: it moves down as rows come in
  await page.getByRole("heading", { name: "Ce qui n’a pas été essayé" }).waitFor();
  expect((await page.locator("h1").count()) === 1, "there is not one h1");
  await keep("accessibility");
  await page.getByRole("link", { name: "Retour" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
});
await step("an entry at the counter that lacks something says what, next to it, and stores nothing", async () => {
  await page.getByRole("link", { name: "Saisir une parole" }).click();
  await page.getByRole("heading", { name: "Saisie", level: 1 }).waitFor();
  await page.waitForFunction(() => document.activeElement.tagName === "H1");
  expect(/^Saisie – Techniville – Vigie$/.test(await page.title()), await page.title());
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await waitForFocus("channel-counter");
  expect((await page.getByRole("group", { name: /Comment la personne/ }).getAttribute("aria-describedby")) === "channel-fault", "the choice is not described");
  await page.getByText("Choisissez comment la personne s’est adressée à vous.").waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await waitForFocus("counter-text");
  const text = page.getByLabel("Ce que la personne a dit");
  expect((await text.getAttribute("aria-invalid")) === "true", "the field is not said to be invalid");
  expect((await text.getAttribute("aria-describedby")).includes("text-fault"), "the field is not described by its fault");
  await keep("counter_faults");
});
await step("what somebody says at the counter is recorded by keyboard alone, and is among the mentions", async () => {
  const said = page.getByLabel("Ce que la personne a dit");
  await page.waitForFunction((box) => box === document.activeElement, await said.elementHandle());
  await page.keyboard.type("Le lampadaire de la rue Basse est cassé depuis un mois.");
  expect((await said.inputValue()).startsWith("Le lampadaire"), "not all that was typed arrived");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Éclairage");
  await page.route("**/accueil", (route) => route.fulfill({ status: 500, body: "{}" }));
  await page.keyboard.press("Enter");
  await page.getByText("La saisie n’a pas été enregistrée.").waitFor();
  await page.unroute("**/accueil");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "C’est enregistré" }).waitFor();
  await waitForFocus("recorded");
  expect((await page.getByLabel("Ce que la personne a dit").inputValue()) === "", "the form is not ready for the next one");
  expect(await page.getByLabel("À l’accueil").isChecked(), "the way it came is forgotten");
  await keep("counter");
  await page.getByRole("link", { name: "Aller aux mentions" }).press("Enter");
  await showAll();
  const row = page.locator("li.row", { hasText: "lampadaire de la rue Basse" });
  await row.waitFor();
  expect((await row.innerText()).includes("accueil"), await row.innerText());
  // The other town has no counter. (It is new: its first steps open by themselves, sooner or later.)
  const counter = page.getByRole("link", { name: "Saisir une parole" });
  await page.getByLabel("Collectivité").selectOption("autreville");
  await page.waitForFunction(() => document.title.includes("Autreville"));
  expect((await counter.count()) === 0, "the other town has no counter");
  await page.getByLabel("Collectivité").selectOption("techniville");
  await counter.waitFor();
});
await step("the search finds words", async () => {
  await page.getByRole("searchbox").fill("piscine");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("li.row .quote")];
    return rows.length > 0 && rows.every((row) => /piscine/i.test(row.textContent));
  });
});
await step("English is one click away", async () => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  expect((await page.evaluate(() => document.documentElement.lang)) === "en", "the page's language is not said");
});
await step("operations show coverage as a chart and as a table, costs, and where data goes", async () => {
  await page.getByRole("link", { name: "Operations" }).click();
  const heading = page.getByRole("heading", { level: 1, name: "Operations" });
  await heading.waitFor();
  await page.waitForFunction((h1) => h1 === document.activeElement, await heading.elementHandle());
  const chart = page.getByRole("img", { name: /Share of the time in which each source was seen: .*hook \d/ });
  await chart.waitFor();
  expect((await chart.locator("rect.sight-clear").count()) > 0, "nothing was seen");
  await keep("operations");
  await page.getByRole("button", { name: "Show the table" }).click();
  const row = page.locator("#coverage tbody tr").filter({ hasText: "hook" });
  await row.waitFor();
  expect(/%/.test(await row.innerText()), await row.innerText());
  const csv = await page.request.get(new URL(await page.locator("#coverage a[download]").getAttribute("href"), address).href);
  expect(csv.status() === 200 && (await csv.text()).includes("hook,"), `the CSV: ${csv.status()}`);
  const costs = await page.locator("#costs tfoot tr").innerText();
  expect(/^All sources\s+[1-9]/.test(costs), costs);
  expect((await page.locator("#data tbody tr").filter({ hasText: "hook" }).innerText()).includes("it calls us"), "the push is not told");
  await keep("operations_table");
  await page.setViewportSize({ width: 390, height: 844 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content <= window, `${content} px wide on ${window}`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.locator("li.row").first().waitFor();
});
await step("French is back", async () => {
  await page.getByRole("button", { name: "Français" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
});
await deskSteps({ page, address, step, keep, expect, waitForFocus });
await peopleSteps({ browser, page, address, step, keep, expect, push, sitePort });
await accessibleSteps({ page, address, step, expect });
await rulesSteps({ page, address, step, keep, expect, waitForFocus, push });
await step("a telephone's width does not scroll sideways", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  await keep("telephone");
  expect(content <= window, `${content} px wide on ${window}`);
  await page.evaluate(() => { location.hash = "#/techniville/accueil"; });
  await page.getByRole("heading", { name: "Saisie", level: 1 }).waitFor();
  await page.waitForFunction(() => document.activeElement.tagName === "H1"); // it takes the focus a moment later, from a link as well
  await keep("counter_telephone");
  expect((await page.evaluate(() => document.documentElement.scrollWidth)) <= window, "the counter scrolls sideways");
  await page.getByRole("link", { name: "Aller aux mentions" }).press("Enter");
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
  const header = await page.locator("header").boundingBox();
  expect(header.height < 64, `the header is ${header.height} px high`);
});
await step("on a telephone too, an alert leads to its mention", async () => {
  await page.locator("section.alerts li a").first().click();
  await waitForFocus("detail-title");
  const atTop = (when) => page.waitForFunction(() => {
    const { top } = document.getElementById("detail-title").getBoundingClientRect();
    return top >= -1 && top < innerHeight / 3; // at the top, but for half a pixel, and what may come in above it
  }).catch(() => { throw new Error(`the title is not near the window's top ${when}`); });
  await atTop("when it is opened");
  await push({ id: "live-phone", text: "Je n’en peux plus, ce soir je saute du viaduc de Techniville, adieu", created_at: new Date().toISOString() });
  await page.locator("section.alerts li").filter({ hasText: "viaduc" }).waitFor();
  await atTop("after an alert came in above it");
  await keep("telephone_mention");
  await page.getByRole("button", { name: "Retour à la liste" }).click();
  await page.waitForFunction(() => document.activeElement.closest("section.list"))
    .catch(async () => { throw new Error(`the focus is at ${await focused()}, not in the list`); });
});
await step("a session that is over leads to the sign-in page, which says so", async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const { csrf } = await (await page.request.get(`${address}api/v1/session`)).json();
  await page.request.delete(`${address}api/v1/session`, { headers: { "X-CSRF-Token": csrf } });
  await push({ id: "live-2", text: "Bonjour Techniville" }); // the stream notices
  await page.getByText("Votre session est terminée.").waitFor();
  await keep("session_over");
  await page.getByLabel("Mot de passe").fill(password);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
});
await step("signing out leaves even when the engine does not answer", async () => {
  await page.route("**/api/v1/session", (route) => route.abort());
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByText("Le serveur n’a pas répondu").waitFor();
  await page.unroute("**/api/v1/session");
  await page.reload();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
});
let invited = "";
await step("an admin invites a colleague for one town", async () => {
  const { csrf } = await (await page.request.get(`${address}api/v1/session`)).json();
  const answer = await page.request.post(`${address}api/v1/accounts`, {
    headers: { "X-CSRF-Token": csrf }, data: { name: "paul", roles: { autreville: ["community_manager"] } },
  });
  expect(answer.status() === 201, `inviting answered ${answer.status()}`);
  invited = (await answer.json()).password;
});
await step("signing out ends it", async () => {
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByRole("heading", { name: "Connexion" }).waitFor();
  const status = await page.evaluate(async () => (await fetch("/api/v1/tenants")).status);
  expect(status === 401, `the API still answers ${status}`);
});
const kOwn = "Marronnier-Brouette-37";
await step("the colleague chooses a password and sees one town only", async () => {
  await page.getByLabel("Identifiant").fill("paul");
  await page.getByLabel("Mot de passe").fill(invited);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "Choisissez votre mot de passe" }).waitFor();
  await keep("new_password");
  await page.getByLabel("Mot de passe reçu").fill(invited);
  await page.getByLabel("Nouveau mot de passe").fill(kOwn);
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
  const towns = await page.locator("header select option").allTextContents();
  expect(towns.join() === "Autreville", `paul sees ${towns}`);
});
/// RFC 6238, of a secret in base32.
function codeAt(secret, seconds) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
await step("with a second factor, the code is asked for after the password", async () => {
  const { csrf } = await (await page.request.get(`${address}api/v1/session`)).json();
  const ask = async (path, data) => (await page.request.post(`${address}api/v1/session/${path}`, { headers: { "X-CSRF-Token": csrf }, data })).json();
  const { secret } = await ask("second-factor");
  const now = Date.now() / 1000;
  const { recovery_codes } = await ask("second-factor/confirm", { code: codeAt(secret, now) });
  expect(recovery_codes.length === 10, "there are recovery codes");
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByLabel("Identifiant").fill("paul");
  await page.getByLabel("Mot de passe").fill(kOwn);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await waitForFocus("code");
  await page.getByLabel("Code à six chiffres").fill(codeAt(secret, now));
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByText("Un code ne sert qu’une fois").waitFor();
  await keep("second_factor");
  await page.getByLabel("Code à six chiffres").fill(codeAt(secret, now + 30));
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
});
await step("the page made no error and asked no other server", async () => {
  expect(complaints.length === 0, complaints.join("\n"));
});
await browser.close();
process.exit(exitCode());
