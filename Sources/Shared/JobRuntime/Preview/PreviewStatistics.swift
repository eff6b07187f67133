/// What a dry run found in the values of a field; in the manifest its members stand among those of the column.
package struct PreviewStatistics: ManifestPart {
    package var values = 0
    package var nulls = 0
    /// Values that were refused.
    package var invalid = 0
    /// Bytes of the longest value.
    package var longestBytes = 0
    /// About how many different values there are.
    package var distinct = 0
    /// The least value; like all that tells values, `nil` for those that may not be told.
    package var min: String?
    /// The greatest value.
    package var max: String?
    /// Values that come more than once, those that come most first.
    package var commonest: [PreviewCommonValue]?
    /// Rows that were looked at for them.
    package var sampledRows: Int?
    /// How values lie between the least and the greatest, in steps of one width.
    package var histogram: [Int]?
    /// Why values were refused, by code.
    package var problems: [PreviewFinding] = []
    /// How dates or numbers are written.
    package var evidence: PreviewEvidence?
    /// What looks like damage, but is taken.
    package var warnings: [PreviewFinding] = []

    package init() {}

    package static let keys: [ManifestKey<PreviewStatistics>] = [
        ManifestKey("values", \.values), ManifestKey("nulls", \.nulls), ManifestKey("invalid", \.invalid),
        ManifestKey("longestBytes", \.longestBytes), ManifestKey("distinct", \.distinct), ManifestKey("min", \.min),
        ManifestKey("max", \.max), ManifestKey("commonest", \.commonest), ManifestKey("sampledRows", \.sampledRows),
        ManifestKey("histogram", \.histogram), ManifestKey("problems", \.problems), ManifestKey("evidence", \.evidence),
        ManifestKey("warnings", \.warnings, unless: []),
    ]
}

/// A value, and how often it comes.
package struct PreviewCommonValue: ManifestPart {
    package var value = ""
    package var count = 0

    package init() {}

    package init(value: String, count: Int) {
        self.value = value
        self.count = count
    }

    package static let keys: [ManifestKey<PreviewCommonValue>] = [
        ManifestKey("value", \.value), ManifestKey("count", \.count),
    ]
}
