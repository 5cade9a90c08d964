"""Prints where pixels of maps lie in other systems as JSON, as PROJ says (needs pyproj).

A list of {from, to, bbox, size, points}: the map is in `to`, points are [column, row, x, y in `from`].
"""

import json

from pyproj import Transformer

MAPS = [
    # from, to, bbox of the map (x before y), size
    (3857, 4326, (-10, 35, 30, 70), (512, 448)),
    (4326, 3857, (-1500000, 4000000, 4000000, 11000000), (400, 512)),
    (3857, 25832, (280000, 5230000, 920000, 6110000), (512, 512)),
    (4326, 3035, (2500000, 1500000, 6000000, 5000000), (512, 512)),
    (3857, 31467, (3280000, 5240000, 3920000, 6100000), (512, 512)),
    (25832, 3857, (1000000, 6500000, 1100000, 6600000), (300, 300)),
    (4326, 3413, (-3500000, -3500000, 3500000, 3500000), (512, 512)),
    (3857, 3995, (-4000000, -4000000, 4000000, 4000000), (512, 512)),
    (4326, 3031, (-4000000, -4000000, 4000000, 4000000), (512, 512)),
    (3857, 2154, (100000, 6000000, 1250000, 7150000), (512, 512)),
    (4326, 2056, (2480000, 1070000, 2840000, 1300000), (512, 400)),
    (4326, 27700, (0, 0, 700000, 1300000), (300, 512)),
    (3857, 5514, (-910000, -1230000, -420000, -930000), (512, 400)),
    (3035, 4326, (-10, 35, 30, 70), (512, 448)),
]
STEPS = 12

maps = []
for source, target, bbox, size in MAPS:
    transformer = Transformer.from_crs(target, source, always_xy=True)
    points = []
    for row in range(STEPS):
        for column in range(STEPS):
            at = [round((column + 0.37) * size[0] / STEPS) + 0.5, round((row + 0.61) * size[1] / STEPS) + 0.5]
            x = bbox[0] + at[0] * (bbox[2] - bbox[0]) / size[0]
            y = bbox[3] - at[1] * (bbox[3] - bbox[1]) / size[1]
            points.append([*at, *(round(value, 7) for value in transformer.transform(x, y))])
    maps.append({"from": f"EPSG:{source}", "to": f"EPSG:{target}", "bbox": bbox, "size": size, "points": points})
print("[" + ",\n".join(json.dumps(one) for one in maps) + "]")
