/** The look of the pages for developers: quiet, with one warm accent for what went wrong. Light and dark. */
export const STYLE_SHEET = `:root {
  color-scheme: light dark;
  --ground: #f6f5f3;
  --surface: #ffffff;
  --sunken: #faf9f7;
  --line: #e4e1dc;
  --text: #22282c;
  --quiet: #6a7278;
  --faint: #a8adb0;
  --accent: #b3402a;
  --accent-soft: #fbeae5;
  --calm: #0f766e;
  --calm-strong: #0b5952;
  --shadow: 0 1px 2px rgb(40 30 20 / 5%), 0 8px 24px rgb(40 30 20 / 5%);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181a;
    --surface: #1c2225;
    --sunken: #181d20;
    --line: #2e363a;
    --text: #e3e7e8;
    --quiet: #98a2a7;
    --faint: #5d676c;
    --accent: #f2937c;
    --accent-soft: #3a241f;
    --calm: #4fc3b3;
    --calm-strong: #8fe0d4;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 8px 24px rgb(0 0 0 / 22%);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 1020px;
  padding: 56px 24px 32px;
  background: var(--ground);
  color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1, h2, h3, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
pre, code, .where, .place, .target, dt, dd, #results, input { font-family: var(--mono); font-size: 13px; }
pre { overflow-x: auto; tab-size: 4; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--calm); outline-offset: 2px; }

header { margin-bottom: 28px; }
.kind {
  display: inline-block;
  padding: 3px 11px;
  border-radius: 99px;
  background: var(--accent-soft);
  color: var(--accent);
  font-size: 13px;
  font-weight: 600;
}
h1 {
  margin-top: 14px;
  max-width: 42em;
  font-size: 25px;
  font-weight: 620;
  line-height: 1.32;
  letter-spacing: -0.012em;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}
.target { margin-top: 12px; color: var(--quiet); overflow-wrap: anywhere; }
.target b { color: var(--text); font-weight: 600; }
.others { margin-top: 14px; display: grid; gap: 4px; color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
.others li { padding-left: 14px; border-left: 2px solid var(--line); }

main { display: grid; gap: 16px; }
main > h2 { margin-top: 18px; font-size: 16px; font-weight: 620; }
.card { min-width: 0; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); box-shadow: var(--shadow); overflow: hidden; }
.place { padding: 12px 20px; font-weight: 600; overflow-wrap: anywhere; }
.keys { margin-left: 10px; color: var(--quiet); font-weight: 400; }
.hint { color: var(--quiet); font-size: 14px; text-align: center; }
.cause { overflow-wrap: anywhere; white-space: pre-wrap; }
.cause b { color: var(--accent); font-weight: 600; margin-right: 6px; }

.listing { padding: 10px 0; background: var(--sunken); border-top: 1px solid var(--line); line-height: 1.65; }
.listing code { display: block; width: max-content; min-width: 100%; }
.line { display: block; padding-right: 20px; color: var(--quiet); }
.line::before {
  content: attr(data-line);
  display: inline-block;
  width: 58px;
  margin-right: 18px;
  padding-right: 12px;
  color: var(--faint);
  text-align: right;
  user-select: none;
}
.meant { background: var(--accent-soft); color: var(--text); box-shadow: inset 3px 0 var(--accent); }
.meant::before { color: var(--accent); }
.caret { height: 1.2em; line-height: 1.2; color: var(--accent); font-weight: 700; }
.raw { border-top: 1px solid var(--line); }
.raw pre { padding: 0 20px 14px; color: var(--quiet); }

summary { cursor: pointer; padding: 10px 20px; list-style: none; display: flex; gap: 4px 14px; align-items: baseline; flex-wrap: wrap; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ""; flex: none; width: 6px; height: 6px; border: solid var(--faint); border-width: 0 1.5px 1.5px 0; transform: translateY(-2px) rotate(-45deg); transition: transform 0.12s; }
details[open] > summary::before { transform: translateY(-3px) rotate(45deg); }
summary:hover { background: var(--sunken); }
summary:focus-visible { outline-offset: -2px; }
.stack > * + * { border-top: 1px solid var(--line); }
.frame b { font-family: var(--mono); font-size: 13px; font-weight: 600; }
p.frame { padding: 10px 20px 10px 40px; }
.where { color: var(--quiet); overflow-wrap: anywhere; }
.foreign summary, .raw summary { color: var(--quiet); font-size: 13px; }
.foreign ul { padding: 0 20px 12px 40px; display: grid; gap: 3px; color: var(--quiet); font-family: var(--mono); font-size: 12.5px; }
.foreign .where { color: var(--faint); font-size: 12.5px; }

.facts { padding: 4px 20px 16px; }
h3 { margin: 14px 0 6px; color: var(--quiet); font-size: 13px; font-weight: 600; }
dl > div { display: grid; grid-template-columns: minmax(120px, 220px) 1fr; gap: 16px; padding: 4px 0; }
dl > div + div { border-top: 1px solid var(--sunken); }
dt { color: var(--quiet); overflow-wrap: anywhere; }
dd { overflow-wrap: anywhere; white-space: pre-wrap; }
.hidden-value { color: var(--faint); font-style: italic; }

.console { padding: 14px 20px 16px; }
.console h2 { font-size: 14px; font-weight: 620; }
.console label { display: block; margin: 6px 0 8px; color: var(--quiet); font-size: 14px; }
.row { display: flex; gap: 8px; }
input { color: var(--text); border: 1px solid var(--line); border-radius: 8px; background: var(--sunken); padding: 8px 12px; }
#pin { width: 170px; font-size: 15px; letter-spacing: 0.06em; }
button { padding: 8px 16px; border: 1px solid var(--calm); border-radius: 8px; background: var(--calm); color: var(--surface); font: inherit; font-size: 14px; font-weight: 550; cursor: pointer; }
button:hover { background: var(--calm-strong); border-color: var(--calm-strong); }
#message { color: var(--accent); font-size: 14px; }
#message:not(:empty) { margin-top: 10px; }
#results { max-height: 420px; overflow: auto; }
#results li { padding: 0 0 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
#results .entered { padding: 8px 0 2px; border-top: 1px solid var(--sunken); color: var(--quiet); }
#results .entered::before { content: "> "; color: var(--faint); }
#results .threw { color: var(--accent); }
#prompt { display: flex; align-items: center; gap: 10px; margin-top: 8px; padding: 0 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--sunken); }
#prompt:focus-within { border-color: var(--calm); }
#prompt .mark { margin: 0; color: var(--calm); font-family: var(--mono); font-weight: 700; }
#source { flex: 1; min-width: 0; border: 0; padding: 10px 0; background: none; outline: none; }
::placeholder { color: var(--faint); }

footer { margin-top: 32px; color: var(--faint); font-size: 13px; text-align: center; }
@media (max-width: 620px) {
  body { padding: 28px 16px; }
  h1 { font-size: 21px; }
  dl > div { grid-template-columns: 1fr; gap: 0; }
  .line::before { width: 40px; margin-right: 10px; }
}
`;
