/** Shows the copy buttons and makes them work; pages are whole without it. */
export const COPY_SCRIPT = `'use strict';
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const done = await copyText(button);
    const label = button.textContent;
    button.textContent = done ? 'Copied' : 'Select and copy';
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

// The clipboard interface is there on https and localhost only; inside a city's network neither may be given.
async function copyText(button) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      return true;
    } catch { /* refused: the way below may be open */ }
  }
  const selection = getSelection();
  selection.selectAllChildren(button.previousElementSibling);
  return document.execCommand('copy');
}
`;
