import HTTPTransport
import JobCore
import Testing

@Suite("Source resumes")
struct SourceResumeTests {
    @Test(
        "A cut download goes on from its last byte",
        arguments: [nil, .truncated, .interrupted, .stalled, .timedOut, .tlsInterrupted] as [HTTPFailure.Kind?])
    func resume(cut: HTTPFailure.Kind?) async throws {
        let run = try await DownloadRun.of([
            .whole([1, 2, 3], length: 5, cut: cut), .failure(.unreachable), .rest([4], range: "bytes 3-3/5", cut: cut),
            .status(503), .rest([5], range: "bytes 4-4/*"),
        ])
        #expect(run.error == nil)
        #expect(run.body == [1, 2, 3, 4, 5])
        #expect(run.waits == [0, 1, 0, 1])
        #expect(run.openReaders == 0)
        let conditions = run.requests[2].fields.filter { !["Accept", "User-Agent"].contains($0.name) }
        #expect(
            conditions == [
                HTTPField("Range", "bytes=3-"), HTTPField("If-Match", "\"v1\""), HTTPField("If-Range", "\"v1\""),
            ])
        #expect(run.requests[4].fields.contains(HTTPField("Range", "bytes=4-")))
    }

    @Test(
        "An answer that is not the rest of the same version is a change",
        arguments: [
            .whole([1, 2, 3, 4, 5]), .whole([9], tag: "\"v2\""), .answer(412, [], [], cut: nil),
            .answer(416, [HTTPField("ETag", "\"v1\"")], [], cut: nil),
            .rest([4, 5], range: "bytes 3-4/5", tag: "\"v2\""), .rest([4, 5], range: "bytes 3-4/5", tag: "W/\"v1\""),
            .rest([4, 5], range: "bytes 3-4/5", tag: nil), .rest([4, 5], range: "bytes 2-4/5"),
            .rest([4, 5], range: "bytes 3-4/6"), .rest([4, 5], range: "bytes 3-9/5"),
            .rest([4, 5], range: "items 3-4/5"),
            .rest([4, 5], range: "bytes */5"), .rest([4, 5], range: "bytes 3-2/5"), .rest([4, 5], range: ""),
            .rest([4, 5, 6], range: "bytes 3-4/5"),
        ] as [Reply])
    func changed(reply: Reply) async throws {
        let run = try await DownloadRun.of([.whole([1, 2, 3], length: 5, cut: .truncated), reply])
        #expect(run.error?.code == .sourceChanged)
        #expect(run.error?.exitCode == .dataError)
        #expect(run.body == [1, 2, 3])
        #expect(run.openReaders == 0)
    }

    @Test("Without a strong tag a cut ends the download", arguments: [nil, "W/\"v1\"", "v1"])
    func withoutTag(tag: String?) async throws {
        let run = try await DownloadRun.of([
            .whole([1, 2, 3], tag: tag, length: 5), .whole([1, 2, 3, 4, 5], tag: tag),
        ])
        #expect(run.error?.code == .sourceInterrupted)
        #expect(run.error?.exitCode == .temporary)
        #expect(run.requests.count == 1)
    }

    @Test("Before the first byte the same version is begun anew, even without a tag")
    func beforeFirstByte() async throws {
        let run = try await DownloadRun.of([.whole(tag: nil, length: 2, cut: .stalled), .whole([1, 2], tag: nil)])
        #expect(run.error == nil)
        #expect(run.body == [1, 2])
        #expect(run.requests.last?.fields.contains { $0.name == "Range" } == false)
        let other = try await DownloadRun.of([.whole(length: 2, cut: .stalled), .whole([1, 2], tag: "\"v2\"")])
        #expect(other.error?.code == .sourceChanged)
    }

    @Test("A cut after the last announced byte is the end")
    func cutAtEnd() async throws {
        let run = try await DownloadRun.of([.whole([1, 2], cut: .interrupted)])
        #expect(run.error == nil)
        #expect(run.body == [1, 2])
        #expect(run.requests.count == 1)
    }

    @Test("A cut chunked body is resumed, one that has more than announced refused")
    func lengths() async throws {
        let fields = [HTTPField("Transfer-Encoding", "chunked"), HTTPField("ETag", "\"v1\"")]
        let run = try await DownloadRun.of([
            .answer(200, fields, [[1, 2]], cut: .truncated), .rest([3], range: "bytes 2-2/3"),
        ])
        #expect(run.error == nil)
        #expect(run.body == [1, 2, 3])
        let longer = try await DownloadRun.of([.whole([1, 2, 3], length: 2)])
        #expect(longer.error?.code == .sourceChanged)
        #expect(longer.body.isEmpty)
    }

    @Test("Eight resumes without a byte are made, a byte starts the count anew")
    func withoutProgress() async throws {
        let cut = Reply.rest(range: "bytes 1-2/3", cut: .interrupted)
        let begin = Reply.whole([1], length: 3, cut: .interrupted)
        let lasting =
            [begin] + [Reply](repeating: cut, count: 7)
            + [.rest([2], range: "bytes 1-2/3", cut: .interrupted)]
            + [Reply](repeating: .rest(range: "bytes 2-2/3", cut: .interrupted), count: 7)
            + [.rest([3], range: "bytes 2-2/3")]
        let run = try await DownloadRun.of(lasting)
        #expect(run.error == nil)
        #expect(run.body == [1, 2, 3])
        #expect(run.waits == Array(0..<8) + Array(0..<8))
        let stuck = try await DownloadRun.of([begin] + [Reply](repeating: cut, count: 9))
        #expect(stuck.error?.code == .sourceInterrupted)
        #expect(stuck.requests.count == 9)
        #expect(stuck.openReaders == 0)
    }

    @Test("A source that vanishes or is cancelled while it is read says so")
    func endings() async throws {
        let begin = Reply.whole([1], length: 3, cut: .interrupted)
        #expect(try await DownloadRun.of([begin, .status(404)]).error?.code == .sourceNotFound)
        #expect(try await DownloadRun.of([begin, .failure(.denied)]).error?.code == .addressDenied)
        let cancelled = try await DownloadRun.of([.whole([1], length: 3, cut: .cancelled)])
        #expect(cancelled.error?.code == .terminated)
        #expect(cancelled.requests.count == 1)
    }

    @Test("A wait that is cancelled ends the download")
    func cancelledWait() async throws {
        let sender = ScriptedSender([.failure(.unresolved), .whole([1])])
        let download = SourceDownload(
            url: try SourceURL(validating: "https://a.example/"), sender: sender,
            limits: SourceLimits(maximumBytes: 10)
        ) { _ in throw CancellationError() }
        let error = await #expect(throws: JobError.self) { try await download.open() }
        #expect(error?.code == .terminated)
        #expect(sender.unusedReplies == 1)
    }
}
