/**
 * Runs on a page: its texts with less than WCAG's 4.5 to 1 against the colour behind them. Of a gradient its last colour
 * counts, which is the lightest of the pages' banners, on which text is white.
 */
export const LOW_CONTRASTS = String.raw`(() => {
  const rgba = (color) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = color.replace(/^.*\(|srgb |\)$/g, '').split(/[ ,/]+/).map(Number);
    const scale = color.startsWith('color(') ? 255 : 1;
    return [red * scale, green * scale, blue * scale, alpha];
  };
  const over = (top, ground) => [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3]));
  const groundOf = (element) => {
    if (element === null) return [255, 255, 255];
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const gradient = element.matches('.banner') ? backgroundImage.match(/rgba?\([^)]*\)/g)?.at(-1) : undefined;
    const color = rgba(gradient ?? backgroundColor);
    return color[3] === 1 ? color.slice(0, 3) : over(color, groundOf(element.parentElement));
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
    if (text === '' || element.tagName === 'SCRIPT' || !element.checkVisibility()) continue;
    const ground = groundOf(element);
    const ink = over(rgba(getComputedStyle(element).color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(contrast.toFixed(2) + ': ' + text.slice(0, 30));
  }
  return found;
})()`;
