import WKT from 'ol/format/WKT.js';
import SimpleGeometry from 'ol/geom/SimpleGeometry.js';
import { ConfigError } from '../../http/errors.ts';
import type { Polygon } from '../contract.ts';
import { polygonsOf, type ReadContext } from './polygons.ts';

/** Polygons of a text with one in each line (row COV-02). @throws ConfigError with the line that is not WKT */
export function polygonsOfWkt(text: string, context: ReadContext): Polygon[] {
  const format = new WKT();
  // Editors of some systems begin a file with a mark of its byte order.
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const geometry = format.readGeometry(line.trim());
      const coordinates = geometry instanceof SimpleGeometry ? geometry.getCoordinates() : null;
      return polygonsOf({ type: geometry.getType(), coordinates }, context);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConfigError(`${context.name}, line ${index + 1}: ${reason}`, undefined, { cause });
    }
  });
}
