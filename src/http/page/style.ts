/** The look that all pages have in common. One accent, system fonts, light and dark by the reader's own setting. */
export const BASE_STYLE = `:root {
  color-scheme: light dark;
  --ground: #f4f6f7;
  --surface: #ffffff;
  --raised: #f8fafa;
  --line: #dde3e6;
  --text: #17242b;
  --quiet: #5a6b75;
  --accent: #0f766e;
  --accent-strong: #0b5952;
  --accent-soft: #e3f1ef;
  --banner: linear-gradient(120deg, #0b3b43, #0f766e);
  --shadow: 0 1px 2px rgb(16 40 48 / 7%), 0 6px 20px rgb(16 40 48 / 7%);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f181c;
    --surface: #172329;
    --raised: #1d2b32;
    --line: #2b3b43;
    --text: #e4edef;
    --quiet: #9db0b8;
    --accent: #4fc3b3;
    --accent-strong: #8fe0d4;
    --accent-soft: #17383a;
    --banner: linear-gradient(120deg, #08262b, #0c4f4b);
    --shadow: 0 1px 2px rgb(0 0 0 / 35%), 0 6px 20px rgb(0 0 0 / 25%);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1, h2, h3, p { margin: 0; }
a { color: var(--accent-strong); text-underline-offset: 2px; }
code, pre { font-family: var(--mono); font-size: 0.87em; }
pre code { font-size: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[hidden] { display: none !important; }

.banner {
  display: flex;
  align-items: center;
  gap: 18px;
  padding: 30px max(24px, calc((100vw - 1240px) / 2));
  background: var(--banner);
  color: #fff;
}
.mark { display: block; line-height: 0; flex: none; border-radius: 12px; box-shadow: 0 0 0 2px rgb(255 255 255 / 22%); }
.banner h1 { font-size: 1.55rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.2; }
.banner p { margin-top: 4px; max-width: 76ch; color: rgb(255 255 255 / 92%); overflow-wrap: anywhere; }
.banner-text { flex: 1; min-width: 0; }
.banner-actions { flex: none; }
.banner .button { background: rgb(0 0 0 / 20%); border-color: rgb(255 255 255 / 35%); color: #fff; }
.banner .button:hover { background: rgb(0 0 0 / 36%); }
.count { padding: 6px 14px; border-radius: 99px; background: rgb(0 0 0 / 20%); white-space: nowrap; }

.content { max-width: 1288px; margin: 0 auto; padding: 8px 24px 40px; }
main > p:first-child { margin-top: 20px; }
h2 { margin: 28px 0 14px; font-size: 1.12rem; font-weight: 650; }
.footer { padding: 0 24px 32px; text-align: center; color: var(--quiet); font-size: 0.87rem; }
.notice { padding: 12px 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }

.card { border: 1px solid var(--line); border-radius: 14px; background: var(--surface); box-shadow: var(--shadow); }
.chip, .button {
  display: inline-block;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  color: var(--accent-strong);
  font: inherit;
  font-size: 0.87rem;
  line-height: 1.35;
  text-decoration: none;
  cursor: pointer;
}
.chip { padding: 3px 10px; overflow-wrap: anywhere; }
.button { padding: 8px 15px; font-weight: 550; }
.button.small { padding: 4px 12px; }
.chip:hover, .button:hover { border-color: var(--accent); background: var(--accent-soft); }
@media (max-width: 720px) {
  .banner { flex-wrap: wrap; padding-block: 20px; }
}
.links-list { margin: 0; padding: 0; list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 12px; }
.links-list a { display: block; padding: 14px 18px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); box-shadow: var(--shadow); font-weight: 550; text-decoration: none; overflow-wrap: anywhere; }
.links-list a:hover { border-color: var(--accent); background: var(--accent-soft); }
.lead { padding: 20px 22px; margin-top: 24px; }
`;
