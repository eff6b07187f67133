/// A refused row as it is kept until the rejects file is written.
package struct RejectRecord: Sendable, Equatable {
    /// Record number in the source, from 1.
    package let record: Int
    package let line: Int
    /// Where it begins in the decompressed source.
    package let byteOffset: Int
    /// Source columns at fault, joined by `;`.
    package let column: String
    package let code: String
    package let message: String
    /// How many source fields `fields` holds; 0 when the row could not be split.
    package let fieldCount: Int
    /// The original fields as one CSV record without its line end; of a row that could not be split, its text as one field.
    package let fields: String

    package init(
        record: Int, line: Int, byteOffset: Int, column: String, code: String, message: String, fieldCount: Int,
        fields: String
    ) {
        self.record = record
        self.line = line
        self.byteOffset = byteOffset
        self.column = column
        self.code = code
        self.message = message
        self.fieldCount = fieldCount
        self.fields = fields
    }
}

/// The refused rows of a chunk, which are together in one object; the database keeps one row that names it.
package struct RejectPart: Sendable, Equatable {
    /// Record number of the first of them.
    package let firstRecord: Int
    package let rows: Int
    /// Of their fields.
    package let bytes: Int
    /// Key of the object.
    package let object: String

    package init(firstRecord: Int, rows: Int, bytes: Int, object: String) {
        self.firstRecord = firstRecord
        self.rows = rows
        self.bytes = bytes
        self.object = object
    }
}

/// A row of `import_rejects`.
package enum KeptReject: Sendable, Equatable {
    case part(RejectPart)
    /// A refused row itself: an earlier version kept them so, and may have been killed.
    case row(RejectRecord)
}

/// How much room the kept rejects of a job take.
package struct RejectUsage: Sendable, Equatable {
    package var rows = 0
    /// Of their fields; about so many.
    package var bytes = 0

    package init(rows: Int = 0, bytes: Int = 0) {
        self.rows = rows
        self.bytes = bytes
    }

    /// Adds more; what a table says that somebody has changed is as much as there can be.
    mutating func add(rows: Int, bytes: Int) {
        self.rows = Self.sum(self.rows, rows)
        self.bytes = Self.sum(self.bytes, bytes)
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflows) = left.addingReportingOverflow(max(0, right))
        return overflows ? Int.max : sum
    }
}
