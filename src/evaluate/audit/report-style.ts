/** The look of the audit's report. */

export const style = `
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --line: #d8d8dc; --soft: #f4f4f6; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #17171a; --line: #3a3a40; --soft: #222227; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.9rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); } small { font-weight: normal; opacity: .7; }
.wide { overflow-x: auto; } .matrix { border-collapse: collapse; width: 100%; }
.matrix th { text-align: left; font-weight: 600; padding: .5rem .6rem; } .matrix thead th { text-align: center; vertical-align: bottom; }
.matrix th.baseline { opacity: .65; font-weight: normal; } .matrix td { text-align: center; padding: .5rem .6rem; border: 2px solid var(--paper); border-radius: 6px; }
.matrix tr { border-top: 1px solid var(--line); }
.yes { background: #cdeccf; color: #123d15; } .no { background: #f6cfcf; color: #571313; } .partly { background: #fbe8bf; color: #4d3600; }
.unclear { background: #dfe3ea; color: #2b3442; } .none { opacity: .6; }
.answer { border-radius: 999px; padding: .05rem .6rem; font-size: .85em; }
.warning { background: #fff3cd; color: #5c4400; padding: .6rem .8rem; border-radius: 6px; }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; } figure { margin: 0; width: 168px; } figure img { width: 100%; border-radius: 6px; display: block; }
figure.chart { width: auto; } .chart figcaption { text-align: left; font-weight: 600; margin-bottom: .3rem; }
figcaption { font-size: .85rem; text-align: center; } h4 { margin: 1.4rem 0 .5rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 1rem; } svg { width: 100%; height: auto; background: var(--soft); border-radius: 8px; }
svg text { font: 10.5px system-ui, sans-serif; fill: var(--ink); } svg .grid { stroke: var(--line); fill: none; }
.legend .key { margin-right: 1.2rem; white-space: nowrap; } .legend i { display: inline-block; width: 1.6rem; border-top: 3px solid; margin-right: .4rem; vertical-align: middle; }
.legend i.baseline { border-top-style: dashed; }
dt { font-weight: 600; margin-top: .9rem; } dd { margin: .1rem 0 0; } dd ul { margin: .3rem 0; padding-left: 1.2rem; font-size: .9rem; opacity: .85; }
`;
