"""Prints the test table of grids as MapProxy computes it, as JSON (needs MapProxy)."""

import json

from mapproxy.grid import MetaGrid, NoTiles, tile_grid
from mapproxy.srs import SRS

MERCATOR = dict(srs="EPSG:900913", bbox=[-20037508.342789244, -20037508.342789244, 20037508.342789244, 20037508.342789244])
UTM = dict(srs="EPSG:25832", bbox=[280000, 5230000, 930000, 6110000])
GRIDS = {
    "geodetic": dict(srs="EPSG:4326", bbox=[-180, -90, 180, 90]),
    "mercator": dict(MERCATOR),
    "webmercator": dict(MERCATOR, srs="EPSG:3857", origin="nw"),
    "sqrt2": dict(MERCATOR, res_factor="sqrt2"),
    "utm": dict(UTM, origin="nw"),
    "utm from degrees": dict(srs="EPSG:25832", bbox=[4, 46, 16, 56], bbox_srs="EPSG:4326"),
    "log spaced": dict(UTM, min_res=1000, max_res=0.5, num_levels=9),
    "up to a limit": dict(UTM, min_res=1024, max_res=2, res_factor=2),
    "odd factor": dict(UTM, res_factor=1.7, num_levels=7, tile_size=[512, 300]),
    "listed": dict(UTM, res=[50, 1000, 100, 300, 2.5], origin="nw", threshold_res=[120, 700]),
    "swiss": dict(srs="EPSG:2056", bbox=[2420000, 1030000, 2900000, 1350000], origin="nw",
                  res=[4000, 2000, 1000, 500, 250, 100, 50, 20, 10, 5, 2.5, 1, 0.5]),
    "small": dict(srs="EPSG:4326", bbox=[5.1, 45.3, 15.7, 55.9], res_factor=1.2, num_levels=12, stretch_factor=1.05),
}
QUERIES = [(0, 0, 1, 1), (0.1, 0.2, 0.3, 0.25), (0.5, 0.5, 0.500001, 0.500001), (-0.2, 0.3, 0.6, 1.4), (0.25, 0.25, 0.75, 0.75)]
SIZES = [(256, 256), (1200, 800)]


def plain(value):
    return None if value is None else list(value)


def describe(name, options):
    grid = tile_grid(**{key: tuple(value) if key in ("bbox", "tile_size") else value for key, value in options.items()})
    other = "nw" if grid.origin == "ll" else "sw"
    levels = [grid.resolutions[level] for level in range(grid.levels)]
    corner = [(x, y, z) for z in (0, 1, grid.levels - 1) for x, y in [(0, 0), (3, 5), (grid.grid_sizes[z][0] - 1, grid.grid_sizes[z][1] - 1)]]
    west, south, east, north = grid.bbox
    affected = []
    for fractions in QUERIES:
        bbox = [west + (east - west) * fractions[0], south + (north - south) * fractions[1],
                west + (east - west) * fractions[2], south + (north - south) * fractions[3]]
        for size in SIZES:
            try:
                src_bbox, level = grid.get_affected_bbox_and_level(bbox, size)
                tiles_bbox, tiles_size, tiles = grid.get_affected_level_tiles(src_bbox, level)
                affected.append([bbox, size, level, tiles_bbox, tiles_size, [plain(tile) for tile, _ in zip(tiles, range(40))]])
            except NoTiles:
                affected.append([bbox, size, None])
    meta = []
    for meta_size, buffer in [((4, 4), 80), ((2, 3), 0), ((5, 1), 33)]:
        meta_grid = MetaGrid(grid, meta_size, buffer)
        for coord in corner:
            if not grid.limit_tile(coord):
                continue
            tile = meta_grid.meta_tile(coord)
            meta.append([meta_size, buffer, coord, meta_grid.main_tile(coord), tile.bbox, tile.size,
                         [[plain(at), offset] for at, offset in tile.tile_patterns]])
    resolutions = [levels[0] * 5, *(r * f for r in levels[:6] for f in (0.8, 0.88, 1, 1.1, 1.2)), levels[-1] / 3]
    return dict(name=name, options=options, bbox=grid.bbox, resolutions=levels,
                gridSizes=[grid.grid_sizes[level] for level in range(grid.levels)],
                supportsOther=grid.supports_access_with_origin(other),
                tileBboxes=[[coord, grid.tile_bbox(coord)] for coord in corner],
                closest=[[r, grid.closest_level(r)] for r in resolutions],
                affected=affected, meta=meta)


print(json.dumps([describe(name, options) for name, options in GRIDS.items()]))
