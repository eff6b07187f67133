internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Pages for people")
struct ReportTests {
    /// The report of a run.
    private func report(_ run: JobRun, _ bench: Workbench) throws -> String {
        let key = try #require(run["report.key"].string, "\(run)")
        return String(decoding: try bench.object(key), as: UTF8.self)
    }

    @Test("Every kind of result has one, and it says in a sentence what happened")
    func sentences() throws {
        let bench = try Workbench(.empty)
        try bench.upload("id,email\nc1,a@example.com\nc2,b@example.com\nc3,no address\n", as: "three")
        try bench.upload("id,email\n", as: "none")
        func page(_ members: String) throws -> String {
            try report(bench.load(#""resource":"contacts","# + members), bench)
        }
        let dry = try page(#""sourceKey":"three","dryRun":true"#)
        #expect(dry.contains("<h1>2 of 3 rows would be imported; 1 has a problem to be corrected.</h1>"))
        #expect(dry.contains("<code>invalid_email</code>") && dry.contains("line 4, column <code>email</code>"))
        let real = try page(#""sourceKey":"three""#)
        #expect(real.contains("<h1>2 of 3 rows were imported; 1 has a problem to be corrected.</h1>"))
        #expect(real.contains("aria-label=\"2 inserted, 1 rejected\""))
        #expect(try page(#""sourceKey":"none","dryRun":true"#).contains("no rows, so nothing would be imported"))
        let again = try page(#""sourceKey":"three","mode":"upsert","dryRun":true"#)
        #expect(again.contains("2 of 3 rows would be imported"))
        let failed = try page(#""sourceKey":"three","onError":{"maxErrors":0},"skipDuplicates":true"#)
        #expect(failed.contains("<h1>The job failed.</h1>") && failed.contains("1 rows rejected, 0 allowed"))
        let export = try report(bench.export(#""resource":"contacts","format":"csv""#), bench)
        #expect(export.contains("<h1>2 contacts were exported.</h1>") && export.contains("contacts.csv"))
        for text in [dry, real, failed, export] {
            #expect(!text.contains("<script") && !text.contains("src=") && !text.contains("href="))
        }
    }

    /// Cells that would run or fetch something in a page that does not escape them.
    private static func hostile(_ endpoint: String) -> [String] {
        [
            "<script>document.title='taken'</script>", "<img src=\(endpoint)/image onerror=\"document.title='taken'\">",
            "\"><svg onload=\"document.title='taken'\"></svg>", "</style><link rel=stylesheet href=\(endpoint)/style>",
            "<iframe src=\(endpoint)/frame></iframe>", "'><a autofocus onfocus=\"document.title='taken'\" href=#>x</a>",
        ]
    }

    /// How often something was fetched; not asked in a browser, which wants an icon for its window.
    private static func asked(_ server: ManifestServer) throws -> String {
        try Bucket.curl([server.endpoint + "/asked"]).text
    }

    @Test("54: cells, headers and messages of a hostile file neither run nor fetch anything in a browser")
    func hostileCells() throws {
        let server = try ManifestServer()
        let cells = Self.hostile(server.endpoint)
        // The proof that such cells do harm where they are not escaped.
        let bench = try Workbench(.empty)
        try bench.folder.write(
            Array("<html><title>t</title><body>\(cells.joined())</body></html>".utf8), to: "unescaped.html")
        let harm = try Browser.document("file://\(bench.folder.path)/unescaped.html")
        #expect(harm.contains("<title>taken</title>"))
        let before = try Self.asked(server)
        #expect(before != "0")

        func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
        var text = "id,email,first_name,company,created_at,\(cells.map(quoted).joined(separator: ","))\n"
        for (index, cell) in cells.enumerated() {
            let tail = cells.map(quoted).joined(separator: ",")
            text += "c\(index),a@example.com,\(quoted(cell)),\(quoted(cell)),,\(tail)\n"
            text += "d\(index),\(quoted(cell)),,,\(quoted(cell)),\(tail)\n"
        }
        try bench.upload(text, as: "hostile")
        for members in [#""dryRun":true,"#, ""] {
            let run = try bench.load(
                #"\#(members)"unmapped":"attributes","resource":"contacts","sourceKey":"hostile""#)
            #expect(run["counts.rowsRead"].int == 12 && run["counts.rejected"].int == 6, "\(run)")
            let key = try #require(run["report.key"].string)
            let page = try Browser.document("file://\(bench.storePath)/\(key)")
            #expect(page.contains("<title>\(members.isEmpty ? "Import" : "Dry run of an import") · contacts"))
            #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("<iframe"))
            #expect(!page.contains("<link") && !page.contains("autofocus=\"\""))
        }
        #expect(try Self.asked(server) == before)
    }

    @Test("status.html follows a job to its end, and links only to what may be fetched")
    func status() throws {
        func manifest(_ status: String, _ progress: Int, _ second: Int, _ more: String = "") -> String {
            """
            {"kind":"import","status":"\(status)","jobId":"<b>j</b>","orgId":"o","resource":"contacts","progress":\(progress),
            "updatedAt":"2026-01-01T00:00:0\(second)Z","counts":{"rowsRead":\(progress * 1000),"inserted":\(progress * 900),
            "rejected":\(progress * 100)},"timeLeftSeconds":7\(more)}
            """
        }
        let end = #"""
            ,"stats":{"durationMs":2500,"rowsPerSecond":40000},"report":{"url":"https://store.example/report"},
            "files":[{"name":"x","url":"javascript:alert(1)"},{"name":"y","url":"file:///etc/passwd"}],
            "rejects":{"rows":10000,"url":"https://store.example/r?a=1&b=2"},"error":{"message":"<img src=x>","hint":"h"}
            """#
        let server = try ManifestServer([
            manifest("running", 10, 1), manifest("running", 50, 2), manifest("completed", 100, 3, end),
        ])
        let path = Checkout.path + "/container/status.html"
        let first = try Browser.document("file://\(path)#\(server.endpoint)/job", milliseconds: 500)
        #expect(first.contains("Importing — 10") && first.contains("about 7&nbsp;s left"))
        let last = try Browser.document("file://\(path)#\(server.endpoint)/job", milliseconds: 6_000)
        #expect(last.contains("90\u{202f}000 rows imported; 10\u{202f}000 refused</h1>"), "\(last)")
        #expect(last.contains("href=\"https://store.example/report\""))
        #expect(last.contains("href=\"https://store.example/r?a=1&amp;b=2\""))
        #expect(!last.contains("href=\"javascript") && !last.contains("href=\"file"))
        #expect(last.contains("&lt;img src=x&gt;") && last.contains("&lt;b&gt;j&lt;/b&gt;"))
        #expect(last.contains("40\u{202f}000 rows per second on average"))
        let plain = try Browser.document("file://\(path)#\(server.endpoint)/plain")
        #expect(plain.contains("CORS"))
        let ended = try Browser.document("file://\(path)#\(server.endpoint)/ended")
        #expect(ended.contains("No access</h1>"))
        #expect(try Browser.document("file://\(path)").contains("Which job?"))
        let script = try Browser.document("file://\(path)#javascript:alert(1)")
        #expect(script.contains("That is no address of a manifest"))
    }
}
