import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { save } from "./files";
import { colon, language, t } from "./words";

export interface Column {
  name: string;
  /// Its cells are numbers (null: not known), shown with at most so many decimals.
  decimals?: number;
}
export type Cell = string | number | null;

/// A table of what a chart shows, or of anything else with one row a thing.
export function DataTable({ title, columns, rows }: { title: string; columns: Column[]; rows: Cell[][] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={title}>
      <table>
        <caption class="hidden">{title}</caption>
        <thead><tr>{columns.map(({ name, decimals }) => <th key={name} scope="col" class={decimals === undefined ? "" : "number"}>{name}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>{row.map((cell, column) => {
              const { decimals } = columns[column]!;
              if (column === 0) return <th key={column} scope="row">{cell}</th>;
              return <td key={column} class={decimals === undefined ? "" : "number"}>{shown(cell, decimals)}</td>;
            })}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(cell: Cell, decimals = 0): string {
  if (cell === null) return "–";
  return typeof cell === "number" ? formatNumber(cell, decimals) : cell;
}

export function formatNumber(value: number, decimals = 0): string {
  return value.toLocaleString(language(), { maximumFractionDigits: decimals });
}

/// A share of 1 as a percentage.
export function formatShare(share: number | null, decimals = 0): string {
  return share === null ? "–" : new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: decimals }).format(share);
}

/// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front.
export function csvOf(columns: Column[], rows: Cell[][]): string {
  const cell = (value: Cell) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return [columns.map(({ name }) => name), ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

interface FigureProps {
  id: string;
  title: string;
  formula?: string;
  note?: ComponentChildren;
  columns: Column[];
  rows: Cell[][];
  children: ComponentChildren;
}

/// A chart with its title, its formula, and the same numbers as a table and as CSV: all from the same rows.
export function Figure({ id, title, formula, note, columns, rows, children }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section class="card figure" id={id} aria-labelledby={`${id}-title`}>
      <div class="figure-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {rows.length > 0 && (
          <span class="no-print">
            <button type="button" class="link" aria-pressed={asTable} aria-label={`${t(asTable ? "figure.chart" : "figure.table")}${colon()}${title}`} onClick={() => setAsTable(!asTable)}>{t(asTable ? "figure.chart" : "figure.table")}</button>{" "}
            <button type="button" class="link" aria-label={`${t("figure.csv")}${colon()}${title}`} onClick={() => save(`${id}.csv`, "text/csv;charset=utf-8", `\ufeff${csvOf(columns, rows)}`)}>{t("figure.csv")}</button>
          </span>
        )}
      </div>
      {note}
      {rows.length === 0 ? <p class="muted">{t("figure.nothing")}</p> : asTable ? <DataTable title={title} columns={columns} rows={rows} /> : children}
      {formula && <p class="muted formula">{t("figure.formula", { formula })}</p>}
    </section>
  );
}

/// A line of a few pixels. Its numbers stand beside it.
export function Sparkline({ values, most }: { values: number[]; most?: number }) {
  const top = Math.max(most ?? 0, ...values, 1e-9);
  const x = (at: number) => (values.length < 2 ? 0 : (at / (values.length - 1)) * 118 + 1);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${(23 - (value / top) * 22).toFixed(1)}`).join(" ");
  return <svg class="sparkline" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true"><polyline points={points} /></svg>;
}
