// The day of each who lives with Vigie, before the real engine and its API: who answers, who directs, who runs it, who protects data and
// who administers. Parts of screens.mjs: the page is signed in as the first account, in French.
import { kPatienceMs } from "./page.mjs";

const kPassword = "Marronnier-Brouette-37";

export async function peopleSteps({ browser, page, address, step, keep, expect, push, sitePort }) {
  const api = async (path, who = page) => (await who.request.get(`${address}api/v1/${path}`)).json();
  const go = async (hash, title, who = page) => {
    await who.evaluate((wanted) => { location.hash = wanted; }, hash);
    await who.getByRole("heading", { level: 1, name: title }).waitFor();
    await who.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  };
  /// Presses Tab until the focus is on what `matches` says of its name.
  const tabTo = async (pattern, most = 80) => {
    for (let at = 0; at < most; ++at) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText ?? "");
      if (pattern.test(name)) return;
    }
    throw new Error(`Tab never came to ${pattern}`);
  };
  const signIn = async (name, password) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr-FR" });
    const who = await context.newPage();
    who.setDefaultTimeout(kPatienceMs);
    await who.goto(address);
    await who.getByLabel("Identifiant").fill(name);
    await who.getByLabel("Mot de passe").fill(password);
    await who.getByRole("button", { name: "Se connecter" }).click();
    await who.getByLabel("Mot de passe reçu").fill(password);
    await who.getByLabel("Nouveau mot de passe").fill(kPassword);
    await who.getByRole("button", { name: "Enregistrer" }).click();
    await who.locator("nav").waitFor();
    return who;
  };

  await step("g and a letter go to each screen, and the bar says which it is", async () => {
    await go("#/techniville", "À traiter");
    for (const [key, title] of [["a", "Alertes"], ["t", "Tableau de bord"], ["b", "Besoins émergents"], ["o", "Exploitation"], ["c", "Confidentialité"], ["i", "À traiter"]]) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      expect((await page.locator("nav a[aria-current=page]").innerText()) === title, `the bar does not say ${title}`);
    }
  });
  await step("an alert that arrives live is taken, understood, answered and closed by keyboard alone", async () => {
    await go("#/techniville", "À traiter");
    await page.getByText("En direct").waitFor();
    await page.locator("h1").focus();
    await push({ id: "day-1", text: "Au secours, le feu dans l'immeuble de la rue des Lilas à Techniville, il y a des gens à l'intérieur !", author: { id: "u-77", name: "Camille Exemple" }, source: "mastodon" });
    await tabTo(/nouvelle mention/);
    await page.keyboard.press("Enter");
    await page.locator("button.fresh").waitFor({ state: "detached" });
    const isThere = () => page.evaluate(() => document.activeElement.matches("li.row > button") && document.activeElement.textContent.includes("rue des Lilas"));
    for (let at = 0; at < 80 && !(await isThere()); ++at) {
      await page.keyboard.press("j");
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    expect(await isThere(), "the list does not have it");
    await page.keyboard.press("Enter");
    await page.locator("#detail-title").waitFor();
    await page.locator(".work-panel button", { hasText: "Prendre en charge" }).waitFor();
    await page.keyboard.press("p");
    await page.locator(".work-panel .badge", { hasText: "Prise en charge" }).waitFor();
    await page.keyboard.press("w");
    await page.waitForFunction(() => document.activeElement.id === "why");
    expect((await page.locator("table[aria-labelledby=why] tbody tr").count()) > 0, "it does not say why");
    await page.locator("#work-title").focus();
    await tabTo(/^Répondue$/);
    await page.keyboard.press("Enter");
    await page.locator(".work-panel .badge", { hasText: "Répondue" }).waitFor();
    await page.locator(".work-panel .views button[aria-disabled=false]").first().waitFor();
    await page.keyboard.press("-");
    await page.getByText("Enregistré.", { exact: true }).waitFor();
    await page.keyboard.press("f");
    await page.locator(".work-panel .badge", { hasText: "Close" }).waitFor();
    await page.locator(".work-panel .views button[aria-disabled=false]").first().waitFor();
    await page.keyboard.press("z");
    await page.locator(".work-panel .badge", { hasText: "Répondue" }).waitFor();
    await page.locator(".work-panel .views button[aria-disabled=false]").first().waitFor();
    await page.keyboard.press("f");
    await page.locator(".work-panel .badge", { hasText: "Close" }).waitFor();
    await keep("day_closed");
  });
  await step("several stories are ticked with x and taken at once", async () => {
    await go("#/techniville", "À traiter");
    const rows = page.locator("li.row");
    await rows.nth(2).waitFor();
    await page.locator("h1").focus();
    for (let at = 0; at < 2; ++at) {
      await page.keyboard.press("j");
      await page.keyboard.press("x");
    }
    await page.getByRole("group", { name: "2 histoires cochées" }).waitFor();
    const refs = await page.locator("li.row:has(input:checked)").evaluateAll((all) => all.map((one) => one.id.slice("row-".length)));
    await page.keyboard.press("p");
    await page.getByText("C’est fait pour 2 histoires.").waitFor();
    for (const ref of refs) expect((await api(`tenants/techniville/work/${ref}`)).state === "taken", `${ref} was not taken`);
  });
  await step("a mention shows the conversation it belongs to, in order, with a link to what was not kept", async () => {
    const said = (id, text, parent, minute) => push({ id, text, source: "mastodon", kind: "reply", author: { id: `u-${id}`, name: id }, created_at: new Date(Date.now() - (60 - minute) * 60_000).toISOString(), ...(parent ? { in_reply_to: parent } : {}) });
    await said("fil-1", "Les horaires du gymnase de Techniville changent, quelqu'un sait quand ?", "https://reseau.example/@ville/9", 0);
    await said("fil-2", "Lundi je crois", "fil-1", 10);
    await said("fil-3", "Non, mardi", "fil-2", 20);
    await said("fil-4", "Merci pour l'info", "fil-1", 30);
    const { mentions } = await api("tenants/techniville/mentions?limit=10");
    const open = mentions.find(({ id }) => id === "fil-3");
    await page.evaluate((ref) => { location.hash = `#/techniville/mention/${ref}`; }, open.ref);
    await page.getByRole("heading", { name: "Conversation" }).waitFor();
    const texts = await page.locator(".thread li").allInnerTexts();
    expect(texts.length === 4 && /horaires/.test(texts[0]) && /Lundi/.test(texts[1]) && /cette mention/.test(texts[2]) && /Merci/.test(texts[3]), texts.join(" | "));
    expect((await page.locator(".thread li[aria-current=true]").count()) === 1, "which of them is open is not said");
    expect((await page.locator(".thread a[target=_blank]").getAttribute("href")) === "https://reseau.example/@ville/9", "there is no link to the beginning");
    await page.locator("#thread-title").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector("#thread-title").getBoundingClientRect().top < innerHeight);
    await keep("thread_1280");
    await page.locator(".thread a[href*=mention]").first().click();
    await page.locator(".detail blockquote", { hasText: "horaires du gymnase" }).waitFor();
    await go("#/techniville", "À traiter");
  });
  await step("a filter is kept under a name and carried by the address", async () => {
    await page.getByRole("searchbox").fill("piscine");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => [...document.querySelectorAll("li.row .quote")].every((one) => /piscine/i.test(one.textContent)) && document.querySelector("li.row"));
    await page.locator("summary", { hasText: "Filtres enregistrés" }).click();
    await page.getByLabel("Nom du filtre").fill("la piscine");
    await page.getByRole("button", { name: "Enregistrer ce filtre" }).click();
    const found = await page.locator("li.row").count();
    await page.reload();
    await page.waitForFunction((count) => document.querySelectorAll("li.row").length === count, found);
    expect((await page.getByRole("searchbox").inputValue()) === "piscine", "the address does not carry the search");
    await go("#/techniville/alertes", "Alertes");
    await go("#/techniville", "À traiter");
    await page.locator("summary", { hasText: "Filtres enregistrés" }).click();
    await page.getByRole("button", { name: "Appliquer le filtre la piscine" }).click();
    await page.waitForFunction((count) => document.querySelectorAll("li.row").length === count, found);
  });
  await step("an alert's incident is muted with a reason, and heard again", async () => {
    await go("#/techniville/alertes", "Alertes");
    await page.getByRole("button", { name: /^Rendre muet :/ }).first().click();
    await page.waitForFunction(() => document.activeElement.id === "silence-reason");
    await page.keyboard.type("Exercice annoncé");
    await page.keyboard.press("Enter");
    await page.getByText("Exercice annoncé").waitFor();
    expect((await api("tenants/techniville/silences?state=active")).silences.length === 1, "there is no silence");
    await keep("alerts_silence");
    await page.getByRole("button", { name: /^Arrêter le silence/ }).click();
    await page.getByText("(terminé").waitFor();
  });

  await step("the director's numbers are the API's and those of a recount of the mentions", async () => {
    await go("#/techniville/tableau", "Tableau de bord");
    const volume = page.locator("#volume");
    await volume.getByRole("button", { name: /^Voir le tableau/ }).click();
    const shown = await volume.locator("tbody tr").evaluateAll((rows) => rows.reduce((sum, row) => sum + Number(row.cells[1].innerText.replace(/\D/g, "")), 0));
    const to = Math.ceil(Date.now() / 3_600_000) * 3_600_000, from = to - 7 * 86_400_000;
    const iso = (at) => new Date(at).toISOString();
    const { totals, topics } = await api(`tenants/techniville/stats?from=${iso(from)}&to=${iso(to)}&by=hour`);
    expect(shown === totals.mentions, `the table adds up to ${shown}, /stats says ${totals.mentions}`);
    let counted = 0, before = "";
    const tones = {};
    do {
      const { mentions, next } = await api(`tenants/techniville/mentions?limit=200${before ? `&before=${before}` : ""}`);
      for (const mention of mentions) {
        const at = Date.parse(mention.created_at);
        if (mention.author?.official || at < from || at >= to) continue;
        counted += 1;
        for (const topic of mention.topics) (tones[topic] ??= { negative: 0, neutral: 0, positive: 0 })[mention.in_force.tone] += 1;
      }
      before = next;
    } while (before);
    expect(counted === shown, `a recount gives ${counted}, the chart ${shown}`);
    await page.locator("#tones").getByRole("button", { name: /^Voir le tableau/ }).click();
    const rows = await page.locator("#tones tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
    expect(rows.length === topics.length, `${rows.length} topics of ${topics.length}`);
    for (const [topic, negative, neutral, positive] of rows) {
      const own = tones[topic];
      expect([negative, neutral, positive].join() === [own.negative, own.neutral, own.positive].join(), `${topic}: ${negative} ${neutral} ${positive}, a recount gives ${JSON.stringify(own)}`);
    }
    const { kpis } = await api(`tenants/techniville/kpi?from=${iso(from)}&to=${iso(to)}`);
    const net = kpis.find(({ name }) => name === "net_sentiment");
    const tile = await page.locator(".tile", { hasText: "Sentiment net" }).innerText();
    expect(tile.includes(net.value.toLocaleString("fr", { maximumFractionDigits: 1 })), `${tile} is not ${net.value}`);
    await keep("dashboard");
  });
  await step("a chart's CSV has the rows of its table", async () => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#tones").getByRole("button", { name: /CSV/ }).click()]);
    const chunks = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString("utf8").replace(/^\ufeff/, "").trim().split("\r\n");
    const rows = await page.locator("#tones tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join(",")));
    expect(lines[0] === "Thème,Négatives,Neutres,Positives", lines[0]);
    expect(lines.slice(1).join("\n") === rows.join("\n"), `${lines.slice(1, 3)} is not ${rows.slice(0, 2)}`);
  });
  await step("the dashboard prints on one page, without what is only for the screen", async () => {
    await page.reload();
    await page.locator("#volume canvas").waitFor();
    const pdf = await page.pdf({ format: "A4", printBackground: true });
    const pages = (pdf.toString("latin1").match(/\/Type \/Page\b/g) ?? []).length;
    expect(pages === 1, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    expect(!(await page.locator("nav").isVisible()), "the bar is printed");
    await keep("dashboard_print");
    await page.emulateMedia({ media: "screen" });
  });

  await step("who runs the engine sees a source fail", async () => {
    await go("#/techniville/exploitation", "Exploitation");
    const row = page.locator("#engine tbody tr").filter({ hasText: "journal" });
    await row.filter({ hasText: "En attente après une erreur" }).waitFor();
    await page.locator("#data tbody tr").filter({ hasText: "journal" }).getByText(/500/).waitFor();
    expect(/p99/.test(await page.locator("#engine").innerText()), "no times are told");
    await keep("engine");
    await go("#/techniville", "À traiter");
    expect(/Sources aveugles : .*journal/.test(await page.locator(".band").innerText()), "the band does not say who is blind");
    await fetch(`http://127.0.0.1:${sitePort}/mend`);
  });

  const people = {};
  await step("an administrator invites a community manager, a director and a data-protection officer", async () => {
    await go("#/techniville/comptes", "Comptes");
    for (const [name, role] of [["lea", "Animation"], ["victor", "Direction"], ["nora", "Protection des données"]]) {
      const form = page.getByRole("form", { name: "Inviter quelqu’un" });
      await form.getByLabel("Identifiant").fill(name);
      for (const box of await form.getByRole("checkbox").all()) await box.uncheck();
      await form.getByLabel(role, { exact: true }).check();
      await form.getByRole("button", { name: "Inviter quelqu’un" }).click();
      await page.getByText(`Mot de passe à usage unique de ${name}.`).waitFor();
      people[name] = await page.locator(".notice code").innerText();
    }
    await page.locator("li.account", { hasText: "nora" }).getByText(/Techniville : Protection des données/).waitFor();
    await keep("accounts");
  });
  let lea, victor, nora;
  await step("each chooses a password and is offered what their role opens, nothing else", async () => {
    lea = await signIn("lea", people.lea);
    victor = await signIn("victor", people.victor);
    nora = await signIn("nora", people.nora);
    const offered = async (who) => (await who.locator("nav a").allInnerTexts()).join();
    expect(!(await offered(lea)).includes("Comptes"), await offered(lea));
    expect((await lea.locator("header select option").allTextContents()).join() === "Techniville", "lea sees another town");
    await go("#/techniville/comptes", "Votre rôle ne donne pas accès à cet écran.", lea);
    await go("#/techniville/confidentialite", "Confidentialité", victor);
    expect((await victor.getByRole("button", { name: "Effacer" }).count()) === 0, "a director is offered to erase");
    await go("#/techniville", "À traiter", victor);
    await victor.locator("li.row").first().waitFor();
    expect((await victor.locator("li.row input[type=checkbox]").count()) === 0, "a director is offered to handle");
  });
  const camille = async () => (await api("tenants/techniville/mentions?q=Lilas&limit=5")).mentions.find(({ id }) => id === "day-1");
  await step("an identity takes a reason and a second person, is read once, and stays in the log", async () => {
    const mention = await camille();
    await go(`#/techniville/mention/${mention.ref}`, "À traiter", lea);
    await lea.getByRole("link", { name: "Demander l’identité de l’auteur" }).click();
    await lea.getByLabel("Motif (dix caractères au moins)").fill("Mise en danger, demande du procureur");
    await lea.getByRole("button", { name: "Demander l’identité" }).click();
    await lea.getByText("La demande attend une seconde personne.").waitFor();
    await go("#/techniville/confidentialite", "Confidentialité", victor);
    await victor.getByText("Mise en danger, demande du procureur").waitFor();
    await victor.getByRole("button", { name: "Accorder" }).click();
    await victor.getByText("Aucune demande.").waitFor();
    await lea.reload();
    lea.once("dialog", (dialog) => void dialog.accept());
    await lea.getByRole("button", { name: "Lire l’identité" }).click();
    await lea.getByText("Camille Exemple").waitFor();
    await lea.reload();
    await lea.getByText("lue").first().waitFor();
    expect((await lea.getByText("Camille Exemple").count()) === 0 && (await lea.getByRole("button", { name: "Lire l’identité" }).count()) === 0, "it can be read again");
    await go("#/techniville/confidentialite", "Confidentialité", nora);
    await nora.getByRole("row", { name: /lea readIdentity/ }).waitFor();
  });
  await step("who asks to be forgotten is, and the receipt can be handed over", async () => {
    await nora.getByLabel("Réseau (par exemple mastodon)").fill("mastodon");
    await nora.getByLabel("Compte, tel qu’on le voit").fill("nobody");
    nora.on("dialog", (dialog) => void dialog.accept());
    await nora.getByRole("button", { name: "Effacer" }).click();
    await nora.getByText("Personne n’est connu sous ce nom").waitFor();
    await nora.getByLabel("Identifiant chez le réseau (s’il est connu)").fill("u-77");
    await nora.getByRole("button", { name: "Effacer" }).click();
    await nora.getByText("C’est fait : plus personne n’en voit rien.").waitFor();
    expect((await camille()) === undefined, "the mention is still there");
    const [file] = await Promise.all([nora.waitForEvent("download"), nora.getByRole("button", { name: /^Télécharger le reçu/ }).click()]);
    expect(/^recu-.*\.json$/.test(file.suggestedFilename()), file.suggestedFilename());
    await nora.screenshot(process.env.VIGIE_SCREENSHOTS ? { path: `${process.env.VIGIE_SCREENSHOTS}/privacy.png` } : {});
  });
  await step("a role that is taken away takes the screen with it", async () => {
    await go("#/techniville/comptes", "Comptes");
    const account = page.locator("li.account", { hasText: "lea" });
    await account.locator("summary").click();
    await account.getByLabel("Animation", { exact: true }).uncheck();
    await account.getByLabel("Lecture", { exact: true }).check();
    await account.getByRole("button", { name: "Enregistrer les rôles" }).click();
    await account.getByText(/Techniville : Lecture/).waitFor();
    await lea.reload();
    await lea.getByRole("heading", { name: "Connexion" }).waitFor();
    for (const who of [lea, victor, nora]) await who.context().close();
  });
  await step("everybody sees whole weeks of a town that shows them, without signing in, and nothing of one that does not", async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "fr-FR" });
    const who = await context.newPage();
    await who.goto(`${address}#/techniville/kiosque`);
    await who.getByRole("heading", { level: 1, name: "Ce qui se dit de Techniville" }).waitFor();
    const table = who.locator(".kiosk table").first();
    await table.waitFor();
    const total = await table.locator("tr.total td").last().innerText();
    const week = await who.locator(".kiosk section").first().getAttribute("aria-labelledby");
    const csv = await (await who.request.get(`${address}public/techniville/weeks/${week}`)).text();
    expect(csv.includes(`techniville,${week},tous,tous,${total},publiée`), `${total} is not in ${csv.slice(-200)}`);
    expect(/secret/.test(await who.locator(".kiosk").innerText()), "nothing is hidden");
    await who.screenshot(process.env.VIGIE_SCREENSHOTS ? { path: `${process.env.VIGIE_SCREENSHOTS}/kiosk.png` } : {});
    expect((await who.request.get(`${address}public/autreville/weeks`)).status() === 404, "the other town shows itself");
    await who.evaluate(() => { location.hash = "#/autreville/kiosque"; });
    await who.getByRole("heading", { name: "Cette page n’existe pas." }).waitFor();
    await context.close();
  });
  await step("a second factor and a password of one's own are a matter of the profile", async () => {
    await go("#/techniville/profil", "Mon profil");
    await page.getByRole("button", { name: "Ajouter un second facteur" }).click();
    await page.getByText("Saisissez cette clé dans votre application").waitFor();
    expect(/^[A-Z2-7]{32}$/.test(await page.locator("main code").innerText()), "there is no key to be typed");
    await keep("profile");
  });
  await step("who runs the engine sees the source recover", async () => {
    await go("#/techniville/exploitation", "Exploitation");
    const row = page.locator("#engine tbody tr").filter({ hasText: "journal" });
    await row.filter({ hasText: "Active" }).waitFor({ timeout: 120_000 });
    await go("#/techniville", "À traiter");
  });
}
