import HTTPTransport
import JobCore
import Testing

@Suite("Source download")
struct SourceDownloadTests {
    @Test("A source is read whole, and what names its version is kept")
    func whole() async throws {
        let run = try await DownloadRun.of([.whole([1, 2], [], [3])])
        #expect(run.error == nil)
        #expect(run.body == [1, 2, 3])
        #expect(run.size == 3)
        #expect(run.tag == "\"v1\"")
        #expect(!run.lengthWasUnknown)
        #expect(run.openReaders == 0)
        let request = try #require(run.requests.first)
        #expect(request.method == "GET")
        #expect(request.url == "https://a.example/data.csv?token=CANARY")
        #expect(Set(request.fields.map(\.name)) == ["Accept", "User-Agent"])
    }

    @Test("An empty source ends at once")
    func empty() async throws {
        let run = try await DownloadRun.of([.whole()])
        #expect(run.error == nil)
        #expect(run.body.isEmpty)
        #expect(run.size == 0)
    }

    @Test("A weak tag gives way to the date, and nothing is named without either")
    func tags() async throws {
        let date = HTTPField("Last-Modified", "Tue, 01 Jan 2030 00:00:00 GMT")
        for (fields, expected) in [
            ([HTTPField("ETag", "W/\"x\""), date], date.value), ([HTTPField("ETag", "x"), date], date.value),
            ([HTTPField("ETag", "\"a\"b\""), date], date.value), ([HTTPField("ETag", "W/\"x\"")], ""), ([], ""),
            ([HTTPField("ETag", "\"x\""), date], "\"x\""),
        ] {
            #expect(try await DownloadRun.of([.answer(200, fields, [], cut: nil)]).tag == expected)
        }
    }

    @Test("Only a body without length and chunks is of unknown length")
    func unknownLength() async throws {
        let closed = try await DownloadRun.of([.answer(200, [], [[1]], cut: nil)])
        #expect(closed.lengthWasUnknown)
        #expect(closed.size == nil)
        #expect(closed.body == [1])
        let chunked = [HTTPField("Transfer-Encoding", "chunked"), HTTPField("Content-Length", "9")]
        let run = try await DownloadRun.of([.answer(200, chunked, [[1]], cut: nil)])
        #expect(!run.lengthWasUnknown)
        #expect(run.size == nil)
        #expect(run.error == nil)
    }

    @Test(
        "Each answer that is no source has its code",
        arguments: [
            (404, "source_not_found", ExitCode.noInput), (410, "source_not_found", .noInput),
            (401, "source_forbidden", .notPermitted), (403, "source_forbidden", .notPermitted),
            (400, "source_refused", .dataError), (405, "source_refused", .dataError),
            (412, "source_refused", .dataError), (416, "source_refused", .dataError),
            (451, "source_refused", .dataError), (204, "source_refused", .dataError),
            (206, "source_refused", .dataError), (300, "source_refused", .dataError),
            (304, "source_refused", .dataError),
        ])
    func statuses(status: Int, code: String, exitCode: ExitCode) async throws {
        let run = try await DownloadRun.of([.status(status)])
        #expect(run.error?.code.rawValue == code)
        #expect(run.error?.exitCode == exitCode)
        #expect(run.requests.count == 1)
        #expect(run.openReaders == 0)
        #expect(run.error?.message.contains("CANARY") == false)
    }

    @Test("Busy and failing servers are asked again, nine times in all", arguments: [408, 429, 500, 502, 503, 504])
    func busy(status: Int) async throws {
        let replies = [Reply](repeating: .status(status), count: 8)
        let success = try await DownloadRun.of(replies + [.whole([7])])
        #expect(success.error == nil)
        #expect(success.body == [7])
        #expect(success.waits == Array(0..<8))
        let failure = try await DownloadRun.of(replies + [.status(status), .whole([7])])
        #expect(failure.error?.code == .sourceUnreachable)
        #expect(failure.error?.exitCode == .temporary)
        #expect(failure.requests.count == 9)
        #expect(failure.openReaders == 0)
    }

    @Test("Each failure of the transport is retried or told as what it is", arguments: HTTPFailure.Kind.allCases)
    func failures(kind: HTTPFailure.Kind) async throws {
        let run = try await DownloadRun.of([Reply](repeating: .failure(kind), count: 9) + [.whole([7])])
        let (code, exitCode): (String, ExitCode) =
            switch kind {
            case .denied: ("address_denied", .notPermitted)
            case .untrusted: ("source_untrusted", .protocolError)
            case .tooLarge: ("source_too_large", .dataError)
            case .invalid: ("invalid_source_url", .usage)
            case .cancelled: ("terminated", .terminated)
            default: ("source_unreachable", .temporary)
            }
        #expect(run.error?.code.rawValue == code)
        #expect(run.error?.exitCode == exitCode)
        #expect(run.requests.count == (code == "source_unreachable" ? 9 : 1))
        let told = (run.error?.message ?? "") + (run.error?.hint ?? "")
        #expect(!told.contains("SERVER SAYS"))
        #expect(!told.contains("example"))
    }

    @Test("What is told of an unreachable source does not depend on why")
    func noOracle() async throws {
        var texts: Set<String> = []
        for kind in HTTPFailure.Kind.allCases where HTTPFailure(kind, "").isTransient {
            let run = try await DownloadRun.of([Reply](repeating: .failure(kind), count: 9))
            texts.insert((run.error?.message ?? "") + (run.error?.hint ?? ""))
        }
        #expect(texts.count == 1)
    }

    @Test("The limit is allowed, one byte more is not, announced or not")
    func limits() async throws {
        let limits = SourceLimits(maximumBytes: 4)
        #expect(try await DownloadRun.of([.whole([1, 2], [3, 4])], limits: limits).error == nil)
        let announced = try await DownloadRun.of([.whole([1, 2], [3, 4, 5])], limits: limits)
        #expect(announced.error?.code == .sourceTooLarge)
        #expect(announced.error?.exitCode == .dataError)
        #expect(announced.error?.message.contains("4 bytes") == true)
        #expect(announced.openReaders == 0)
        let silent = try await DownloadRun.of([.answer(200, [], [[1, 2], [3, 4, 5]], cut: nil)], limits: limits)
        #expect(silent.error?.code == .sourceTooLarge)
        #expect(silent.body == [1, 2])
        let exact = try await DownloadRun.of([.answer(200, [], [[1, 2], [3, 4]], cut: nil)], limits: limits)
        #expect(exact.error == nil)
    }
}
