# Has MapProxy load one tile, which it makes where it is missing, through caches of a configuration.
#
#     python3 load-tile.py mapproxy.yaml X Y Z CACHE...
#
# Prints `CACHE LENGTH` for each: the length of the tile, or None.
import sys

from mapproxy.config import local_base_config
from mapproxy.config.loader import load_configuration

file, x, y, z, *names = sys.argv[1:]
configuration = load_configuration(file, ignore_warnings=True)
with local_base_config(configuration.base_config):
    for name in names:
        for _grid, _extent, manager in configuration.caches[name].caches():
            with manager.session():
                tile = manager.load_tile_coord((int(x), int(y), int(z)))
                body = tile.source_buffer(manager.image_opts) if tile.source else None
                print(name, None if body is None else len(body.read()), flush=True)
