#!/usr/bin/env python3
"""The Debian package (deploy/package): what is in it, what it says it is made of, and its life: installed, upgraded, removed, purged,
in a root of its own."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, VIGIE, Skip, run_scene  # noqa: E402

CONFIG, EXAMPLE = "etc/vigie/vigie.yaml", "usr/share/doc/vigie/examples/vigie.yaml"
STATE, BACKUP = "var/lib/vigie/store/CURRENT", "var/backups/vigie/2026-11-28T02-30-00.000Z/manifest.json"
# Only unpacked: quick is better than small.
os.environ.update(DPKG_DEB_COMPRESSOR_TYPE="gzip", DPKG_DEB_COMPRESSOR_LEVEL="1")


def output(*command):
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, (command, run.stdout[-1000:], run.stderr[-2000:])
    return run.stdout


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.root = self.directory / "root"
        self.unpacked = self.directory / "unpacked"
        self.package = None
        if all(shutil.which(tool) for tool in ("dpkg-deb", "dpkg-shlibdeps", "strip", "ninja")):
            self.package = Path(output(ROOT / "deploy" / "package", "--binary", VIGIE, "--out", directory).strip())
            output("dpkg-deb", "-R", self.package, self.unpacked)

    def close(self):
        pass

    def need_package(self):
        if not self.package:
            raise Skip("dpkg-dev, binutils and ninja are needed")

    def dpkg(self, *arguments):
        """In a root of its own: its scripts hear of it by DPKG_ROOT. What it depends on is this machine's."""
        for folder in ("var/lib/dpkg/updates", "var/lib/dpkg/info", "etc"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for file in ("status", "available"):
            (self.root / "var/lib/dpkg" / file).touch()
        log = self.directory / "dpkg.log"
        return output("dpkg", f"--root={self.root}", f"--log={log}", "--force-script-chrootless", "--force-depends",
                      "--force-confold", "--force-confdef", "--force-not-root", *arguments)

    def need_root(self):
        self.need_package()
        if os.geteuid() != 0 or not shutil.which("systemd-sysusers"):
            raise Skip("root and systemd's tools are needed")

    def is_there(self, *places):
        return [(self.root / place).exists() for place in places]

    def bom(self):
        return json.loads((self.unpacked / "usr/share/doc/vigie/sbom.cdx.json").read_text(encoding="utf-8"))


def lintian_is_content(scene):
    scene.need_package()
    if not shutil.which("lintian"):
        raise Skip("lintian is not installed")
    told = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--no-tag-display-limit",
                           # Compressed otherwise here than for others.
                           "--suppress-tags", "uses-deprecated-compression-for-data-tarball", scene.package],
                          capture_output=True, text=True, check=False, timeout=300)
    found = [line for line in told.stdout.splitlines() if line.startswith(("E:", "W:"))]
    assert told.returncode == 0 and not found, found or told.stderr


def everything_is_in_it(scene):
    scene.need_package()
    has = {str(path.relative_to(scene.unpacked)): path for path in scene.unpacked.rglob("*") if path.is_file()}
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8"))
    for place in ("usr/bin/vigie", CONFIG, "lib/systemd/system/vigie.service", "usr/share/vigie/rules/packs/municipal_fr.yaml",
                  "usr/share/vigie/rules/models/fr.model", "usr/share/doc/vigie/copyright", "usr/share/doc/vigie/licences.md",
                  "usr/share/doc/vigie/examples/nginx.conf", *(f"usr/share/doc/vigie/runbooks/{alert}.md" for alert in alerts)):
        assert place in has, place
    assert not [path for path in scene.unpacked.rglob("*") if path.is_symlink() or path.stat().st_mode & 0o7022], "modes"
    manual = gzip.decompress(has["usr/share/man/man1/vigie.1.gz"].read_bytes()).decode()
    commands = re.findall(r"^  (\w+) ", output(VIGIE, "--help").split("Subcommands:")[1], re.M)
    assert len(commands) > 15 and all(f".SS vigie {command}\n" in manual for command in commands), commands
    unit = (ROOT / "deploy/vigie.service").read_text(encoding="utf-8")
    for place in re.findall(r"^Exec\w+=(/usr/\S+)|--config (/\S+)", unit, re.M):
        assert "".join(place)[1:] in has, place
    # What comes in the package works: its configuration and its example are valid with its rules, beside secrets that the town has yet to make.
    secret = scene.directory / "guichet.secret"
    secret.write_text("0123456789abcdef0123456789abcdef")
    secret.chmod(0o600)
    for place, moved in ((CONFIG, {}), (EXAMPLE, {"/etc/vigie/guichet.secret": secret})):
        config = (scene.unpacked / place).read_text(encoding="utf-8")
        for ours, here in {"/usr/share/vigie/rules": f"{scene.unpacked}/usr/share/vigie/rules", **moved}.items():
            assert ours in config, ours
            config = config.replace(ours, str(here))
        (scene.directory / "vigie.yaml").write_text(config, encoding="utf-8")
        assert "all well" in output(scene.unpacked / "usr/bin/vigie", "config", "check", "--config", scene.directory / "vigie.yaml")


