/// What to do with a row whose key is already there.
package enum DuplicatePolicy: Sendable {
    case skip
    case reject
}

/// What an import does with its rows.
package enum LoadMode: String, Sendable, CaseIterable {
    /// New rows only; what to do with others is a `DuplicatePolicy`.
    case insert
    /// New rows are inserted, rows whose key exists are changed; of several rows with one key the last one wins.
    case upsert
    /// Rows that are there are changed, others are refused.
    case update
}

/// Everything a loader needs to know about its import.
package struct LoadRequest: Sendable {
    package let resource: Resource
    package let orgId: String
    package let jobId: String
    package let specSHA256: String
    /// The attempt that owns the job; a commit by any other attempt is refused.
    package let attemptId: String
    /// Its number, which grows with each attempt: one that comes late cannot take the job from a later one.
    package let fence: Int
    /// True: asks the live table the same questions and writes nothing.
    package let isDryRun: Bool
    package let mode: LoadMode
    /// Columns by which a row is the same as one that is there; by default the key.
    package let matchOn: [String]
    /// Makes what decides about the values of rows that are there; `nil`: those of the source replace them.
    package let merger: (@Sendable (ChangeLayout) -> any RowMerger)?
    /// True: nothing is committed before the checkpoint that completes the import.
    package let isAtomic: Bool

    package init(
        resource: Resource, orgId: String, jobId: String, specSHA256: String, attemptId: String, fence: Int,
        isDryRun: Bool,
        mode: LoadMode = .insert, matchOn: [String]? = nil,
        merger: (@Sendable (ChangeLayout) -> any RowMerger)? = nil, isAtomic: Bool = false
    ) {
        self.resource = resource
        self.orgId = orgId
        self.jobId = jobId
        self.specSHA256 = specSHA256
        self.attemptId = attemptId
        self.fence = fence
        self.isDryRun = isDryRun
        self.mode = mode
        self.matchOn = matchOn ?? resource.key
        self.merger = merger
        self.isAtomic = isAtomic
    }

    /// Rows that are there have to be read before it is known what becomes of those of the source.
    package var readsStoredRows: Bool {
        switch mode {
        case .insert: matchOn != resource.key
        case .upsert: matchOn != resource.key || merger != nil || isDryRun
        case .update: true
        }
    }

    /// Whether rows match by this column without regard to the case of letters: e-mail addresses do.
    package func matchesWithoutCase(_ column: Column) -> Bool { column.type == .text && column.check == .email }

    /// What may be changed in rows that are there, when these columns are loaded.
    package func changeLayout(_ columns: [Column]) -> ChangeLayout {
        ChangeLayout(resource: resource, columns: columns, matchOn: matchOn)
    }

    /// What decides about the values of rows that are there.
    package func makeMerger(_ layout: ChangeLayout) -> any RowMerger {
        merger?(layout) ?? ReplacingMerger(layout: layout)
    }
}
