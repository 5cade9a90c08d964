"""Prints test/fixtures/proj-transformations.json: what PROJ makes of points in many systems (needs pyproj).

Each system with its axis order and points over its area of use: longitude and latitude of WGS 84, x and y there. PROJ is
asked for the best transformation that needs no grid file, which is what src/srs has the parameters of.
"""

import json
import warnings

from pyproj import CRS
from pyproj.transformer import TransformerGroup

warnings.filterwarnings("ignore")

CODES = [
    # Degrees: Europe, Germany, Austria, France from Paris, Britain, America
    4258, 4314, 4312, 4807, 4277, 4267, 4269, 4283,
    # Web, world, polar
    3857, 3395, 54030, 3031, 3032, 3413, 3571, 3575, 3976, 3995, 5041, 5042, 6931, 6932, 6933, 3408, 3409,
    # Europe
    3034, 3035, 25831, 25832, 25833, 25835, 3043, 3044, 3045, 23030, 23032, 5514, 5513, 2065, 2180, 2176, 2177, 23700,
    3844, 31700, 3763, 20790, 2100, 3301, 3059, 3346, 3006, 3021, 5105, 27392, 3067, 2393, 5972, 8857,
    # Germany, Austria, Switzerland, the Netherlands, Belgium, Britain, Ireland, France, Spain, Italy
    31466, 31467, 31468, 31469, 5678, 5681, 4647, 5650, 31254, 31255, 31256, 31257, 31258, 31259, 31284, 31287,
    21781, 2056, 21780, 28991, 28992, 31370, 3812, 3447, 27700, 29902, 29903, 2157, 2154, 27561, 27562, 27563, 27571,
    27572, 3942, 2062, 25830, 3003, 3004, 6707,
    # America
    26910, 26918, 26712, 26734, 2229, 2236, 2263, 2272, 2285, 2276, 2964, 3005, 3347, 3978, 3979, 5070, 3338, 3310, 32161,
    32198, 2031, 2056, 6372, 31983, 29193, 5880, 22185, 22175, 24878, 24818, 3116,
    # Africa, Asia, Oceania
    20136, 21037, 22332, 22391, 26191, 2048, 23239, 2039, 28191, 27700, 24378, 24547, 3148, 2326, 3414, 3826, 3828, 4479,
    2443, 2451, 6677, 5174, 5178, 5179, 5186, 28348, 28356, 3577, 3111, 7856, 2193, 27200, 3832, 3112, 28408,
    5940, 7407,
    # UTM in the old and the new world
    32201, 32760, 32601, 32632, 32633, 32660, 32701, 32733, 32760,
]


def points(area):
    west, south, east, north = area.west, area.south, area.east, area.north
    if east < west:
        east += 360
    for part_x, part_y in ((0.5, 0.5), (0.2, 0.3), (0.8, 0.7)):
        x = west + (east - west) * part_x
        yield round(x - 360 if x > 180 else x, 4), round(south + (north - south) * part_y, 4)


def transformation(crs):
    group = TransformerGroup(CRS.from_epsg(4326), crs, always_xy=True)
    for one in group.transformers:
        if "allpark" not in one.description and "gridshift" not in one.definition:
            return one
    return None


rows = []
for code in sorted(set(CODES)):
    try:
        crs = CRS.from_epsg(code)
        transformer = transformation(crs)
    except Exception:
        continue
    if transformer is None or crs.area_of_use is None or len(crs.axis_info) != 2:
        continue
    north_first = crs.axis_info[0].direction == "north"
    there = [[x, y, *transformer.transform(x, y)] for x, y in points(crs.area_of_use)]
    rows.append({"code": code, "northFirst": north_first, "unit": crs.axis_info[0].unit_conversion_factor, "points": there})

print("[")
print(",\n".join(json.dumps(row) for row in rows))
print("]")
