import { defineService, textResponse, z } from 'mapgate';

/** Tells at /nearest which layers there are at a place: /nearest?place=8,53 in degrees. */
export default defineService({
  type: 'nearest',
  options: z.object({ title: z.string().default('Layers at a place') }),
  build: ({ title }, { mapLayers, srs }) => ({
    paths: ['nearest'],
    application({ queryString }) {
      const place = new URLSearchParams(queryString).get('place') ?? '';
      const [x, y] = place.split(',').map(Number);
      if (!Number.isFinite(x) || !Number.isFinite(y)) return textResponse(400, 'place is two numbers: 8,53');
      const isThere = ({ extent }) => {
        const [west, south, east, north] = extent.srs.transformBbox(srs('EPSG:4326'), extent.bbox);
        return west <= x && x <= east && south <= y && y <= north;
      };
      const names = mapLayers.layers.filter(isThere).map((layer) => layer.name);
      return textResponse(200, `${title}: ${names.join(', ')}\n`);
    },
  }),
  // A card on the demo's overview.
  demo: ({ title }) => ({
    name: 'Nearest',
    purpose: title,
    path: '/nearest?place=8,53',
    links: [{ label: 'Try it', path: '/nearest?place=8,53' }],
  }),
});
