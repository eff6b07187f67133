/// A failure as a person and a program need it: a stable code, the place, what to do, and how the process ends.
///
/// Messages are lower case without a final stop and never hold secrets, bound values or row data.
package struct JobError: Error, Sendable, CustomStringConvertible {
    package let code: ErrorCode
    /// What went wrong, with the values that help.
    package let message: String
    /// What to do about it.
    package let hint: String?
    /// Where in the data, when the failure has a place.
    package let position: DataPosition?
    /// The failure below this one, for the debug log only.
    package let cause: (any Error)?

    package init(
        _ code: ErrorCode, _ message: String, hint: String? = nil, position: DataPosition? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint ?? code.hint
        self.position = position
        self.cause = cause
    }

    /// How the process ends.
    package var exitCode: ExitCode { code.exitCode }

    /// Whether the same job may succeed when it is launched again without a change.
    package var isRetryable: Bool { exitCode.isRetryable }

    /// One line: message, then the place.
    package var description: String {
        guard let position else { return message }
        return "\(message) (\(position))"
    }

    /// Any error as a job error; what is unknown becomes an internal error.
    package static func wrapping(_ error: any Error) -> JobError {
        if let known = error as? JobError { return known }
        if error is CancellationError {
            return JobError(.terminated, "the job was interrupted", hint: "launch it again")
        }
        return JobError(
            .internalError, "unexpected failure: \(type(of: error))",
            hint: "this is a defect; report it with the debug log", cause: error)
    }
}

/// A place in source data.
///
/// Lines and records count from 1, bytes from 0; a quoted newline advances the line only.
package struct DataPosition: Sendable, Equatable, CustomStringConvertible {
    /// Physical line.
    package var line: Int?
    /// Record number, the header not counted.
    package var record: Int?
    /// Offset in the decompressed source, in bytes.
    package var byteOffset: Int?
    /// Source column or field name.
    package var field: String?

    package init(line: Int? = nil, record: Int? = nil, byteOffset: Int? = nil, field: String? = nil) {
        self.line = line
        self.record = record
        self.byteOffset = byteOffset
        self.field = field
    }

    package var description: String {
        var parts: [String] = []
        if let line { parts.append("line \(line)") }
        if let record { parts.append("record \(record)") }
        if let byteOffset { parts.append("byte \(byteOffset)") }
        if let field { parts.append("field \(field)") }
        return parts.joined(separator: ", ")
    }
}
