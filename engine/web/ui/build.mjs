// Bundles the screens into dist/: index.html and hashed assets, nothing fetched from elsewhere, no inline script.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const out = process.argv[2] ?? join(here, "dist");

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "assets"), { recursive: true });
await build({
  entryPoints: { app: join(here, "src/main.tsx"), style: join(here, "src/style.css") },
  outdir: join(out, "assets"),
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
});

const names = await readdir(join(out, "assets"));
const asset = (start, end) => `/assets/${names.find((n) => n.startsWith(start) && n.endsWith(end))}`;
const icon = await readFile(join(here, "src/icon.svg"));
const iconName = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
await writeFile(join(out, "assets", iconName), icon);
const page = (await readFile(join(here, "src/index.html"), "utf8"))
  .replace("{{script}}", asset("app-", ".js"))
  .replace("{{style}}", asset("style-", ".css"))
  .replace("{{icon}}", `/assets/${iconName}`);
await writeFile(join(out, "index.html"), page);
