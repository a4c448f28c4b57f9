"""Writes src/image/colormap-tables.ts and the full tables it is checked against, from matplotlib's colour maps (CC0).

Each map becomes the fewest evenly spaced control points that bring every one of its 256 entries within two levels by linear
interpolation. Afterwards: npx biome check --write src/image
"""

from pathlib import Path

import matplotlib
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["inferno", "magma", "viridis", "cividis", "turbo", "gray", "RdBu_r"]
ALIASES = {"gray": "grey", "RdBu_r": "blue-red"}

if __name__ == "__main__":
    full, lines = [], []
    for name in NAMES:
        table = np.rint(matplotlib.colormaps[name](np.arange(256))[:, :3] * 255)
        full.append(table.astype(np.uint8))
        for points in [2, 4, 6, 16, 18, 52, 86, 256]:
            at = np.linspace(0, 255, points).round().astype(int)
            rebuilt = np.stack([np.interp(np.arange(256), at, table[at, c]) for c in range(3)], -1)
            if np.abs(np.rint(rebuilt) - table).max() <= 2:
                break
        hexes = "".join("%02x%02x%02x" % tuple(int(v) for v in table[i]) for i in at)
        key = ALIASES.get(name, name)
        key = f"'{key}'" if "-" in key else key
        chunks = [hexes[i : i + 108] for i in range(0, len(hexes), 108)]
        value = f"'{chunks[0]}'" if len(chunks) == 1 else "\n    " + " +\n    ".join(f"'{c}'" for c in chunks)
        lines.append(f"  {key}:{' ' if len(chunks) == 1 else ''}{value},")
        print(name, points)
    header = "/** Colour maps as evenly spaced control points, six hexadecimal digits each. Written by oracles/image/make_colormaps.py from matplotlib's tables (CC0). */\n\n"
    (ROOT / "src/image/colormap-tables.ts").write_text(header + "export const controlPoints = {\n" + "\n".join(lines) + "\n} as const;\n")
    np.save(ROOT / "test/fixtures/image/colormaps.npy", np.stack(full))
