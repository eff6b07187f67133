import HTTPTransport
import JobCore
import Testing

@Suite("Source redirects")
struct SourceRedirectTests {
    @Test("Each kind of redirect is followed", arguments: [301, 302, 303, 307, 308])
    func kinds(status: Int) async throws {
        let run = try await DownloadRun.of([.redirect("../b/x.csv?y", status), .whole([1])])
        #expect(run.body == [1])
        #expect(run.requests.map(\.url).last == "https://a.example/b/x.csv?y")
        #expect(run.requests.allSatisfy { $0.method == "GET" })
        #expect(run.openReaders == 0)
    }

    @Test("Five redirects are followed, a sixth is not")
    func count() async throws {
        let five = (1...5).map { Reply.redirect("/\($0)") }
        let followed = try await DownloadRun.of(five + [.whole([1])])
        #expect(followed.error == nil)
        #expect(followed.requests.count == 6)
        let run = try await DownloadRun.of(five + [.redirect("/6"), .whole([1])])
        #expect(run.error?.code == .sourceRedirect)
        #expect(run.requests.count == 6)
        #expect(run.openReaders == 0)
    }

    @Test(
        "A redirect to what is no permitted URL is not followed",
        arguments: [
            nil, "", "http://a.example/data.csv", "http://listed.example/x", "file:///etc/passwd",
            "gopher://a.example/",
            "ftp://a.example/x", "https://user@a.example/", "https://a.example:22/", "https://127.1/", "//[::1%25lo]/",
            "https://0x7f000001/", "\\\\a.example\\x", "/a\r\nb", "https:///x", "https://b.example:8080/",
        ])
    func refused(location: String?) async throws {
        let run = try await DownloadRun.of([.redirect(location), .whole([1])], allow: "listed.example")
        #expect(run.error?.code == .sourceRedirect)
        #expect(run.error?.exitCode == .dataError)
        #expect(run.requests.count == 1)
        #expect(run.openReaders == 0)
    }

    @Test("A redirect to a denied address is denied")
    func denied() async throws {
        let run = try await DownloadRun.of([.redirect("https://127.0.0.1/"), .failure(.denied)])
        #expect(run.error?.code == .addressDenied)
        #expect(run.error?.exitCode == .notPermitted)
        #expect(run.requests.count == 2)
    }

    @Test(
        "Circles are noticed",
        arguments: [["/data.csv?token=CANARY"], ["/b", "/data.csv?token=CANARY"], ["/b", "/b"]])
    func circles(locations: [String]) async throws {
        let run = try await DownloadRun.of(locations.map { .redirect($0) } + [.whole([1])])
        #expect(run.error?.code == .sourceRedirect)
        #expect(run.requests.count == locations.count)
        #expect(run.error?.message.contains("CANARY") == false)
    }

    @Test("Listed hosts may be led to over plain http, from plain http only")
    func plain() async throws {
        let run = try await DownloadRun.of(
            [.redirect("http://listed.example/b"), .redirect("https://c.example/"), .whole([1])],
            url: "http://listed.example/a", allow: "listed.example")
        #expect(run.error == nil)
        #expect(run.requests.count == 3)
    }

    @Test("Another attempt begins at the first URL")
    func retries() async throws {
        let run = try await DownloadRun.of([
            .redirect("/b"), .status(503), .redirect("/c"), .whole([1], length: 2), .redirect("/d"),
            .rest([2], range: "bytes 1-1/2"),
        ])
        #expect(run.error == nil)
        #expect(run.body == [1, 2])
        #expect(run.requests.count == 6)
        #expect(run.requests[2].url == run.requests[0].url)
        #expect(run.requests[4].url == run.requests[0].url)
    }
}
