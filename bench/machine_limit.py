"""What the least conceivable engine would spend on a post (bench/limit.h)."""

import re
import subprocess
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "build" / "release" / "bench"


class Limit:
    """Microseconds of CPU, by stage, with as many posts `stored`."""

    def __init__(self, way, posts, stored, folder):
        said = subprocess.run([BENCH / "end_to_end_bench", "--limit-only", "--rounds", "1", "--read", way, "--posts", str(posts), "--limit-stores",
                               str(stored), "--folder", folder], check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        self.said = f"{said.replace('round 1  ', f'{way}: ')}; {stored:,} stored"
        self.parts = {name: float(us) for name, us in re.findall(r"(read|sign|parse|fold|match|classify|store) ([0-9.]+)", said)}

    def us(self, judged=1.0):
        """Where a share is `judged`: classified and stored."""
        return sum(us * (judged if name in ("classify", "store") else 1) for name, us in self.parts.items())
