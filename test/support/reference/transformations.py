"""Prints reference transformations as JSON: [code, x, y in EPSG:4326, x, y in the system, north first] (needs pyproj)."""

import json

from pyproj import CRS, Transformer

POINTS = {
    3857: (8.22, 53.15),
    25832: (9.005, 61.545),
    31467: (9.005, 51.18),
    2056: (8.225, 46.815),
    27700: (-3.495, 55.38),
    3035: (4.625, 54.665),
    3413: (10, 75),
    4258: (12.04, 58.805),
    28992: (5.21, 52.225),
    31370: (4.45, 50.505),
    2193: (173.1, -41.2),
    5514: (17.325, 49.395),
}

rows = []
for code, (x, y) in POINTS.items():
    crs = CRS.from_epsg(code)
    transformed = Transformer.from_crs(4326, crs, always_xy=True).transform(x, y)
    rows.append([code, x, y, *transformed, crs.axis_info[0].direction == "north"])
print(json.dumps(rows))
