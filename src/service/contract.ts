import type { ZodType } from 'zod';
import type { Application } from '../http/application.ts';
import type { Raster } from '../image/raster.ts';
import type { MapLayer, MapOutput, MapRenderer, ServiceMetadata, TileLayer } from '../layer/contract.ts';
import type { InfoTransform } from '../source/contract.ts';
import type { Srs } from '../srs/srs.ts';
import type { Authorize } from './authorization.ts';
import type { Decorate } from './decoration.ts';

/** What a service is built with: the layers of the configuration and what the other services are. */
export interface ServiceContext {
  readonly tileLayers: readonly TileLayer[];
  /** Root of the WMS layer tree. */
  readonly mapLayers: MapLayer;
  readonly renderer: MapRenderer;
  readonly srs: (code: string) => Srs;
  /** Writes a picture in a format that is offered. */
  readonly encode: (raster: Raster, output: MapOutput) => Promise<Buffer>;
  /** What a name of globals.image.formats stands for: `image/png`; any other name stands for itself (row WMS-15). */
  readonly formatNamed: (name: string) => string;
  /** A transformation of feature info by an XSLT file, named as in the configuration (row WMS-40). */
  readonly stylesheet: (file: string) => InfoTransform;
  /** Who may see what; undefined: everybody everything (section 16). */
  readonly authorize?: Authorize | undefined;
  /** What is done to pictures before they are sent; undefined: nothing. */
  readonly decorate?: Decorate | undefined;
  /** `tiles.expires_hours` in seconds (row GLB-43). */
  readonly tileMaxAge: number;
  /** The `md` block of services.wms, which other services fall back to (row TMS-10). */
  readonly defaultMetadata: ServiceMetadata | undefined;
  /** Types of the services configured, for links of the demo pages. */
  readonly serviceTypes: readonly string[];
  /** Address of tiles below the layers of the demo's viewers, as globals has it; '' for none (row GLB-46). */
  readonly backgroundUrl?: string | undefined;
  /** What configured services, of plugins too, tell of themselves on the demo pages. */
  readonly demoParts: () => readonly DemoPart[];
  /** The options of another configured service, as checked; for the demo pages. */
  readonly optionsOf: (type: string) => unknown;
}

/** A service ready to answer. */
export interface Service {
  /** First path words it answers, without slash: `tms`, `tiles`, `wmts`, `service` (row APP-01). */
  readonly paths: readonly string[];
  readonly application: Application;
  /**
   * Services spoken through `/service` and `/ows`: the value of SERVICE (upper case) and its handler (section 10).
   */
  readonly ows?: { readonly service: string; readonly application: Application };
}

/** A kind of service: its options and how it is built. One in each folder of service/. */
export interface ServiceDefinition<Options> {
  readonly type: string;
  readonly options: ZodType<Options>;
  build(options: Options, context: ServiceContext): Service;
  /** What the demo pages tell of it; undefined: nothing (row DEMO-01). */
  demo?(options: Options, context: ServiceContext): DemoPart | undefined;
}

/** An address of this application: `/kml/` is below its mount. */
export interface DemoLink {
  readonly label: string;
  readonly path: string;
}

/** A service on the demo's overview. Texts are plain, not yet escaped. */
export interface DemoPart {
  readonly name: string;
  /** A few words. */
  readonly purpose: string;
  /** What clients are given, as in `DemoLink`. */
  readonly path: string;
  readonly links: readonly DemoLink[];
  /** What the service has of a layer of this name. */
  layerLinks?(layer: string): readonly DemoLink[];
}

/**
 * A kind of service, with the type of its options kept. A plugin exports what this gives back (row CFG-12).
 *
 * @example
 * ```js
 * // hello.mjs, named under `plugins` of mapgate.yaml; in mapproxy.yaml: services: {hello: {greeting: Moin}}
 * import { defineService, textResponse, z } from 'mapgate';
 *
 * export default defineService({
 *   type: 'hello',
 *   options: z.object({ greeting: z.string().default('Hello') }),
 *   build: ({ greeting }, { tileLayers }) => ({
 *     paths: ['hello'],
 *     application: () => textResponse(200, `${greeting}, ${tileLayers.length} layers`),
 *   }),
 *   demo: () => ({ name: 'Hello', purpose: 'Greets', path: '/hello', links: [{ label: 'Try it', path: '/hello' }] }),
 * });
 * ```
 */
export function defineService<Options>(
  definition: ServiceDefinition<Options>,
): ServiceDefinition<Options> & { readonly kind: 'service' } {
  return { ...definition, kind: 'service' };
}
