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

    /// Whether the same job may succeed when it is launched again without a change.
    package var isRetryable: Bool {
        switch self {
        case .unpublished, .temporary, .interrupted, .terminated, .software, .osError, .protocolError: true
        case .done, .usage, .dataError, .noInput, .cannotCreate, .notPermitted, .configuration, .cancelled, .deadline:
            false
        }
    }
}
