import HTTPTransport
import JobCore
import Synchronization

typealias Reply = ScriptedSender.Reply

/// A download from a scripted server, run to its end.
struct DownloadRun {
    var body: [UInt8] = []
    var error: JobError?
    var size: Int?
    var tag = ""
    var lengthWasUnknown = false
    /// The numbers that the backoff was asked to wait by.
    var waits: [Int] = []
    var requests: [HTTPRequest] = []
    var openReaders = 0

    /// Opens, reads to the end and closes.
    static func of(
        _ replies: [Reply], url: String = "https://a.example/data.csv?token=CANARY", allow: String = "",
        limits: SourceLimits = SourceLimits(maximumBytes: 1000)
    ) async throws -> DownloadRun {
        let sender = ScriptedSender(replies)
        let waits = Waits()
        let list = try AllowList(validating: allow)
        let download = SourceDownload(
            url: try SourceURL(validating: url, allowList: list), sender: sender, allowList: list, limits: limits
        ) { waits.append($0) }
        var run = DownloadRun()
        do {
            try await download.open()
            try await run.read(download)
        } catch {
            run.error = error
        }
        run.size = await download.size
        run.tag = await download.tag
        run.lengthWasUnknown = await download.lengthWasUnknown
        await download.close()
        run.waits = waits.all
        run.requests = sender.requests
        run.openReaders = sender.openReaders
        return run
    }

    private mutating func read(_ download: SourceDownload) async throws(JobError) {
        var buffer: [UInt8] = []
        while try await download.read(into: &buffer) { body += buffer }
    }
}

private final class Waits: Sendable {
    private let list = Mutex<[Int]>([])

    var all: [Int] { list.withLock { $0 } }

    func append(_ attempt: Int) {
        list.withLock { $0.append(attempt) }
    }
}

extension ScriptedSender.Reply {
    /// A whole source of these pieces.
    static func whole(
        _ pieces: [UInt8]..., tag: String? = "\"v1\"", length: Int? = nil, cut: HTTPFailure.Kind? = nil
    ) -> Reply {
        let count = length ?? pieces.reduce(0) { $0 + $1.count }
        var fields = [HTTPField("content-length", String(count))]
        if let tag { fields.append(HTTPField("etag", tag)) }
        return .answer(200, fields, pieces, cut: cut)
    }

    /// The rest of a source.
    static func rest(
        _ pieces: [UInt8]..., range: String, tag: String? = "\"v1\"", cut: HTTPFailure.Kind? = nil
    ) -> Reply {
        var fields = [HTTPField("Content-Range", range)]
        if let tag { fields.append(HTTPField("ETag", tag)) }
        return .answer(206, fields, pieces, cut: cut)
    }

    static func status(_ status: Int) -> Reply {
        .answer(status, [], [Array("CANARY".utf8)], cut: nil)
    }

    static func redirect(_ location: String?, _ status: Int = 302) -> Reply {
        .answer(status, location.map { [HTTPField("location", $0)] } ?? [], [], cut: nil)
    }
}
