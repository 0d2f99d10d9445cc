// The rules' desk and the explorer, as parts of screens.mjs: the page is signed in as who may publish, and in French.
import { axeFaults } from "./accessible.mjs";

export async function rulesSteps({ page, address, step, keep, expect, waitForFocus, push }) {
  const open = async (path, heading) => {
    await page.evaluate((hash) => { location.hash = hash; }, `#/techniville/${path}`);
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
  };
  const fits = async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= width, `${wide} px wide on ${width}`);
  };
  const pictures = async (name) => {
    for (const width of [320, 768, 1440]) {
      await fits(width);
      await keep(`${name}_${width}`);
    }
  };
  const sound = async () => {
    const found = await axeFaults(page);
    expect(found.length === 0, found.join("\n"));
  };
  const text = () => page.getByLabel("Texte des règles (YAML)");
  const state = (words) => page.locator("#rules-state").filter({ hasText: words }).waitFor();

  await step("the rules say which packs are in force, with their tests and results", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open("regles", "Règles");
    await page.getByText(/Règles en vigueur : [0-9a-f]{16}/).waitFor();
    const pack = page.locator("details.pack").last();
    await pack.locator("> summary").filter({ hasText: /municipal_fr.*\d+ règles.*\d+ essais réussis/ }).click();
    expect((await pack.locator("> .scroll tbody tr").count()) > 100, "the pack's rules are not listed");
    await pack.locator("> summary").click();
  });
  await step("an example is checked while it is there, and nothing is published by that", async () => {
    await page.getByRole("button", { name: "Commencer par un exemple" }).click();
    await state("Aucun problème.");
    await page.getByText("1 règle, 2 essais réussis.").waitFor();
    const rules = await (await page.request.get(`${address}api/v1/tenants/techniville/rules`)).json();
    expect(rules.packs.at(-1).text === "", "the example was published");
    await pictures("rules_editor");
  });
  await step("a mistake is told while typing, and its button puts the caret where it is", async () => {
    await text().fill((await text().inputValue()).replace("topic: vélo", "topci: vélo"));
    await state(/problèmes? : rien ne peut être publié/);
    await page.locator(".rule-problems").getByRole("button", { name: "Ligne 5, colonne 12" }).click();
    await waitForFocus("rules-text");
    const place = await text().evaluate((field) => [field.selectionStart, field.value.slice(field.selectionStart, field.selectionStart + 4)]);
    expect(place[1] === "vélo", `the caret is before ${place[1]}`);
    await page.locator("#rules-here").getByText(/Ligne 5\..*topci/).waitFor();
    expect((await text().getAttribute("aria-invalid")) === "true", "the field does not say that it is wrong");
    await keep("rules_problem");
    await sound();
    const publish = page.getByRole("button", { name: "Publier" });
    expect((await publish.getAttribute("aria-disabled")) === "true", "it could be published");
    await text().fill((await text().inputValue()).replace("topci: vélo", "topic: vélo").replace("Il manque un garage à vélos", "Il manque un garage"));
    await state(/1 essai réussi, 1 échoué/);
    await page.locator(".rule-tests .failed").first().getByText(/velo.garage does not match/).waitFor();
    await text().fill((await text().inputValue()).replace("Il manque un garage", "Il manque un garage à vélos"));
    await state("Aucun problème.");
  });
  await step("the text survives a look at another screen", async () => {
    await open("explorer", "Explorer");
    await open("regles", "Règles");
    expect(/velo\.garage/.test(await text().inputValue()), "the text is gone");
  });
  await step("the last days are tried before anything is published", async () => {
    await push({ id: "velo-1", source: "forum", text: "Toujours pas de garage à vélos à la gare", created_at: new Date().toISOString() });
    await state("Aucun problème.");
    await page.getByRole("button", { name: "Essayer" }).click();
    await page.getByText(/mentions gardées ont été rejugées/).waitFor();
    const gained = page.locator(".rules-editor dl.facts div").first().locator("dd");
    expect(Number(await gained.innerText()) >= 1, `gained: ${await gained.innerText()}`);
    await page.locator(".examples li").first().getByText(/garage à vélos/).waitFor();
    await page.locator("#preview-title").evaluate((title) => title.scrollIntoView({ behavior: "instant" }));
    await keep("rules_preview");
    await sound();
  });
  await step("a reason is asked for, then it is in force and in the history", async () => {
    await page.getByRole("button", { name: "Publier" }).click();
    await waitForFocus("rules-reason");
    await page.getByText("Écrivez le motif.").waitFor();
    await page.getByLabel("Motif (dans l’historique et le journal d’audit)").fill("Les cyclistes le demandent");
    await page.getByRole("button", { name: "Publier" }).click();
    await page.getByText("C’est en vigueur : version 1.").waitFor();
    await waitForFocus("own-title");
    await page.getByRole("cell", { name: "Les cyclistes le demandent" }).waitFor();
    await push({ id: "velo-2", source: "forum", text: "Un parking à vélos serait bien", created_at: new Date().toISOString() });
    const { mentions } = await (await page.request.get(`${address}api/v1/tenants/techniville/mentions?topic=v%C3%A9lo`)).json();
    expect(mentions.some(({ id }) => id === "velo-2"), "the new rule did not judge the next mention");
  });
  await step("an earlier version is compared and put in force again, behind a confirmation", async () => {
    await text().fill((await text().inputValue()).replace("parking à vélos", "local à vélos"));
    await state("Aucun problème.");
    await page.getByLabel("Motif (dans l’historique et le journal d’audit)").first().fill("Autre mot");
    await page.getByRole("button", { name: "Publier" }).click();
    await page.getByText("C’est en vigueur : version 2.").waitFor();
    await page.getByRole("button", { name: "Comparer la version 1" }).click();
    await waitForFocus("version-title");
    await page.locator("pre.diff ins").getByText(/parking à vélos/).waitFor();
    await page.locator("pre.diff del").getByText(/local à vélos/).waitFor();
    await page.locator("#version-title").evaluate((title) => title.scrollIntoView({ behavior: "instant" }));
    await pictures("rules_history");
    await sound();
    await page.getByRole("button", { name: "Revenir à la version 1" }).click();
    await waitForFocus("restore-reason");
    await page.locator("#restore-reason").fill("Mauvais mot");
    await page.getByRole("button", { name: "Remettre la version 1 en vigueur" }).click();
    await page.getByText("C’est en vigueur : version 3.").waitFor();
    expect(/parking à vélos/.test(await text().inputValue()), "the editor shows another text");
  });
  await step("what somebody else publishes meanwhile is not overwritten, and what one wrote stays", async () => {
    await text().fill(`${await text().inputValue()}# à moi\n`);
    await state("Aucun problème.");
    const status = await page.evaluate(async () => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const { packs } = await (await fetch("/api/v1/tenants/techniville/rules")).json();
      const own = packs.at(-1);
      const body = JSON.stringify({ text: `${own.text}# à l'autre\n`, reason: "un autre", base: own.hash });
      return (await fetch("/api/v1/tenants/techniville/rules/publish", { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf } })).status;
    });
    expect(status === 200, `the other one was answered ${status}`);
    await page.getByLabel("Motif (dans l’historique et le journal d’audit)").first().fill("moi aussi");
    await page.getByRole("button", { name: "Publier" }).click();
    await page.getByText(/Quelqu’un a publié d’autres règles depuis que vous avez commencé/).waitFor();
    await waitForFocus("rules-stale");
    expect(/# à moi/.test(await text().inputValue()), "what was written is gone");
    await page.getByRole("button", { name: "Abandonner mes changements" }).click();
    expect(/# à l'autre/.test(await text().inputValue()), "the text in force is not shown");
  });
  await step("the explorer finds with the language of rules, marks what it found and says so in the address", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open("explorer", "Explorer");
    await page.getByText(/mentions trouvées/).waitFor();
    await page.getByLabel("Chercher dans les mentions gardées").fill("garage NEAR/3 vélo*");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => [...document.querySelectorAll("ol.results mark")].map((mark) => mark.textContent).join(" ").startsWith("garage vélos"));
    expect(/q=garage\+NEAR%2F3\+v%C3%A9lo\*/.test(page.url()), page.url());
    await pictures("explorer_list");
  });
  await step("a fault stands under its letter, and the caret goes there", async () => {
    await page.getByLabel("Chercher dans les mentions gardées").fill("été AND (eau");
    await page.getByRole("button", { name: "Chercher", exact: true }).click();
    await page.getByRole("button", { name: "Aller à la colonne 9" }).click();
    await waitForFocus("explore-query");
    expect((await page.locator("#explore-query").evaluate((field) => field.selectionStart)) === 8, "the caret is elsewhere");
    expect((await page.locator("pre.caret").innerText()).split("\n")[1] === "        ^", await page.locator("pre.caret").innerText());
    await keep("explorer_fault");
    await sound();
  });
  await step("filters, table, chart and CSV agree", async () => {
    await page.getByLabel("Chercher dans les mentions gardées").fill("eau OR travaux");
    await page.getByRole("button", { name: "Chercher", exact: true }).click();
    await page.getByLabel("Période").selectOption("30");
    const found = page.locator(".said b");
    await page.waitForFunction(() => /\d/.test(document.querySelector(".said b")?.textContent ?? ""));
    const month = await found.innerText();
    await page.getByLabel("Période").selectOption("custom");
    await page.getByLabel("Du", { exact: true }).fill("2020-01-01");
    await page.getByText("La période commence avant de finir").waitFor();
    await page.getByLabel("Période").selectOption("30");
    await page.waitForFunction((words) => document.querySelector(".said b")?.textContent === words, month);
    await page.getByRole("button", { name: "Tableau" }).click();
    expect((await page.locator(".explorer table thead th").count()) === 5, "the table lacks columns");
    await keep("explorer_table");
    await sound();
    await page.getByRole("button", { name: "Graphique" }).click();
    await page.getByRole("img", { name: /^Colonnes : / }).waitFor();
    await pictures("explorer_chart");
    await sound();
    await page.getByRole("button", { name: "Voir le tableau : Mentions par jour" }).click();
    const cells = await page.locator("#explored tbody td:nth-child(2)").allInnerTexts();
    const sum = cells.reduce((all, cell) => all + Number(cell.replace(/\D/g, "")), 0);
    const total = Number((await found.innerText()).replace(/\D/g, ""));
    expect(total > 0 && sum === total, `${sum} in the table, ${total} found`);
    const link = await page.getByRole("link", { name: "Télécharger en CSV" }).getAttribute("href");
    const csv = await (await page.request.get(new URL(link, address).href)).text();
    expect(csv.split("\r\n").filter((line) => /^\d+-\d+,/.test(line)).length === total, "the CSV holds others");
  });
  await step("the address brings the same search back", async () => {
    const before = await page.locator(".said b").innerText();
    await page.reload();
    await page.getByRole("img", { name: /^Colonnes : / }).waitFor();
    expect((await page.locator(".said b").innerText()) === before, await page.locator(".said b").innerText());
    expect((await page.getByLabel("Période").inputValue()) === "30", "the period is another one");
  });
  await step("a search becomes a rule draft in the editor, with tests that pass", async () => {
    await page.getByLabel("Nom du thème").fill("Eau et travaux");
    await page.getByRole("button", { name: "Ouvrir le brouillon dans les règles" }).click();
    await page.getByRole("heading", { name: "Règles", level: 1 }).waitFor();
    await state("Aucun problème.");
    await page.getByText("2 règles, 4 essais réussis.").waitFor();
    expect(/recherche\.eau_et_travaux/.test(await text().inputValue()), await text().inputValue());
    await page.getByRole("button", { name: "Abandonner mes changements" }).click();
    expect(!/recherche/.test(await text().inputValue()), "the draft is still there");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate(() => { location.hash = "#/techniville"; });
    await page.getByRole("heading", { name: "À traiter" }).waitFor();
  });
}
