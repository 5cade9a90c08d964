"""Prints where MapProxy puts tiles, as JSON: [layout, coordinate, path] (needs MapProxy)."""

import json

from mapproxy.cache.file import FileCache
from mapproxy.cache.tile import Tile

COORDS = [(0, 0, 0), (3, 4, 2), (12345, 67890, 17), (1234567, 87654321, 28), (0x12D687, 0x5397FB1, 9)]

rows = []
for layout in ("tc", "mp", "tms", "reverse_tms", "quadkey", "arcgis"):
    cache = FileCache("/cache", "png", directory_layout=layout)
    for coord in COORDS:
        rows.append([layout, coord, cache.tile_location(Tile(coord))])
for dimensions in ({"time": "2020-08-25"}, {"dim_level": "700", "elevation": "5", "dim_a": "x", "time": "t"}):
    cache = FileCache("/cache", "png")
    rows.append(["tc", [3, 4, 2], cache.tile_location(Tile((3, 4, 2)), dimensions=dimensions), dimensions])
print(json.dumps(rows))
