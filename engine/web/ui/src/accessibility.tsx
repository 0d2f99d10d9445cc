import { useEffect } from "preact/hooks";
import { focusSoon } from "./focus";
import { t } from "./words";

const kSections = ["state", "tested", "untested", "known", "contact"] as const;

/// What was tested, what was not, and whom to tell.
export function Accessibility({ back }: { back: string }) {
  useEffect(() => {
    document.title = `${t("access.title")} – Vigie`;
    focusSoon("h1");
  }, []);
  return (
    <main id="content" class="page">
      <h1 tabIndex={-1}>{t("access.title")}</h1>
      {kSections.map((name) => (
        <section key={name}>
          <h2>{t(`access.${name}.title`)}</h2>
          <ul>{t(`access.${name}.items`).split("\n").map((item) => <li key={item}>{item}</li>)}</ul>
        </section>
      ))}
      <p><a href={back}>{t("access.back")}</a></p>
    </main>
  );
}
