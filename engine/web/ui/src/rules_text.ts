// The text of a town's own pack while somebody edits it: it stays while they look at another screen or load the page again (of this tab), and drafts are put into it.

export interface EditedText {
  text: string;
  /// The hash of what it was made from.
  base: string;
}

const keyOf = (tenant: string) => `vigie.rules.${tenant}`;

export function editedText(tenant: string): EditedText | undefined {
  const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(tenant)) ?? "null");
  return kept === null ? undefined : (kept as EditedText);
}

export function keepText(tenant: string, text: EditedText | null): void {
  if (text) sessionStorage.setItem(keyOf(tenant), JSON.stringify(text));
  else sessionStorage.removeItem(keyOf(tenant));
}

/// Where a line and column (in letters) stand in a text, in the units of a text field.
export function placeOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, Math.max(line - 1, 0)).reduce((sum, one) => sum + one.length + 1, 0);
  const letters = Array.from(lines[line - 1] ?? "").slice(0, Math.max(column - 1, 0));
  return Math.min(before + letters.join("").length, text.length);
}

export function lineAt(text: string, place: number): number {
  return text.slice(0, place).split("\n").length;
}
