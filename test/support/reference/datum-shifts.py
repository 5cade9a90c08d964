"""Prints the table of src/srs/datum-shifts.ts from PROJ's copy of the EPSG registry (needs pyproj).

One line for each geographic system and shift: the code of the geographic system, the shift to WGS 84 that PROJ prefers
over the area of use among those without grid files as x, y, z (metres), rotations (arc seconds, position vector) and
scale (ppm), and the codes it holds for: the system itself and projected ones that are built on it. "-" is no shift at
all: longitudes and latitudes stay. Behind an @ comes the grid file that would be better by more than a metre.
"""

import math
import re
import sys
import textwrap
import warnings

from pyproj import CRS
from pyproj.database import get_codes
from pyproj.transformer import TransformerGroup

warnings.filterwarnings("ignore")
wgs84 = CRS.from_epsg(4326)


def parameter(step, name):
    found = re.search(rf"\b{name}=(\S+)", step)
    return float(found.group(1)) if found else 0.0


def is_like_wgs84(crs):
    ellipsoid = crs.ellipsoid
    return ellipsoid.semi_major_metre == 6378137 and abs(ellipsoid.inverse_flattening - 298.2572) < 1e-4


def about_origin(values, pivot):
    """The move of a turn about the centre of the earth that is the same as the given one about another point."""
    move, (rx, ry, rz), scale = values[:3], [math.radians(value / 3600) for value in values[3:6]], 1 + values[6] / 1e6
    x, y, z = pivot
    turned = (x - rz * y + ry * z, rz * x + y - rx * z, -ry * x + rx * y + z)
    return [t + p - scale * q for t, p, q in zip(move, pivot, turned)]


def shift(crs, definition):
    """Seven numbers, none where nothing changes, or None for what is no single shift of that kind."""
    if re.search(r"hgridshift|gridshift|deformation|molodensky|xyzgridshift|vgridshift", definition):
        return None
    helmert = [step for step in re.split(r"\bstep\b", definition) if re.search("proj=(helmert|molobadekas)", step)]
    if len(helmert) > 1:
        return None
    if not helmert:
        # Through cartesian coordinates the ellipsoids count; without them longitudes and latitudes stay.
        return [0.0] * 7 if "proj=cart" in definition or is_like_wgs84(crs) else []
    step = helmert[0]
    if re.search(r"\b(dx|dy|dz|t_epoch)=", step):
        return None
    values = [parameter(step, name) for name in ("x", "y", "z", "rx", "ry", "rz", "s")]
    if "coordinate_frame" in step:
        values[3:6] = [-value for value in values[3:6]]
    if "molobadekas" in step:
        values[:3] = about_origin(values, [parameter(step, name) for name in ("px", "py", "pz")])
    # An inverse step of seven small parameters is its negation to far below a metre.
    if re.search(r"\binv\b", step):
        values = [-value for value in values]
    return values


def number(value):
    return f"{value:.10g}" if value else "0"


def transformations(crs):
    group = TransformerGroup(crs, wgs84, always_xy=True)
    return [one for one in group.transformers if "allpark" not in one.description], group


def best_shift(crs):
    transformers, group = transformations(crs)
    for transformer in transformers:
        found = shift(crs, transformer.definition)
        if found is not None:
            return found, transformer.accuracy, group
    return None, None, group


def grid_file(group, accuracy):
    """The first grid file that would be better by more than a metre; None: there is none."""
    if accuracy is None or accuracy < 0:
        return None
    candidates = [(one.accuracy, grid.short_name) for one in group.unavailable_operations for grid in one.grids]
    for transformer in group.transformers:
        found = re.search(r"grids=(\S+)", transformer.definition)
        if found:
            candidates.append((transformer.accuracy, found.group(1)))
    better = [(a, name) for a, name in candidates if 0 <= a and a + 1 <= accuracy]
    return min(better)[1] if better else None


def geographic_code(crs):
    base = crs.geodetic_crs if crs.is_projected else crs
    found = base.to_authority("EPSG", 100)
    return int(found[1]) if found else 0


# RD/83 and PD/83 are realisations of DHDN, and have only its grid file in the registry.
SUBSTITUTES = {4745: 4314, 4746: 4314}

rows = {}
kinds = ("GEOGRAPHIC_2D_CRS", "PROJECTED_CRS")
codes = sorted(int(code) for kind in kinds for code in get_codes("EPSG", kind, allow_deprecated=True))
for code in codes:
    try:
        crs = CRS.from_epsg(code)
        found, accuracy, group = best_shift(crs)
        base = geographic_code(crs)
        if found is None and base in SUBSTITUTES:
            found, accuracy, group = best_shift(CRS.from_epsg(SUBSTITUTES[base]))
        if found is None:
            continue
        grid = grid_file(group, accuracy)
    except Exception as error:
        print(code, error, file=sys.stderr)
        continue
    if not any(found[3:]):
        found = found[:3]
    values = ",".join(number(value) for value in found) or "-"
    rows.setdefault((base, values, grid or ""), []).append(code)


order = {code: index for index, code in enumerate(codes)}


def ranges(members):
    """Codes that follow each other in the registry, though not by number, make a range: it has nothing between."""
    result = []
    for code in members:
        if result and order[code] == order[result[-1][1]] + 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in result)


entries = []
for (base, values, grid), members in sorted(rows.items()):
    entries.append(f"{base} {values}{'@' + grid if grid else ''} {ranges(members)}")
print(
    textwrap.fill(
        "; ".join(entries),
        118,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
)
