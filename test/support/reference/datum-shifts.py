"""Prints the table of src/srs/datum-shifts.ts from PROJ's copy of the EPSG registry (needs pyproj).

One line for each shift with the codes of the geographic systems it belongs to: the shift to WGS 84 that PROJ prefers over its area of use among
those without grid files, as x, y, z (metres), rotations (arc seconds, position vector) and scale (ppm). Systems whose
preferred transformation is none (WGS 84, ETRS89 ...) are told with zeros.
"""

import re
import sys
import warnings

from pyproj import CRS
from pyproj.database import get_codes
from pyproj.transformer import TransformerGroup

warnings.filterwarnings("ignore")
wgs84 = CRS.from_epsg(4326)


def parameter(step, name):
    found = re.search(rf"\b{name}=(\S+)", step)
    return float(found.group(1)) if found else 0.0


def shift(definition):
    helmert = [step for step in re.split(r"\bstep\b", definition) if "proj=helmert" in step]
    if len(helmert) > 1 or re.search(r"hgridshift|gridshift|molobadekas|deformation|molodensky", definition):
        return None
    if not helmert:
        return None if "proj=cart" in definition else [0.0] * 7
    step = helmert[0]
    if re.search(r"\b(dx|dy|dz|t_epoch)=", step):
        return None
    values = [parameter(step, name) for name in ("x", "y", "z", "rx", "ry", "rz", "s")]
    if "coordinate_frame" in step:
        values[3:6] = [-value for value in values[3:6]]
    # An inverse step of seven small parameters is its negation to far below a metre.
    if re.search(r"\binv\b", step):
        values = [-value for value in values]
    return values


def number(value):
    return f"{value:.10g}" if value else "0"


shifts = {}
for code in sorted(int(code) for code in get_codes("EPSG", "GEOGRAPHIC_2D_CRS", allow_deprecated=True)):
    try:
        group = TransformerGroup(CRS.from_epsg(code), wgs84, always_xy=True)
    except Exception as error:
        print(code, error, file=sys.stderr)
        continue
    for transformer in group.transformers:
        if "allpark" in transformer.description:
            continue
        found = shift(transformer.definition)
        if found is not None:
            if not any(found[3:]):
                found = found[:3]
            shifts.setdefault(",".join(number(value) for value in found), []).append(code)
            break

for values, codes in shifts.items():
    print(values, *codes)
