import { createPixels, type Pixels } from '@mapgate/pixels';
import { MAX_PIXELS } from './limits.ts';

/** Pixel work off the event loop, in C++ where that runs. One for the process: its threads are shared. */
export const pixels: Pixels = createPixels({ maxPixels: MAX_PIXELS });
