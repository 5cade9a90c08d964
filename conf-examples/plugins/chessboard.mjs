import { commonSourceOptions, defineSource, z } from 'mapgate';

/** Draws fields of so many units of the map's system, white and black in turns. */
export default defineSource({
  type: 'chessboard',
  options: z.object({ ...commonSourceOptions, field: z.number().positive().default(1000) }),
  build: ({ field, image }, context) => ({
    kind: 'map',
    name: context.name,
    image: context.image('image/png', image),
    // Everywhere.
    extent: undefined,
    async getMap({ bbox: [west, south, east, north], size: [width, height] }) {
      const data = Buffer.alloc(width * height * 4);
      for (let row = 0; row < height; row++) {
        const y = north - ((row + 0.5) * (north - south)) / height;
        for (let column = 0; column < width; column++) {
          const x = west + ((column + 0.5) * (east - west)) / width;
          const isBlack = (Math.floor(x / field) + Math.floor(y / field)) % 2 !== 0;
          data.writeUInt32BE(isBlack ? 0x000000ff : 0xffffffff, (row * width + column) * 4);
        }
      }
      return { raster: { data, width, height, opaque: true }, cacheable: true };
    },
  }),
});
