// Bundles the screens into dist/: index.html and hashed assets, nothing fetched from elsewhere, no inline script.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const out = process.argv[2] ?? join(here, "dist");

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "assets"), { recursive: true });
const bundled = await build({
  entryPoints: { app: join(here, "src/main.tsx"), style: join(here, "src/style.css") },
  outdir: join(out, "assets"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
  write: false,
});

/// Writes an asset under a name that its content alone decides (the bundler's own hash knows where the packages lie). Gives its address.
async function keep(stem, kind, content) {
  const url = `/assets/${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}.${kind}`;
  await writeFile(join(out, url), content);
  return url;
}
const bundle = (kind) => bundled.outputFiles.find((file) => file.path.endsWith(`.${kind}`)).contents;

const page = (await readFile(join(here, "src/index.html"), "utf8"))
  .replace("{{script}}", await keep("app", "js", bundle("js")))
  .replace("{{style}}", await keep("style", "css", bundle("css")))
  .replace("{{icon}}", await keep("icon", "svg", await readFile(join(here, "src/icon.svg"))));
await writeFile(join(out, "index.html"), page);
