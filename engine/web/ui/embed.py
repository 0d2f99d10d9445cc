#!/usr/bin/env python3
"""embed.py DIST OUT.cc: turns the bundled screens into one C++ file, each asset as it is and gzip-compressed."""

import gzip
import hashlib
import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml"}


def array(name, data):
    rows = (data[i:i + 32] for i in range(0, len(data), 32))
    body = "\n".join("    " + ",".join(str(b) for b in row) + "," for row in rows)
    return f"const unsigned char {name}[] = {{\n{body}\n}};\n"


def main():
    dist, out = Path(sys.argv[1]), Path(sys.argv[2])
    arrays, rows = [], []
    for index, path in enumerate(sorted(p for p in dist.rglob("*") if p.is_file())):
        data = path.read_bytes()
        arrays.append(array(f"kPlain{index}", data))
        arrays.append(array(f"kGzip{index}", gzip.compress(data, 9, mtime=0)))
        url = "/" + path.relative_to(dist).as_posix()
        etag = hashlib.sha256(data).hexdigest()[:16]
        rows.append(f'    {{"{url}", "{TYPES[path.suffix]}", "\\"{etag}\\"", bytes(kPlain{index}), bytes(kGzip{index})}},')
    out.write_text(
        '// Made by engine/web/ui/embed.py.\n#include "engine/web/assets.h"\n\nnamespace vigie {\nnamespace {\n\n'
        + "\n".join(arrays)
        + "\ntemplate <std::size_t kSize>\nstd::string_view bytes(const unsigned char (&data)[kSize]) {\n"
          "  return {reinterpret_cast<const char*>(data), kSize};\n}\n\n"
        + f"const Asset kAssets[] = {{\n" + "\n".join(rows) + "\n};\n\n}  // namespace\n\n"
          "std::span<const Asset> embedded_assets() { return kAssets; }\n\n}  // namespace vigie\n",
        encoding="utf-8")


if __name__ == "__main__":
    main()
