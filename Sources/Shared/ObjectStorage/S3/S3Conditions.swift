import JobCore
import Synchronization

/// How a store takes `If-Match`: found out with the first conditional update, then kept for the process.
///
/// An ETag has quotes (RFC 9110 section 8.8.3). Ceph RGW 16 compares what it is given with the tag as it keeps it,
/// which has none.
final class S3Conditions: Sendable {
    enum Form: Sendable {
        case quoted
        case bare
    }

    private let known = Mutex<Form?>(nil)

    /// The form that has worked; until then the standard's.
    var form: Form { known.withLock { $0 ?? .quoted } }

    /// Whether an update has taken place.
    var isProven: Bool { known.withLock { $0 != nil } }

    /// The form has worked.
    func keep(_ form: Form) { known.withLock { $0 = form } }
}

extension S3Failure {
    /// Writes that must not take place do.
    static func ignoresCondition(_ mode: PutMode, _ location: S3Location) -> JobError {
        unfit("ignores the condition \(name(mode, location)) of a write", location)
    }

    /// Writes that must take place do not, in no form of the condition.
    static func refusesCondition(_ mode: PutMode, _ location: S3Location) -> JobError {
        unfit("refuses a write although its condition \(name(mode, location)) holds", location)
    }

    /// The store says that it knows no such condition.
    static func unknownCondition(_ name: String, _ location: S3Location) -> JobError {
        unfit("does not know the condition \(name) of a write", location)
    }

    private static func unfit(_ problem: String, _ location: S3Location) -> JobError {
        JobError(
            .storeConditionsMissing, "the store at \(location.authority) \(problem)")
    }

    private static func name(_ mode: PutMode, _ location: S3Location) -> String {
        S3Object.condition(mode, location.dialect).first?.name ?? "of none"
    }
}
