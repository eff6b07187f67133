package import JobCore

/// A place for objects: a folder or a bucket.
///
/// Objects appear whole or not at all and are durable when a call returns.
/// Every method throws `store_permission_denied`, `store_unavailable` and the store's input and output errors besides
/// what it names.
package protocol ObjectStore: Sendable {
    /// The place, for messages; holds no secrets.
    var description: String { get }

    /// Writes an object. Throws `precondition_failed` (temporary) when the mode's condition does not hold.
    func put(
        _ bytes: [UInt8], at key: ObjectKey, contentType: String, mode: PutMode
    ) async throws(JobError) -> ObjectInfo

    /// Describes the object; `nil` when there is none.
    func head(_ key: ObjectKey) async throws(JobError) -> ObjectInfo?

    /// Reads the object or a part of it.
    ///
    /// Throws `object_not_found`, and `invalid_range` when the range does not lie inside the object.
    func get(_ key: ObjectKey, range: Range<Int>?) async throws(JobError) -> StoredObject

    /// Starts to read the version of the object that is there now. Throws `object_not_found`.
    func openReader(_ key: ObjectKey, chunkBytes: Int) async throws(JobError) -> any ObjectReader

    /// Starts to write an object of unknown length; nothing is visible before `complete`.
    func beginUpload(_ key: ObjectKey, contentType: String) async throws(JobError) -> any ObjectUpload

    /// The objects whose keys start with the prefix, sorted by key. Throws `invalid_key`.
    func list(prefix: String) async throws(JobError) -> [ObjectInfo]

    /// Removes the object; one that is not there is no error.
    func delete(_ key: ObjectKey) async throws(JobError)

    /// A link that reads the object, saved as `fileName`; it lives 1…604,800 seconds, and less when the store's
    /// credentials end before. The object need not be there yet.
    func downloadLink(_ key: ObjectKey, fileName: String, secondsToLive: Int) async throws(JobError) -> ObjectLink

    /// A link that writes the object by `PUT`, as often as one likes while it lives.
    func uploadLink(_ key: ObjectKey, secondsToLive: Int) async throws(JobError) -> ObjectLink

    /// Proves that the store can do all that jobs ask of it.
    ///
    /// Returns by how many seconds the store's clock is ahead of this machine's. Throws `store_selftest_failed`.
    @discardableResult
    func selfTest() async throws(JobError) -> Int64

    /// Proves on an object that this process has just written, with those bytes, that conditional writes take place when
    /// they shall and only then; returns the object's tag afterwards.
    ///
    /// Throws `store_conditions_missing` (78), and `precondition_failed` when somebody else has changed the object.
    func proveConditions(_ key: ObjectKey, _ bytes: [UInt8], tag: ObjectTag) async throws(JobError) -> ObjectTag

    /// Proves that uploads of several parts can be begun, listed and aborted. Throws `store_selftest_failed`.
    func proveUploads(_ key: ObjectKey) async throws(JobError)

    /// Removes what processes that are gone have left unfinished: anywhere in the store's own area, and below the prefix
    /// the uploads of keys that are `abandoned`. Objects are never touched. Throws `invalid_key`.
    func sweep(prefix: String, where abandoned: @Sendable (ObjectKey) -> Bool) async throws(JobError)
}

extension ObjectStore {
    /// Nothing to prove: the store's conditions are this program's own.
    package func proveConditions(
        _ key: ObjectKey, _ bytes: [UInt8], tag: ObjectTag
    ) async throws(JobError) -> ObjectTag { tag }

    /// Nothing to prove: uploads have no parts.
    package func proveUploads(_ key: ObjectKey) async throws(JobError) {}
}

/// Reads one version of an object from its start to its end.
package protocol ObjectReader: Sendable {
    /// The version that is read.
    var info: ObjectInfo { get }

    /// Replaces the contents of the buffer with the next chunk; `false`, and an empty buffer, at the end.
    ///
    /// Hand in the same buffer each time, its storage is used again. Throws `source_changed` when the object is no
    /// longer the version that was opened, or is shorter or longer than `info` says.
    func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool

    /// Ends the reading, early or at the end; a reader that is dropped closes itself.
    func close() async
}

/// Writes one object in pieces.
///
/// After an error the upload is over: `complete` throws the same error again.
package protocol ObjectUpload: Sendable {
    /// Adds bytes at the end; any number of them.
    ///
    /// May return before they are stored, but holds a bounded part of them in memory.
    func write(_ bytes: [UInt8]) async throws(JobError)

    /// Makes the object visible. Throws `precondition_failed` when the mode's condition does not hold.
    func complete(mode: PutMode) async throws(JobError) -> ObjectInfo

    /// Drops what was written. No effect after `complete`.
    func abort() async
}
