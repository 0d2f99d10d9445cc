import type { RuleInPack, RuleTest } from "./rules_api";
import { t } from "./words";

/// What a rule decides, in words.
function decides({ kind, topic, weight, distinct_authors: authors, within_min: minutes }: RuleInPack): string {
  const what = kind === "topic" ? t("rules.decides.topic", { topic }) : kind === "watch" ? t("rules.decides.watch")
    : t(`rules.decides.${kind}`, { weight: weight > 0 ? `+${weight}` : weight });
  return authors > 0 ? `${what} ; ${t("rules.decides.crowd", { authors, minutes })}` : what;
}

export function RulesTable({ rules, title }: { rules: RuleInPack[]; title: string }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={title}>
      <table>
        <caption class="hidden">{title}</caption>
        <thead><tr><th scope="col">{t("rules.rule")}</th><th scope="col">{t("rules.what")}</th><th scope="col">{t("rules.name")}</th></tr></thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <th scope="row"><code>{rule.id}</code></th>
              <td>{decides(rule)}</td>
              <td>{rule.title}{rule.title && rule.about ? " – " : ""}{rule.about}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/// Those that fail first, with what came of them.
export function TestList({ tests, onGo }: { tests: RuleTest[]; onGo?: (line: number) => void }) {
  const sorted = [...tests].sort((a, b) => Number(a.passed) - Number(b.passed));
  return (
    <ul class="plain rule-tests">
      {sorted.map((test) => (
        <li key={`${test.line} ${test.text}`} class={test.passed ? "passed" : "failed"}>
          <b><span aria-hidden="true">{test.passed ? "✓" : "✗"}</span> {t(test.passed ? "rules.passes" : "rules.fails")}</b>{" "}
          {onGo ? <button type="button" class="link" onClick={() => onGo(test.line)}>{t("rules.line", { line: test.line })}</button> : <span class="muted">{t("rules.line", { line: test.line })}</span>}{" "}
          <q>{test.name || test.text}</q>
          {test.faults.length > 0 && <ul lang="en">{test.faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>}
        </li>
      ))}
    </ul>
  );
}

export function testCounts(tests: RuleTest[] | null): string {
  if (!tests) return t("rules.testsUnknown");
  const failed = tests.filter(({ passed }) => !passed).length;
  const passed = t("rules.testsPassed", { count: tests.length - failed });
  return failed === 0 ? passed : `${passed}, ${t("rules.testsFailed", { count: failed })}`;
}
