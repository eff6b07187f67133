import HTTPTransport
import JobCore
import Synchronization
import Testing

@Suite("Slow sources")
struct SourceRateTests {
    /// Gives the same piece again and again; each takes its time, by a clock of its own.
    private final class SlowSender: HTTPSender, HTTPBodyReader {
        let head = HTTPHead(status: 200, fields: [HTTPField("content-length", "1000000")])
        private let piece: [UInt8]
        private let seconds: Double
        private let clock = Mutex(0.0)

        init(pieces bytes: Int, seconds: Double) {
            piece = Array(repeating: 0x61, count: bytes)
            self.seconds = seconds
        }

        var now: Double { clock.withLock { $0 } }

        func pass(_ seconds: Double) { clock.withLock { $0 += seconds } }

        func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
            throw HTTPFailure(.invalid, "the download sends nothing whole")
        }

        func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader { self }

        func read(into buffer: inout [UInt8]) async throws(HTTPFailure) -> Bool {
            pass(seconds)
            buffer = piece
            return true
        }

        func close() async {}
    }

    /// Reads so many pieces, and does something else between them for so many seconds.
    private func read(
        _ count: Int, pieces bytes: Int, every seconds: Double, between: Double = 0, minimum: Int
    ) async throws {
        let sender = SlowSender(pieces: bytes, seconds: seconds)
        let download = SourceDownload(
            url: try SourceURL(validating: "https://a.example/f", allowList: AllowList()), sender: sender,
            limits: SourceLimits(maximumBytes: 1_000_000, minimumRate: minimum), now: { sender.now }
        ) { _ in }
        try await download.open()
        var buffer: [UInt8] = []
        for _ in 0..<count {
            _ = try await download.read(into: &buffer)
            sender.pass(between)
        }
        await download.close()
    }

    @Test("A source that sends less than the minimum for a minute is given up, and may be tried again")
    func slow() async throws {
        try await read(59, pieces: 1, every: 1, minimum: 1_000)
        for bytes in [1, 999] {
            let error = await #expect(throws: JobError.self) {
                try await read(60, pieces: bytes, every: 1, minimum: 1_000)
            }
            #expect(error?.code == .sourceTooSlow && error?.exitCode == .temporary)
        }
    }

    @Test("One that sends enough is not, nor one that is slow where there is no minimum, nor one nobody reads from")
    func others() async throws {
        try await read(500, pieces: 1_000, every: 1, minimum: 1_000)
        try await read(500, pieces: 1, every: 1, minimum: 0)
        try await read(500, pieces: 100, every: 0.05, between: 60, minimum: 1_000)
    }
}
