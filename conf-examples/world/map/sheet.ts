import { type LevelMap, TILE_SIZE } from './atlas.ts';
import { type Box, boxesMeet, boxOf, clipRing, type Line } from './geometry.ts';
import { CIRCLES, type Label, type LabelKind } from './labels.ts';
import { alphabetDefinitions, drawText } from './lettering.ts';
import { project } from './mercator.ts';
import { COLOURS, ICE, LEVELS, type LevelStyle } from './style.ts';

/** Beyond the sheet's edges everything is drawn this far, so that strokes from outside reach in: pixels. */
export const MARGIN = 32;

/** How names of each kind are written; stroke widths in pixels at a capital's height of 8, halos added to them. */
const LETTERS: Readonly<Record<LabelKind, { ink: string; halo: string; weight: number; slant: number }>> = {
  country: { ink: COLOURS.countryName, halo: COLOURS.countryHalo, weight: 1.05, slant: 0 },
  sea: { ink: COLOURS.seaName, halo: COLOURS.sea, weight: 0.9, slant: -14 },
  line: { ink: COLOURS.lineName, halo: COLOURS.sea, weight: 0.8, slant: 0 },
};

/**
 * Draws a square part of a level as SVG: a sheet, which is then cut into tiles.
 *
 * @param left, top corner of the sheet in pixels of the level
 * @param side width and height in pixels
 */
export function drawSheet(map: LevelMap, labels: readonly Label[], left: number, top: number, side: number): string {
  const style = LEVELS[map.level];
  if (!style) throw new RangeError(`no style for level ${map.level}`);
  const view = { minX: left, minY: top, maxX: left + side, maxY: top + side };
  const around = {
    minX: left - MARGIN,
    minY: top - MARGIN,
    maxX: left + side + MARGIN,
    maxY: top + side + MARGIN,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="${left} ${top} ${side} ${side}"`,
    ` fill="none" stroke-linejoin="round" stroke-linecap="round"><defs>${alphabetDefinitions()}`,
    `<path id="shores" d="${ringsPath(map.shores, around)}"/></defs>`,
    `<path fill="${COLOURS.sea}" d="M${left} ${top}h${side}v${side}h${-side}z"/>`,
    ...style.shallows.map(
      (width, index) => `<use href="#shores" stroke="${COLOURS.shallows[index]}" stroke-width="${width}"/>`,
    ),
    drawGraticule(map, style),
    // Half of the line lies on land and is covered; the fill beneath the countries shows in no gap between them.
    `<path fill="${COLOURS.land[0]}" fill-rule="evenodd" stroke="${COLOURS.coastline}"`,
    ` stroke-width="${2 * style.coastline}" d="${ringsPath(map.coasts, around)}"/>`,
    drawCountries(map, around),
    `<path stroke="${COLOURS.border}" stroke-width="${style.border}" d="${linesPath(map.borders, around)}"/>`,
    ...labels.flatMap((label) => drawLabel(label, map.size, view)),
    '</svg>',
  ].join('');
}

function pathOf(line: Line, end: string): string {
  return `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${end}`;
}

function ringsPath(rings: readonly Line[], around: Box): string {
  return rings
    .filter((ring) => boxesMeet(boxOf(ring), around))
    .map((ring) => clipRing(ring, around))
    .filter((ring) => ring.length > 2)
    .map((ring) => pathOf(ring, 'Z'))
    .join('');
}

function linesPath(lines: readonly Line[], around: Box): string {
  return lines
    .filter((line) => boxesMeet(boxOf(line), around))
    .map((line) => pathOf(line, ''))
    .join('');
}

function drawCountries(map: LevelMap, around: Box): string {
  const paths = new Map<string, string>();
  for (const { name, tint, polygons } of map.countries) {
    const fill = ICE.has(name) ? COLOURS.ice : (COLOURS.land[tint] ?? COLOURS.land[0]);
    paths.set(fill, (paths.get(fill) ?? '') + ringsPath(polygons.flat(), around));
  }
  return [...paths].map(([fill, path]) => `<path fill="${fill}" fill-rule="evenodd" d="${path}"/>`).join('');
}

/** Lines run through the middles of pixels, so that they are one pixel wide and not two half as strong. */
function drawGraticule({ size }: LevelMap, { graticule }: LevelStyle): string {
  const across = (latitude: number) =>
    `M${-TILE_SIZE} ${Math.floor(project(0, latitude)[1] * size) + 0.5}H${size + TILE_SIZE}`;
  const lines: string[] = [];
  for (let longitude = -180; longitude <= 180; longitude += graticule) {
    lines.push(`M${Math.floor(project(longitude, 0)[0] * size) + 0.5} 0V${size}`);
  }
  const last = 85 - (85 % graticule);
  for (let latitude = -last; latitude <= last; latitude += graticule) lines.push(across(latitude));
  const circles = CIRCLES.map(({ latitude }) => across(latitude)).join('');
  return (
    `<path stroke="${COLOURS.graticule}" stroke-width="0.6" d="${lines.join('')}"/>` +
    // Dashes of 8 pixels repeat evenly in a tile's width, so they meet at the dateline.
    `<path stroke="${COLOURS.circle}" stroke-width="0.7" stroke-linecap="butt" stroke-dasharray="5 3" d="${circles}"/>`
  );
}

/** A label, and its copy where it reaches over the dateline. */
function drawLabel(label: Label, size: number, view: Box): string[] {
  const { ink, halo, weight, slant } = LETTERS[label.kind];
  const letters = drawText(label.text);
  // Small letters need their full weight in pixels; large ones grow heavier with their height.
  const line = Math.max(weight, weight / label.scale ** 0.75);
  const haloWidth = line + 3 / label.scale;
  return [-size, 0, size]
    .filter((dx) => boxesMeet(grown(label.box, dx), view))
    .map((dx) => {
      const place = `translate(${(label.center[0] + dx).toFixed(1)} ${label.center[1].toFixed(1)})`;
      return (
        `<g transform="${place} skewX(${slant}) scale(${label.scale.toFixed(3)})">` +
        `<g stroke="${halo}" stroke-opacity="0.8" stroke-width="${haloWidth.toFixed(2)}">${letters}</g>` +
        `<g stroke="${ink}" stroke-width="${line.toFixed(2)}">${letters}</g></g>`
      );
    });
}

/** The box moved by `dx` and widened by the halo and the slant. */
function grown(box: Box, dx: number): Box {
  const reach = 8;
  return { minX: box.minX + dx - reach, maxX: box.maxX + dx + reach, minY: box.minY - reach, maxY: box.maxY + reach };
}
