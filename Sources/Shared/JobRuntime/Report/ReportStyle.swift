/// How the report looks: one accent, system fonts, light and dark, readable on a phone and on paper.
enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;--ink:#1a1f26;--soft:#59636e;--line:#dfe3e8;--paper:#fff;--panel:#f6f7f9;
        --accent:#2456c7;--good:#1f7a4d;--change:#2456c7;--skip:#7a8490;--bad:#b3341f;--warn:#8a5a00;--warnbg:#fff6e0}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9da7b3;--line:#333b46;--paper:#12161c;
        --panel:#1b2129;--accent:#8ab0ff;--good:#57c28c;--change:#8ab0ff;--skip:#8b96a3;--bad:#ff8a72;--warn:#f0c060;
        --warnbg:#2b2412}}
        *{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
        main{max-width:62rem;margin:0 auto;padding:3rem 1.25rem 5rem}
        header p.kind{margin:0;color:var(--soft);font-size:.875rem}
        h1{font-size:clamp(1.5rem,4.5vw,2.25rem);line-height:1.2;letter-spacing:-.015em;margin:.35rem 0 1rem;
        font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:3.25rem 0 .75rem;letter-spacing:-.01em}h3{font-size:1rem;margin:0 0 .5rem}
        h3 .soft{font-weight:400}
        p{margin:.5rem 0;max-width:46rem}.soft{color:var(--soft)}.bad{color:var(--bad)}.small{font-size:.875rem}
        code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:1.5rem 2rem;margin:2rem 0 1.25rem}
        dl.figures dt{color:var(--soft);font-size:.875rem}dl.figures dd{margin:0;font-size:1.75rem;font-weight:600;
        letter-spacing:-.02em;line-height:1.25}
        svg{display:block;width:100%}svg.bar{height:14px;border-radius:7px;background:var(--line)}
        .inserted{fill:var(--good);background:var(--good)}.updated{fill:var(--change);background:var(--change)}
        .skipped{fill:var(--skip);background:var(--skip)}.rejected{fill:var(--bad);background:var(--bad)}
        .unprocessed{fill:var(--line);background:var(--line)}.mark{fill:var(--accent)}
        ul.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;list-style:none;padding:0;margin:.75rem 0;font-size:.875rem}
        ul.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.45rem}
        .scroll{overflow-x:auto;margin:0 -1.25rem;padding:0 1.25rem}.scroll:focus-visible,summary:focus-visible{outline:2px
        solid var(--accent);outline-offset:2px}
        table{border-collapse:collapse;width:100%;font-size:.9375rem}caption{text-align:left;color:var(--soft);
        font-size:.875rem;padding:0 0 .5rem}
        th,td{text-align:left;padding:.5rem 1.25rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{font-weight:600;color:var(--soft);font-size:.8125rem}td.n,th.n{text-align:right}
        td{overflow-wrap:break-word}td.n,td code,th{white-space:nowrap}td.n{width:1%}table.rows td{white-space:nowrap;max-width:18rem;overflow:hidden;text-overflow:ellipsis}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:1rem}
        .card{background:var(--panel);border-radius:10px;padding:1.1rem 1.2rem;min-width:0}
        .card p,.card li{font-size:.875rem}.card svg{margin:.5rem 0}.card ul{padding:0;margin:.5rem 0 0;list-style:none}
        .card li{display:flex;gap:.75rem;justify-content:space-between;overflow-wrap:anywhere}
        .note{background:var(--warnbg);border-left:3px solid var(--warn);border-radius:6px;padding:.75rem 1rem;margin:.75rem 0}
        .note p{margin:0}.note p+p{margin-top:.4rem}table.facts td:first-child{color:var(--soft);width:14rem}.before{color:var(--soft);text-decoration:line-through}
        details{margin:1rem 0}summary{cursor:pointer;color:var(--accent)}pre{background:var(--panel);padding:1rem;
        border-radius:10px;white-space:pre-wrap}
        footer{margin-top:4rem;color:var(--soft);font-size:.8125rem}
        @media(max-width:40rem){main{padding:1.5rem 1.25rem 3rem}h2{margin-top:2.5rem}table.facts td:first-child{width:8.5rem}
        dl.figures{grid-template-columns:repeat(auto-fit,minmax(6.5rem,1fr));gap:1rem}dl.figures dd{font-size:1.375rem}}
        @media print{main{padding:0}details{display:none}.card{break-inside:avoid}}
        """
}
