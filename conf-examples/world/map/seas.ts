/** A name written on the water: its lines, where its centre lies in degrees, and the levels that show it. */
export interface Sea {
  readonly lines: readonly string[];
  readonly longitude: number;
  readonly latitude: number;
  readonly rank: 'ocean' | 'sea';
  readonly levels: readonly [first: number, last: number];
}

function ocean(lines: string[], longitude: number, latitude: number, first: number, last: number): Sea {
  return { lines, longitude, latitude, rank: 'ocean', levels: [first, last] };
}

function sea(name: string | string[], longitude: number, latitude: number, first = 3): Sea {
  return { lines: [name].flat(), longitude, latitude, rank: 'sea', levels: [first, 5] };
}

export const SEAS: readonly Sea[] = [
  ocean(['Pacific', 'Ocean'], -140, 8, 1, 1),
  ocean(['Atlantic', 'Ocean'], -38, 30, 1, 1),
  ocean(['Indian', 'Ocean'], 80, -24, 1, 2),
  ocean(['North', 'Pacific', 'Ocean'], -160, 32, 2, 2),
  ocean(['South', 'Pacific', 'Ocean'], -118, -32, 2, 2),
  ocean(['North', 'Atlantic', 'Ocean'], -42, 32, 2, 2),
  ocean(['South', 'Atlantic', 'Ocean'], -14, -28, 2, 2),
  ocean(['North Pacific', 'Ocean'], -160, 34, 3, 5),
  ocean(['South Pacific', 'Ocean'], -118, -34, 3, 5),
  ocean(['North Atlantic', 'Ocean'], -43, 34, 3, 5),
  ocean(['South Atlantic', 'Ocean'], -14, -28, 3, 5),
  ocean(['Indian Ocean'], 80, -26, 3, 5),
  ocean(['Southern Ocean'], 95, -61, 2, 5),
  ocean(['Southern Ocean'], -110, -65, 3, 5),
  ocean(['Arctic Ocean'], -148, 80.5, 2, 5),
  ocean(['Arctic Ocean'], 110, 82.6, 4, 5),
  sea('Arabian Sea', 64, 14.5),
  sea(['Bay of', 'Bengal'], 88.3, 13.5),
  sea(['South', 'China', 'Sea'], 113.8, 14),
  sea(['East China', 'Sea'], 125, 29.3, 4),
  sea(['Philippine', 'Sea'], 133, 18.5),
  sea(['Sea of', 'Japan'], 134.8, 40, 4),
  sea(['Sea of', 'Okhotsk'], 149, 53.3),
  sea('Bering Sea', -178, 57.8),
  sea(['Coral Sea'], 156, -16.5),
  sea('Tasman Sea', 160, -38),
  sea(['Great', 'Australian', 'Bight'], 130, -34.6, 4),
  sea('Timor Sea', 127, -11.4, 5),
  sea('Banda Sea', 127, -5.6, 5),
  sea(['Gulf of', 'Alaska'], -146, 57.6),
  sea(['Gulf of', 'Mexico'], -90.5, 25.2),
  sea(['Caribbean', 'Sea'], -75, 14.8),
  sea('Sargasso Sea', -63, 27, 4),
  sea(['Hudson', 'Bay'], -85.5, 59.8),
  sea(['Labrador', 'Sea'], -53.5, 58.3),
  sea(['Baffin', 'Bay'], -66, 73.6),
  sea('Beaufort Sea', -139, 72.6),
  sea('Chukchi Sea', -169, 69.6),
  sea(['Greenland', 'Sea'], -6, 76.5),
  sea('Norwegian Sea', 1, 67),
  sea('Barents Sea', 39, 74.3),
  sea('Kara Sea', 70, 75, 3),
  sea('Laptev Sea', 125, 76.2),
  sea(['East Siberian', 'Sea'], 164, 73.2),
  sea('North Sea', 3, 56.2, 4),
  sea('Baltic Sea', 19.3, 56.6, 5),
  sea(['Bay of', 'Biscay'], -5, 45.3, 4),
  sea('Mediterranean Sea', 18, 34.3, 4),
  sea('Black Sea', 34.3, 43.2, 4),
  sea(['Caspian', 'Sea'], 50.6, 41.6, 4),
  sea(['Red', 'Sea'], 38, 20.3, 5),
  sea(['Gulf of', 'Aden'], 48.2, 12.4, 5),
  sea(['Gulf of', 'Guinea'], 2.5, 1.8),
  sea(['Mozambique', 'Channel'], 41, -18.6, 4),
  sea(['Drake', 'Passage'], -64, -58.6, 4),
  sea('Scotia Sea', -45, -57),
  sea('Weddell Sea', -42, -73),
  sea('Ross Sea', -174, -75.5),
  sea('Amundsen Sea', -113, -72.4, 4),
];
