/// How far an import has come; committed together with the rows it speaks of.
package struct LoadCheckpoint: Sendable, Equatable {
    /// Records of the source dealt with, good or bad.
    package var records = 0
    package var inserted = 0
    package var updated = 0
    package var skipped = 0
    package var rejected = 0
    /// Version of the source the records were counted in.
    package var sourceTag = ""
    /// The whole source is loaded.
    package var isComplete = false

    package init() {}
}

/// A row that was not loaded, and why.
package struct RowVerdict: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// The key exists already, in the table or earlier in the file.
        case duplicateKey
        /// Nothing is there that an update could change.
        case noMatch
        /// More than one row is there that it could change.
        case ambiguousMatch
        /// The database refused the row; the text names the constraint, never the values.
        case constraint(String)
    }

    /// Row in the batch given to `load`.
    package let row: Int
    package let reason: Reason

    package init(row: Int, reason: Reason) {
        self.row = row
        self.reason = reason
    }
}

/// What became of the rows of one batch.
package struct LoadOutcome: Sendable, Equatable {
    package var inserted: Int
    package var updated: Int
    /// The rows that were neither, in their order.
    package var refused: [RowVerdict]
    /// Rows whose earlier refusal of messages was kept.
    package var consentKept = 0
    /// Rows of a dry run whose key came earlier in the source.
    package var repeatedKeys = 0
    /// What a dry run would change, of some rows.
    package var changes: [RowChange] = []

    package init(inserted: Int = 0, updated: Int = 0, refused: [RowVerdict] = []) {
        self.inserted = inserted
        self.updated = updated
        self.refused = refused
    }

    /// Adds what became of other rows of the same batch.
    package mutating func add(_ other: LoadOutcome) {
        append(other)
        if !other.refused.isEmpty { refused.sort { $0.row < $1.row } }
    }

    /// The same, for whoever sorts what was refused at the end.
    mutating func append(_ other: LoadOutcome) {
        inserted += other.inserted
        updated += other.updated
        consentKept += other.consentKept
        repeatedKeys += other.repeatedKeys
        changes += other.changes
        refused += other.refused
    }

    /// The same for rows of another batch, of which these were a part: `rows` are their places there.
    package func placed(in rows: [Int]) -> LoadOutcome {
        var placed = self
        placed.refused = refused.map { RowVerdict(row: rows[$0.row], reason: $0.reason) }
        return placed
    }
}

/// What an update does to one row, field by field.
package struct RowChange: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let column: Column
        package let before: String?
        package let after: String?
    }

    /// Row in the batch given to `load`.
    package let row: Int
    package let key: [String?]
    package let fields: [Field]
}

/// The place of a chunk in the order of commits.
package struct LoadTurn: Sendable {
    private let channel = BoundedChannel<Void>(depth: 1)

    package init() {}

    /// Every chunk before this one is committed.
    package func pass() { channel.finish() }

    /// Waits for that.
    ///
    /// Throws `CancellationError`.
    package func wait() async throws { _ = try await channel.receive() }
}

/// Loads the rows of one import in transactions that also hold the checkpoint.
///
/// A chunk is what one transaction holds. Several may be under way, each on a lane of its own; they are committed in
/// their order, so that the checkpoint always speaks of a beginning of the source.
package protocol RowLoader: Sendable {
    /// Takes the job over for this attempt. Returns what earlier attempts committed, `nil` when nothing.
    func begin(columns: [Column]) async throws -> LoadCheckpoint?

    /// Chunks that may be under way at once; known after `begin`.
    func lanes() async -> Int

    /// Loads the rows of a chunk (canonical text in the columns given to `begin`), tells what became of each batch.
    ///
    /// Rows that could meet rows of an earlier chunk wait for the turn.
    func load(_ chunk: [RowBatch], lane: Int, turn: LoadTurn) async throws -> [LoadOutcome]

    /// Commits the rows of the lane, where its rejects are, and the checkpoint in one transaction; an atomic import only
    /// with the checkpoint that completes it. Throws `lease_lost` when another attempt owns the job.
    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?, lane: Int) async throws

    /// Undoes what the lane has loaded and not committed.
    func rollBack(lane: Int) async throws

    /// What is kept of rejects from above the record number on, in order, at most `limit`, fewer when they are large;
    /// nothing in a dry run.
    func rejects(after record: Int, limit: Int) async throws -> [KeptReject]

    /// How much that is.
    func rejectUsage() async throws -> RejectUsage

    /// Forgets the kept rejects once their file is published; needs no `begin`.
    func discardRejects() async throws

    /// Other jobs of the organisation with kept rejects that nobody has gone on with for a week, or some of them; as
    /// `begin` found them.
    func abandonedJobs() async -> [String]

    /// What `begin` found that a careful person would want to know about the table.
    func notes() async -> [Note]

    /// Forgets the rejects of such a job, unless somebody has gone on with it since.
    func discardRejects(ofAbandoned jobId: String) async throws

    /// Rolls back what is not committed and releases the database.
    func close() async
}
