"""Prints the code ranges of src/srs/axis-order.ts from PROJ's copy of the EPSG registry (needs pyproj)."""

from pyproj import CRS
from pyproj.database import get_codes

codes = sorted(
    int(code)
    for kind in ("GEOGRAPHIC_2D_CRS", "PROJECTED_CRS")
    for code in get_codes("EPSG", kind, allow_deprecated=True)
)

# A range may span numbers that the registry does not use.
ranges = []
previous_was_north = False
for code in codes:
    north = CRS.from_epsg(code).axis_info[0].direction == "north"
    if north and previous_was_north:
        ranges[-1][1] = code
    elif north:
        ranges.append([code, code])
    previous_was_north = north

print(" ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges))
