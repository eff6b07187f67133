/// How a process ends, for the scheduler that launched it.
///
/// The numbers are a contract (sysexits.h plus three of our own).
package enum ExitCode: Int32, Sendable, CaseIterable {
    case done = 0
    case usage = 64
    case dataError = 65
    case noInput = 66
    case software = 70
    case osError = 71
    case cannotCreate = 73
    case unpublished = 74
    case temporary = 75
    case protocolError = 76
    case notPermitted = 77
    case configuration = 78
    case cancelled = 80
    case deadline = 124
    case interrupted = 130
    case terminated = 143

    /// What launching the same job again without a change may bring.
    package enum Again: String, Sendable {
        /// Nothing.
        case no
        /// Success, once what was in the way has passed.
        case yes
        /// Success, and if it does not after a few times, somebody has to look.
        case fewTimes = "a few times"
        /// The same answer.
        case same = "–"
    }

    /// Whether the same job may succeed when it is launched again without a change.
    package var isRetryable: Bool { again == .yes || again == .fewTimes }

    package var again: Again {
        switch self {
        case .done: .same
        case .unpublished, .temporary, .interrupted, .terminated: .yes
        case .software, .osError, .protocolError: .fewTimes
        case .usage, .dataError, .noInput, .cannotCreate, .notPermitted, .configuration, .cancelled, .deadline: .no
        }
    }

    /// What it says, for a person.
    package var meaning: String {
        switch self {
        case .done: "done, or done already"
        case .usage: "bad spec, arguments or ids; same job id with another spec"
        case .dataError: "bad data, too many rejects, a limit, the source changed"
        case .noInput: "source or job not found"
        case .software: "internal error"
        case .osError: "out of disk, files or memory"
        case .cannotCreate: "the target exists"
        case .unpublished: "committed, but the manifest or the audit log could not be written"
        case .temporary: "store or database away or busy, another process owns the job"
        case .protocolError: "impossible answer, checksum wrong, certificate not trusted"
        case .notPermitted: "not permitted"
        case .configuration: "configuration"
        case .cancelled: "cancelled"
        case .deadline: "past its deadline"
        case .interrupted: "interrupted by SIGINT"
        case .terminated: "ended by SIGTERM"
        }
    }
}
