import HTTPTransport
import JobCore
import Testing

@Suite("Slow sources")
struct SourceRateTests {
    /// Gives one piece after each pause.
    private final class SlowSender: HTTPSender, HTTPBodyReader {
        let piece: [UInt8]
        let pause: Duration
        let head = HTTPHead(status: 200, fields: [HTTPField("content-length", "1000000")])

        init(piece: [UInt8], pause: Duration) {
            self.piece = piece
            self.pause = pause
        }

        func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
            throw HTTPFailure(.invalid, "the download sends nothing whole")
        }

        func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader { self }

        func read(into buffer: inout [UInt8]) async throws(HTTPFailure) -> Bool {
            try? await Task.sleep(for: pause)
            buffer = piece
            return true
        }

        func close() async {}
    }

    private func read(
        _ count: Int, pieces bytes: Int, pause: Duration, between: Duration = .zero, minimum: Int
    ) async throws {
        let download = SourceDownload(
            url: try SourceURL(validating: "https://a.example/f", allowList: AllowList()),
            sender: SlowSender(piece: Array(repeating: 0x61, count: bytes), pause: pause),
            limits: SourceLimits(maximumBytes: 1_000_000, minimumRate: minimum, rateSeconds: 0.2)
        ) { _ in }
        try await download.open()
        var buffer: [UInt8] = []
        for _ in 0..<count {
            _ = try await download.read(into: &buffer)
            if between > .zero { try await Task.sleep(for: between) }
        }
        await download.close()
    }

    @Test("A source that sends less than the minimum for a whole window is given up, and may be tried again")
    func slow() async throws {
        let error = await #expect(throws: JobError.self) {
            try await read(60, pieces: 1, pause: .milliseconds(10), minimum: 10_000)
        }
        #expect(error?.code == "source_too_slow" && error?.exitCode == .temporary)
    }

    @Test("One that sends enough is not, nor one that is slow where there is no minimum, nor one nobody reads from")
    func others() async throws {
        try await read(40, pieces: 1_000, pause: .milliseconds(10), minimum: 1_000)
        try await read(40, pieces: 1, pause: .milliseconds(10), minimum: 0)
        try await read(20, pieces: 100, pause: .milliseconds(1), between: .milliseconds(30), minimum: 4_000)
    }
}
