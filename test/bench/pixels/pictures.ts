import sharp from 'sharp';

/** Pictures that stand for what a map proxy handles; every run draws the same. */
export interface Picture {
  readonly name: string;
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 4;
}

/** A small linear congruential generator: pictures must not depend on chance. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

function wobblyRing(next: () => number, cx: number, cy: number, radius: number): string {
  const points = Array.from({ length: 24 }, (_, i) => {
    const angle = (i / 24) * 2 * Math.PI;
    const r = radius * (0.7 + 0.6 * next());
    return `${(cx + r * Math.cos(angle)).toFixed(1)},${(cy + r * Math.sin(angle)).toFixed(1)}`;
  });
  return points.join(' ');
}

function wanderingLine(next: () => number, size: number): string {
  let x = next() * size;
  let y = next() * size;
  let heading = next() * 2 * Math.PI;
  const points: string[] = [];
  for (let i = 0; i < 30; i++) {
    points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
    heading += (next() - 0.5) * 0.9;
    x += Math.cos(heading) * size * 0.05;
    y += Math.sin(heading) * size * 0.05;
  }
  return points.join(' ');
}

/** Strokes of the size and density of a place name, with a light halo; no font is needed. */
function label(next: () => number, size: number): string {
  const x = next() * size;
  const y = next() * size;
  let strokes = '';
  for (let letter = 0; letter < 5 + next() * 8; letter++) {
    const left = x + letter * 7;
    for (let i = 0; i < 3; i++) {
      strokes += `M${(left + next() * 5).toFixed(1)} ${(y + next() * 9).toFixed(1)}`;
      strokes += `q${(next() * 4).toFixed(1)} ${(next() * 4 - 2).toFixed(1)} ${(next() * 5).toFixed(1)} ${(next() * 8 - 4).toFixed(1)}`;
    }
  }
  return (
    `<path d="${strokes}" fill="none" stroke="#fff" stroke-width="3.2" stroke-opacity=".8"/>` +
    `<path d="${strokes}" fill="none" stroke="#333" stroke-width="1.3"/>`
  );
}

function mapSvg(size: number): string {
  const next = random(7);
  const area = size / 1024;
  const shapes: string[] = [];
  const fills = ['#aad3df', '#add19e', '#cdebb0', '#e0dfdf', '#f2efe9', '#d9d0c9', '#c8facc', '#ffe9c0'];
  for (let i = 0; i < 60 * area; i++) {
    const ring = wobblyRing(next, next() * size, next() * size, 20 + next() * 130);
    shapes.push(`<polygon points="${ring}" fill="${fills[i % fills.length]}"/>`);
  }
  for (let i = 0; i < 300 * area; i++) {
    const [x, y] = [next() * size, next() * size];
    const turn = (next() * 90).toFixed(0);
    shapes.push(
      `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(6 + next() * 14).toFixed(1)}" height="${(6 + next() * 10).toFixed(1)}" ` +
        `transform="rotate(${turn} ${x.toFixed(1)} ${y.toFixed(1)})" fill="#d9d0c9" stroke="#b8a99a" stroke-width=".8"/>`,
    );
  }
  const roads = [
    ['#bbb', '#fff', 4],
    ['#c6a45a', '#fcd6a4', 7],
    ['#d9534f', '#e892a2', 9],
  ] as const;
  for (const [casing, colour, width] of roads) {
    for (let i = 0; i < 18 * area; i++) {
      const points = wanderingLine(next, size);
      shapes.push(`<polyline points="${points}" fill="none" stroke="${casing}" stroke-width="${width}"/>`);
      shapes.push(`<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${width - 2}"/>`);
    }
  }
  for (let i = 0; i < 90 * area; i++) shapes.push(label(next, size));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">` +
    `<rect width="${size}" height="${size}" fill="#f2efe9"/>${shapes.join('')}</svg>`
  );
}

async function rasterOf(name: string, svg: string, size: number): Promise<Picture> {
  const data = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  return { name, data, width: size, height: size, channels: 4 };
}

/** Lines, fills, buildings and label-like detail, antialiased: thousands of colours, most pixels in flat runs. */
export function mapPicture(size = 1024): Promise<Picture> {
  return rasterOf('map', mapSvg(size), size);
}

/** The same drawing without antialiasing: the few colours of a classic web map. */
export function plainPicture(size = 1024): Promise<Picture> {
  return rasterOf('plain', mapSvg(size).replace('<svg ', '<svg shape-rendering="crispEdges" '), size);
}

/** The map drawn as an overlay: no ground, translucent edges. */
export async function overlayPicture(size = 1024): Promise<Picture> {
  const svg = mapSvg(size).replace(/<rect width="\d+" height="\d+" fill="#f2efe9"\/>/, '');
  return rasterOf('overlay', svg.replace(/<polygon[^>]*>/g, ''), size);
}

/** The map under a relief: soft gradients everywhere. */
export async function reliefPicture(size = 1024): Promise<Picture> {
  const picture = await mapPicture(size);
  const { data } = picture;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const shade = 1 + 0.12 * Math.sin(x / 61 + Math.sin(y / 83)) + 0.1 * Math.cos(y / 47 + x / 130);
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * size + x) * 4 + channel;
        data[at] = Math.min(255, Math.round((data[at] ?? 0) * shade));
      }
    }
  }
  return { ...picture, name: 'relief' };
}

/** As an aerial picture: every pixel a little different. */
export async function noisePicture(size = 1024): Promise<Picture> {
  const picture = await reliefPicture(size);
  const next = random(11);
  const { data } = picture;
  for (let at = 0; at < data.length; at++) {
    if (at % 4 !== 3) data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + Math.round((next() - 0.5) * 24)));
  }
  return { ...picture, name: 'noise' };
}
