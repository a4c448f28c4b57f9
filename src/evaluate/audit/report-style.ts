/** The look of the audit's report. */

export const style = `
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --line: #d8d8dc; --soft: #f4f4f6; --bar: #cfe0f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #17171a; --line: #3a3a40; --soft: #222227; --bar: #2c4566; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.9rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); } small { font-weight: normal; opacity: .7; }
.wide { overflow-x: auto; } .matrix { border-collapse: collapse; width: 100%; }
.matrix th { text-align: left; font-weight: 600; padding: .5rem .6rem; } .matrix thead th { text-align: center; vertical-align: bottom; white-space: nowrap; }
.matrix th.baseline { opacity: .65; font-weight: normal; } .matrix td { text-align: center; padding: .5rem .6rem; border: 2px solid var(--paper); border-radius: 6px; }
.wide th:first-child { position: sticky; left: 0; background: var(--paper); }
.matrix tr { border-top: 1px solid var(--line); }
.causes { border-collapse: collapse; width: 100%; } .causes th, .causes td { padding: .4rem .6rem; border-top: 1px solid var(--line); text-align: left; }
.causes thead th { border: 0; font-weight: 600; vertical-align: bottom; } .causes thead th:nth-child(n + 4) { white-space: nowrap; } .causes td { min-width: 4.5rem; font-variant-numeric: tabular-nums; }
.share { background: linear-gradient(90deg, var(--bar) var(--share), transparent 0); }
.yes { background: #cdeccf; color: #123d15; } .no { background: #f6cfcf; color: #571313; } .partly { background: #fbe8bf; color: #4d3600; }
.unclear { background: #dfe3ea; color: #2b3442; } .none { opacity: .6; }
.answer { border-radius: 999px; padding: .05rem .6rem; font-size: .85em; }
.warning { background: #fff3cd; color: #5c4400; padding: .6rem .8rem; border-radius: 6px; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(120px, 30%), 1fr)); gap: .8rem; } figure { margin: 0; max-width: 224px; } figure img { width: 100%; border-radius: 6px; display: block; }
figure.chart { max-width: none; } .chart figcaption { text-align: left; font-weight: 600; margin-bottom: .3rem; }
figcaption { font-size: .85rem; text-align: center; } h4 { margin: 1.4rem 0 .5rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(330px, 100%), 1fr)); gap: 1rem; } svg { width: 100%; height: auto; background: var(--soft); border-radius: 8px; }
svg text { font: 10.5px system-ui, sans-serif; fill: var(--ink); } svg .grid { stroke: var(--line); fill: none; }
.legend .key { margin-right: 1.2rem; white-space: nowrap; } .legend i { display: inline-block; width: 1.6rem; border-top: 3px solid; margin-right: .4rem; vertical-align: middle; }
.legend i.baseline { border-top-style: dashed; }
@media (max-width: 600px) {
  main { padding: 1rem; } h1 { font-size: 1.5rem; line-height: 1.25; } .figures { gap: .4rem; }
  .matrix, .causes { font-size: .74rem; line-height: 1.3; } .matrix th, .matrix td, .causes th, .causes td { padding: .35rem .2rem; } .causes td { min-width: 2.6rem; }
  .matrix thead th { white-space: normal; }
}
dt { font-weight: 600; margin-top: .9rem; } dd { margin: .1rem 0 0; } dd ul { margin: .3rem 0; padding-left: 1.2rem; font-size: .9rem; opacity: .85; }
`;
