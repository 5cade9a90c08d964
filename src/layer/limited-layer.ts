import type { Coverage } from '../coverage/contract.ts';
import type { MapLayer } from './contract.ts';

/** A layer of which only what lies within all of the areas is drawn (row AUTH-06, WMS-09). */
export class LimitedMapLayer implements MapLayer {
  readonly name: MapLayer['name'];
  readonly title: string;
  readonly abstract: MapLayer['abstract'];
  readonly layers: readonly MapLayer[];
  readonly hasSources: boolean;
  readonly infoSources: MapLayer['infoSources'];
  readonly legendSources: MapLayer['legendSources'];
  readonly dimensions: MapLayer['dimensions'];
  readonly metadata: MapLayer['metadata'];
  readonly extent: MapLayer['extent'];
  readonly nativeSrs: MapLayer['nativeSrs'];
  readonly resolutionRange: MapLayer['resolutionRange'];
  readonly nominalResolution: MapLayer['nominalResolution'];
  /** What is limited. */
  readonly whole: MapLayer;
  readonly limits: readonly Coverage[];

  constructor(whole: MapLayer, limits: readonly Coverage[]) {
    this.name = whole.name;
    this.title = whole.title;
    this.abstract = whole.abstract;
    this.layers = whole.layers;
    this.hasSources = whole.hasSources;
    this.infoSources = whole.infoSources;
    this.legendSources = whole.legendSources;
    this.dimensions = whole.dimensions;
    this.metadata = whole.metadata;
    this.extent = whole.extent;
    this.nativeSrs = whole.nativeSrs;
    this.resolutionRange = whole.resolutionRange;
    this.nominalResolution = whole.nominalResolution;
    this.whole = whole;
    this.limits = limits;
  }

  isDrawnAt(query: Parameters<NonNullable<MapLayer['isDrawnAt']>>[0]): boolean {
    return this.whole.isDrawnAt?.(query) ?? true;
  }
}
