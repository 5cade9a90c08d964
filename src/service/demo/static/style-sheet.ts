import { BASE_STYLE } from '../../../http/page/style.ts';

/** The look of the demo's pages: what all pages have, and cards, the viewers' panel, documents. */
export const STYLE_SHEET = `${BASE_STYLE}
.services { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 16px; }
.service { display: flex; flex-direction: column; gap: 4px; padding: 18px; }
.service h3 { font-size: 1.02rem; font-weight: 650; }
.purpose { color: var(--quiet); font-size: 0.9rem; flex: 1; }
.service .copyable { margin: 10px 0; }
.links { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; font-size: 0.9rem; }

.layers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); gap: 20px; }
.layer { overflow: hidden; display: flex; flex-direction: column; }
.layer:target { outline: 2px solid var(--accent); }
.picture {
  aspect-ratio: 16 / 9;
  border-bottom: 1px solid var(--line);
  background-color: var(--raised);
  background-image: linear-gradient(var(--line) 1px, transparent 1px), linear-gradient(90deg, var(--line) 1px, transparent 1px);
  background-size: 36px 36px;
  background-position: -1px -1px;
}
.picture img { display: block; width: 100%; height: 100%; object-fit: cover; }
.layer-text { display: flex; flex-direction: column; gap: 8px; padding: 16px 18px 18px; flex: 1; }
.layer h3 { font-size: 1.08rem; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.name { margin-top: -6px; color: var(--quiet); overflow-wrap: anywhere; }
.abstract { color: var(--quiet); font-size: 0.93rem; }
.way { display: flex; flex-wrap: wrap; align-items: center; gap: 7px; }
.about { flex: 1; display: grid; gap: 8px; align-content: start; margin-bottom: 4px; }

.tag {
  flex: none;
  min-width: 52px;
  padding: 2px 7px;
  border-radius: 6px;
  background: var(--accent-soft);
  color: var(--accent-strong);
  font-size: 0.74rem;
  font-weight: 650;
  letter-spacing: 0.04em;
  text-align: center;
}
select {
  max-width: 100%;
  padding: 3px 6px;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
  font-size: 0.87rem;
}

.copyable { display: flex; align-items: stretch; border: 1px solid var(--line); border-radius: 9px; background: var(--raised); overflow: hidden; }
.copyable code { flex: 1; min-width: 0; padding: 6px 10px; line-height: 1.45; overflow-wrap: anywhere; user-select: all; }
.copy { border: 0; border-left: 1px solid var(--line); padding: 0 12px; background: var(--surface); color: var(--accent-strong); font: inherit; font-size: 0.84rem; cursor: pointer; }
.copy:hover { background: var(--accent-soft); }
.content > .copyable { margin: 20px 0; }

.document { margin: 0; padding: 18px 20px; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); box-shadow: var(--shadow); overflow-x: auto; line-height: 1.55; tab-size: 2; }
.x-tag { color: var(--accent-strong); }
.x-name { color: var(--quiet); }
.x-value { color: #9a4a0c; }
.x-note { color: var(--quiet); font-style: italic; }
@media (prefers-color-scheme: dark) { .x-value { color: #f0a868; } }

.viewer { height: 100vh; height: 100dvh; overflow: hidden; }
#map { position: absolute; inset: 0; background: var(--ground); }
#map:focus-visible { outline-offset: -3px; }
.panel {
  position: absolute;
  top: 14px;
  left: 14px;
  width: 330px;
  max-width: calc(100vw - 76px);
  max-height: calc(100% - 84px);
  overflow-y: auto;
  padding: 16px 18px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: color-mix(in srgb, var(--surface) 93%, transparent);
  box-shadow: var(--shadow);
  backdrop-filter: blur(8px);
}
.panel-top { display: flex; justify-content: space-between; align-items: center; font-size: 0.9rem; }
.panel h1 { margin: 12px 0 6px; font-size: 1.18rem; line-height: 1.25; overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; align-items: end; gap: 8px; margin-top: 12px; }
.choices label { display: grid; gap: 2px; color: var(--quiet); font-size: 0.8rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 3px 14px; margin: 14px 0; font-size: 0.9rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.label { margin: 10px 0 4px; color: var(--quiet); font-size: 0.8rem; }
.failure { margin-top: 12px; padding: 8px 12px; border-color: #d9a05b; font-size: 0.9rem; overflow-wrap: anywhere; }
.background { margin-top: 8px; font-size: 0.9rem; }
.background label { display: inline-flex; gap: 6px; align-items: center; }
.background span { color: var(--quiet); }
.panel-actions { display: flex; gap: 8px; margin-top: 14px; }
.readout {
  position: absolute;
  left: 50%;
  bottom: 14px;
  transform: translateX(-50%);
  display: flex;
  gap: 16px;
  max-width: calc(100vw - 28px);
  padding: 7px 16px;
  border: 1px solid var(--line);
  border-radius: 99px;
  background: color-mix(in srgb, var(--surface) 93%, transparent);
  box-shadow: var(--shadow);
  font-size: 0.87rem;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.readout .srs { color: var(--accent-strong); font-weight: 600; }
#requests { color: var(--quiet); }
.viewer .ol-zoom, .viewer .ol-full-screen { left: auto; right: 14px; background: none; }
.viewer .ol-full-screen { top: 14px; }
.viewer .ol-zoom { top: 56px; }
.viewer .ol-control button {
  width: 34px;
  height: 34px;
  margin: 0 0 4px;
  border: 1px solid var(--line);
  border-radius: 9px;
  background: var(--surface);
  color: var(--accent-strong);
  box-shadow: var(--shadow);
  font-size: 1.1rem;
  cursor: pointer;
}
.full-screen { display: block; width: 16px; height: 16px; margin: auto; border: 2px solid currentcolor; border-radius: 3px; mask: linear-gradient(#000 0 0) 0 0 / 5px 5px no-repeat, linear-gradient(#000 0 0) 100% 0 / 5px 5px no-repeat, linear-gradient(#000 0 0) 0 100% / 5px 5px no-repeat, linear-gradient(#000 0 0) 100% 100% / 5px 5px no-repeat; }
.viewer .ol-control button:hover { background: var(--accent-soft); outline: none; }
.viewer .ol-scale-line { left: auto; right: 14px; bottom: 16px; background: color-mix(in srgb, var(--surface) 93%, transparent); border-radius: 7px; padding: 4px; }
.viewer .ol-scale-line-inner { border-color: var(--quiet); color: var(--text); }
@media (max-width: 720px) {
  .panel { width: auto; right: 62px; max-height: 42%; }
  #requests { display: none; }
  #coordinate { overflow: hidden; text-overflow: ellipsis; }
  .readout { left: 14px; right: 14px; transform: none; justify-content: space-between; gap: 8px; border-radius: 10px; }
  .viewer .ol-scale-line { bottom: 62px; }
}
`;
