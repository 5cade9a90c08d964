import { CONSOLE_PATH, POLL_HEADER, PROBLEM_HEADER } from './names.ts';

/** Milliseconds between looks whether a problem is mended. */
const POLL_INTERVAL = 500;

/** Loads the page again once it would be another one. While the server does not answer, it waits. */
export const AWAIT_MENDING = `'use strict';
document.getElementById('waiting').hidden = false;
const shown = document.body.dataset.problem;
async function look() {
  try {
    const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store', headers: { '${POLL_HEADER}': '1' } });
    const problem = answer.headers.get('${PROBLEM_HEADER}');
    if (problem !== shown) return location.reload();
  } catch {}
  setTimeout(look, ${POLL_INTERVAL});
}
look();
`;

/** Unlocks the console and has what is entered evaluated. Texts go in as text, never as markup. */
export const CONSOLE = `'use strict';
const at = (id) => document.getElementById(id);
const box = at('console');
const entered = [];
let recalled = 0;

async function ask(method, path, content) {
  const headers = { 'Content-Type': 'application/json' };
  const body = content === undefined ? undefined : JSON.stringify(content);
  try {
    const answer = await fetch('${CONSOLE_PATH}' + path, { method, headers, body, credentials: 'same-origin', cache: 'no-store' });
    return await answer.json();
  } catch {
    return { message: 'The server does not answer.' };
  }
}

function show({ unlocked, message = '' }) {
  at('unlock').hidden = unlocked;
  at('session').hidden = !unlocked;
  at('message').textContent = message;
  box.hidden = false;
}

function print(text, className) {
  const item = document.createElement('li');
  item.textContent = text;
  item.className = className;
  at('results').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

at('unlock').addEventListener('submit', async (event) => {
  event.preventDefault();
  const state = await ask('POST', 'unlock', { pin: at('pin').value });
  at('pin').value = '';
  show({ unlocked: state.unlocked === true, message: state.message });
  if (state.unlocked) at('source').focus();
});

at('prompt').addEventListener('submit', async (event) => {
  event.preventDefault();
  const source = at('source').value;
  if (source.trim() === '') return;
  entered.push(source);
  recalled = entered.length;
  at('source').value = '';
  print(source, 'entered');
  const result = await ask('POST', 'evaluate', { error: box.dataset.error, source });
  if (result.text === undefined) show({ unlocked: result.unlocked !== false, message: result.message });
  else print(result.text, result.threw ? 'threw' : 'value');
});

at('source').addEventListener('keydown', (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  recalled = Math.min(Math.max(recalled + step, 0), entered.length);
  at('source').value = entered[recalled] ?? '';
});

ask('GET', 'state').then((state) => {
  if (state.unlocked !== undefined) show(state);
});
`;
