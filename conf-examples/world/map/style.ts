/** Colours of the map. Few and flat, so that a tile is a small paletted PNG. */
export const COLOURS = {
  sea: '#c6d9e1',
  /** Shallow water, from the deep side to the shore. */
  shallows: ['#ccdde4', '#d3e2e8', '#dbe8ec'],
  coastline: '#8aa3ad',
  /** Country fills; neighbours differ. */
  land: ['#f3ecdd', '#efe4d0', '#f4e9d3', '#ebe3cc', '#f1e1cc', '#ece7d8'],
  ice: '#f6f8f7',
  border: '#b9a690',
  graticule: '#a9c3ce',
  circle: '#94b1be',
  seaName: '#6d92a3',
  lineName: '#7f9fad',
  countryName: '#5a4f45',
  countryHalo: '#f6f0e4',
} as const;

/** Countries under ice, drawn white. */
export const ICE = new Set(['Antarctica', 'Greenland']);

/** What changes from level to level; widths and heights in pixels. */
export interface LevelStyle {
  /** Between the lines of the graticule: degrees. */
  readonly graticule: number;
  /** Full widths of the strokes along the coast that make the shallows, widest first. */
  readonly shallows: readonly number[];
  readonly coastline: number;
  readonly border: number;
  /** Heights of a capital in a country's name, for the smallest and the largest country. */
  readonly country: readonly [smallest: number, largest: number];
  /** A country needs this area to be named: square pixels. */
  readonly namedArea: number;
  /** Heights of a capital in the name of a sea and of an ocean. */
  readonly sea: number;
  readonly ocean: number;
  /** Whether the lines of the graticule and the circles are named. */
  readonly lineNames: boolean;
}

/** By level: 0 shows the world in one tile. */
export const LEVELS: readonly LevelStyle[] = [
  {
    graticule: 30,
    shallows: [5, 3],
    coastline: 0.5,
    border: 0.4,
    country: [5, 5],
    namedArea: Infinity,
    sea: 0,
    ocean: 0,
    lineNames: false,
  },
  {
    graticule: 30,
    shallows: [9, 6, 3],
    coastline: 0.6,
    border: 0.5,
    country: [5.5, 7],
    namedArea: 1400,
    sea: 0,
    ocean: 6,
    lineNames: false,
  },
  {
    graticule: 30,
    shallows: [14, 9, 4.5],
    coastline: 0.7,
    border: 0.6,
    country: [5.5, 10],
    namedArea: 400,
    sea: 0,
    ocean: 8,
    lineNames: true,
  },
  {
    graticule: 10,
    shallows: [20, 13, 6],
    coastline: 0.8,
    border: 0.7,
    country: [6, 13],
    namedArea: 130,
    sea: 6.5,
    ocean: 11,
    lineNames: true,
  },
  {
    graticule: 10,
    shallows: [27, 17, 8],
    coastline: 0.9,
    border: 0.8,
    country: [6.5, 17],
    namedArea: 20,
    sea: 8,
    ocean: 15,
    lineNames: true,
  },
  {
    graticule: 5,
    shallows: [36, 23, 11],
    coastline: 1,
    border: 0.9,
    country: [7, 22],
    namedArea: 2,
    sea: 10,
    ocean: 20,
    lineNames: true,
  },
];
