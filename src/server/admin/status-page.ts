import { html, type Markup, trusted } from '../../http/xml.ts';
import { PRODUCT } from '../../version.ts';
import type { Status, WorkerStatus } from './status.ts';
import type { Task } from './tasks.ts';

const STYLE = trusted(`
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2733; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: #1a7f4b; }
.state.bad { background: #b3261e; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #dde3ea; vertical-align: top; }
th { font-weight: 600; color: #52606d; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .93em; overflow-wrap: anywhere; }
`);

/** The status for people. */
export function statusPage(status: Status): string {
  const { version, node, pid, uptime, ready, generation, addresses, workers, tasks } = status;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${PRODUCT}: status</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${PRODUCT} ${version} <span class="state${ready ? '' : ' bad'}">${ready ? 'ready' : 'not ready'}</span></h1>
<table>
<tr><th>Up for</th><td>${duration(uptime)}</td></tr>
<tr><th>Process</th><td>${pid}, Node ${node}</td></tr>
<tr><th>Generation</th><td>${generation}</td></tr>
<tr><th>Addresses</th><td>${addresses.map((address) => html`<code>${address}</code> `)}</td></tr>
<tr><th>Last reload</th><td>${lastReload(status)}</td></tr>
</table>
<h2>Workers</h2>
<table>
<tr><th>Process</th><th>State</th><th class="number">Generation</th><th class="number">Age</th><th class="number">Requests</th>
<th class="number">Under way</th><th class="number">Memory</th><th>Transport</th></tr>
${workers.map(workerRow)}
</table>
<h2>Counted since the start</h2>
<table>
${Object.entries(status.counters).map(([name, value]) => html`<tr><th>${words(name)}</th><td class="number">${value}</td></tr>\n`)}
</table>
${tasks.length > 0 && html`<h2>Work on tiles</h2>\n<table>\n${tasks.map(taskRow)}</table>`}
</body>
</html>
`.text;
}

function lastReload({ lastReload: last }: Status): Markup {
  if (last === null) return html`none`;
  return last.ok ? html`${last.time}: ok` : html`${last.time}: <span class="state bad">failed</span> ${last.error}`;
}

function workerRow(worker: WorkerStatus): Markup {
  const { pid, state, generation, age, requests, pending, residentMemory, transport } = worker;
  return html`<tr><td>${pid}</td><td>${state}</td><td class="number">${generation}</td><td class="number">${duration(age)}</td>
<td class="number">${requests}</td><td class="number">${pending}</td><td class="number">${Math.round(residentMemory / 2 ** 20)} MiB</td>
<td>${transport ?? 'none'}</td></tr>
`;
}

function taskRow({ id, action, target, done, total, failed, isFinished, error }: Task): Markup {
  const state = isFinished ? 'finished' : 'at work';
  return html`<tr><td>${id}</td><td>${action} ${target}</td><td class="number">${done} of ${total}</td>
<td>${state}${failed > 0 && html`, ${failed} failed`}${error !== undefined && html`: ${error}`}</td></tr>
`;
}

/** `failedReloads`: failed reloads. */
function words(name: string): string {
  const text = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
