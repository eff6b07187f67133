internal import Formats
internal import Glibc
package import JobCore
internal import Logging

/// The log of a job: JSON lines on standard error, plain lines when that is a terminal.
package struct JobLog: Sendable {
    private let logger: Logger

    /// A log for one process.
    ///
    /// `level` is a swift-log level name; an unknown one means `info`.
    package init(level: String) {
        let isTerminal = isatty(STDERR_FILENO) == 1
        var logger = Logger(label: "data-io") { _ in LineLogHandler(isTerminal: isTerminal) }
        logger.logLevel = Logger.Level(rawValue: level.lowercased()) ?? .info
        self.logger = logger
    }

    private init(_ logger: Logger) { self.logger = logger }

    /// The same log with fields on every line.
    package func with(_ fields: [String: String]) -> JobLog {
        var logger = logger
        for (name, value) in fields { logger[metadataKey: name] = .string(value) }
        return JobLog(logger)
    }

    package func debug(_ message: @autoclosure () -> String) { logger.debug("\(message())") }
    package func info(_ message: String, _ fields: [String: String] = [:]) {
        logger.info("\(message)", metadata: fields.mapValues { .string($0) })
    }
    package func warning(_ message: String) { logger.warning("\(message)") }

    /// The one line of a failed job.
    package func failure(_ error: JobError) {
        var fields: Logger.Metadata = ["code": .string(error.code.rawValue), "exitCode": "\(error.exitCode.rawValue)"]
        if let hint = error.hint { fields["hint"] = .string(hint) }
        logger.error("\(error.description)", metadata: fields)
    }
}

/// Writes each line with one `write`, so that lines of several processes do not mix.
private struct LineLogHandler: LogHandler {
    let isTerminal: Bool
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let own = event.metadata { fields.merge(own) { $1 } }
        let sorted = fields.sorted { $0.key < $1.key }
        let text: String
        if isTerminal {
            let prefix = event.level >= .warning ? "\(event.level): " : ""
            // The job's own fields repeat on every line; a person needs the message and what to do.
            let hint = fields["hint"].map { "\n  hint: \($0)" } ?? ""
            StandardStream.clearLine()
            text = "\(prefix)\(event.message)\(hint)\n"
        } else {
            let members =
                [
                    JSONMember("time", .string(Timestamp.format(WallClock.now()))),
                    JSONMember("level", .string(event.level.rawValue)),
                    JSONMember("message", .string(event.message.description)),
                ] + sorted.map { JSONMember($0.key, .string("\($0.value)")) }
            text = JSONValue.object(members).serialized() + "\n"
        }
        StandardStream.write(text, to: STDERR_FILENO)
    }
}

/// Standard output and error without buffering.
///
/// A closed stream is not a failure of the job. What a file, a spec or a server has put into the text can neither steer
/// a terminal nor look like something else: it is written as `PrintableText` says.
package enum StandardStream {
    /// Writes the text to a descriptor, as far as it takes it.
    static func write(_ text: String, to descriptor: CInt) { writeRaw(PrintableText.of(text), to: descriptor) }

    /// Empties the line of a terminal on standard error.
    static func clearLine() { writeRaw("\r\u{1B}[K", to: STDERR_FILENO) }

    private static func writeRaw(_ text: String, to descriptor: CInt) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset...])
                let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return }
                offset += count
            }
        }
    }

    /// Writes text to standard output.
    package static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes text to standard error.
    package static func error(_ text: String) { write(text, to: STDERR_FILENO) }
}
