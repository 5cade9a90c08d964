declare module 'shpjs' {
  /** A shapefile's parts as read from disk. */
  interface Parts {
    readonly shp: Uint8Array;
    readonly dbf?: Uint8Array;
    /** Name of the encoding of the dbf. */
    readonly cpg?: string;
  }

  interface Feature {
    readonly geometry: { readonly type: string; readonly coordinates: unknown } | null;
    readonly properties: Readonly<Record<string, unknown>>;
  }

  export default function getShapefile(parts: Parts): Promise<{ readonly features: readonly Feature[] }>;
}