def installed(scene):
    scene.need_root()
    scene.dpkg("--install", scene.package)
    assert scene.is_there("usr/bin/vigie", CONFIG, "etc/vigie/credentials", "var/lib/vigie", "var/backups/vigie") == [True] * 5
    account = re.search(r"^vigie:[^:]*:(\d+):(\d+):[^:]*:/var/lib/vigie:\S*nologin$", (scene.root / "etc/passwd").read_text(), re.M)
    assert account, "there is no account for the service"
    for place, owner, mode in (("var/lib/vigie", int(account.group(1)), 0o700), ("var/backups/vigie", int(account.group(1)), 0o700),
                               ("etc/vigie/credentials", 0, 0o700), (CONFIG, 0, 0o644)):
        facts = (scene.root / place).stat()
        assert (facts.st_uid, facts.st_mode & 0o7777) == (owner, mode), (place, facts)


def upgraded(scene):
    """To a version whose example is another: what the town wrote stays, and what Vigie remembers."""
    scene.need_root()
    mine = (scene.root / CONFIG).read_text(encoding="utf-8") + "# ours\n"
    (scene.root / CONFIG).write_text(mine, encoding="utf-8")
    for place in (STATE, BACKUP):
        (scene.root / place).parent.mkdir(parents=True)
        (scene.root / place).write_text("kept")
    newer = scene.directory / "newer"
    shutil.copytree(scene.unpacked, newer)
    control = newer / "DEBIAN/control"
    control.write_text(control.read_text(encoding="utf-8").replace("Version: ", "Version: 1000."), encoding="utf-8")
    (newer / CONFIG).write_text("# another example\n", encoding="utf-8")
    output("dpkg-deb", "--root-owner-group", "--build", newer, scene.directory / "newer.deb")
    scene.dpkg("--install", scene.directory / "newer.deb")
    version = output("dpkg-query", f"--admindir={scene.root}/var/lib/dpkg", "-W", "-f", "${Version} ${db:Status-Status}", "vigie")
    assert version.startswith("1000.") and version.endswith(" installed"), version
    assert (scene.root / CONFIG).read_text(encoding="utf-8") == mine and scene.is_there(STATE, BACKUP) == [True, True]


def removed(scene):
    scene.need_root()
    scene.dpkg("--remove", "vigie")
    assert scene.is_there("usr/bin/vigie", "lib/systemd/system/vigie.service", CONFIG, STATE, BACKUP) == [False, False, True, True, True]


def purged(scene):
    scene.need_root()
    scene.dpkg("--purge", "vigie")
    assert scene.is_there(CONFIG, "etc/vigie", "var/lib/vigie", BACKUP) == [False, False, False, True]


def needed_by(file):
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-dW", file)))


def every_library_is_listed(scene):
    scene.need_package()
    bom = scene.bom()
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5")
    listed = {component["name"] for component in bom["components"]}
    packages = set()
    for library in needed_by(VIGIE):
        found = output("dpkg-query", "-S", f"*/{library}")  # of every architecture that is installed
        owners = {line.split(":")[0] for line in found.splitlines()}
        packages |= owners
        assert owners & listed, (library, found)
    assert len(packages) > 15 and {"libboost1.81-dev", "preact", "i18next"} <= listed, packages
    refs = [component["bom-ref"] for component in [bom["metadata"]["component"], *bom["components"]]]
    assert len(refs) == len(set(refs))
    edges = {edge["ref"]: edge["dependsOn"] for edge in bom["dependencies"]}
    assert set(edges) <= set(refs) and all(set(to) <= set(refs) for to in edges.values())
    reached, waiting = set(), [bom["metadata"]["component"]["bom-ref"]]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += edges.get(ref, [])
    assert reached == set(refs), f"nothing needs {set(refs) - reached}"


def every_component_has_a_licence(scene):
    scene.need_package()
    overview = (scene.unpacked / "usr/share/doc/vigie/licences.md").read_text(encoding="utf-8")
    known = {"libssl3": "Apache-2.0", "libsodium23": "ISC", "librocksdb7.8": "GPL-2.0-only OR Apache-2.0", "preact": "MIT",
             "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1", "libeigen3-dev": "MPL-2.0"}
    for component in scene.bom()["components"]:
        [licence] = component["licenses"]
        words = licence.get("expression") or licence["license"]["name"]
        assert words and re.fullmatch(r"[\w.+ -]+(\([\w ]+\))?", words), component
        assert f"| {component['name']} | {component.get('version', '')} | {words} |" in overview, component["name"]
        assert words == known.pop(component["name"], words), component
    assert not known, f"not listed: {known}"


TESTS = {
    "the package holds program, unit, rules, manual, runbooks and a valid example": everything_is_in_it,
    "every library the program loads is in the list of what it is made of": every_library_is_listed,
    "every component has its licence, told to people, too": every_component_has_a_licence,
    "lintian has nothing to say": lintian_is_content,
    "installed, it has its account and its folders": installed,
    "an upgrade keeps configuration, state and backups": upgraded,
    "a removal keeps them, too": removed,
    "a purge takes configuration and state, and leaves backups": purged,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
