import type { MapLayer } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import type { WmsSettings } from '../wms/options.ts';

/** The systems to show a map in: those of its caches first, as they need no reprojection (row DEMO-01). */
export function mapSrs(layer: MapLayer, settings: WmsSettings): Srs[] {
  const native = [...settings.srs.values()].filter((srs) => isNative(layer, srs));
  return [...native, ...[...settings.srs.values()].filter((srs) => !native.includes(srs))];
}

export function isNative(layer: MapLayer, srs: Srs): boolean {
  return layer.nativeSrs.some((native) => native.code === srs.code);
}

/** The formats that every browser shows. */
export function mapFormats({ imageFormats }: WmsSettings): string[] {
  return imageFormats.filter((format) => format === 'image/png' || format === 'image/jpeg');
}
