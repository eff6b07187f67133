package import ObjectStorage
internal import Synchronization

/// The objects with refused rows that this attempt stores, and which of them the database may name.
///
/// Those that it may name are needed by the next attempt when this one comes to nothing; the others are nothing.
package final class StoredParts: Sendable {
    /// Each object, and whether a row may name it.
    private let objects = Mutex<[ObjectKey: Bool]>([:])
    private let numbers = Mutex(0)

    package init() {}

    /// A number that no other object of the attempt has, however often the load begins anew.
    package func makeNumber() -> Int {
        numbers.withLock { number in
            number += 1
            return number
        }
    }

    /// The object is about to be stored.
    package func add(_ key: ObjectKey) { objects.withLock { $0[key] = false } }

    /// A transaction that names the object is about to be committed.
    package func name(_ key: ObjectKey) { objects.withLock { $0[key] = true } }

    /// That transaction was undone, and another owner of the job has no such row.
    package func disown(_ key: ObjectKey) { objects.withLock { $0[key] = false } }

    /// All of them.
    var all: [ObjectKey] { objects.withLock { Array($0.keys) } }

    /// Whether a row may name the object.
    func mayBeNamed(_ key: ObjectKey) -> Bool { objects.withLock { $0[key] == true } }
}
