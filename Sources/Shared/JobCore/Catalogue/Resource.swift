/// What an import checks the text of a column for.
package enum ColumnCheck: String, Sendable, CaseIterable {
    case none, email
    /// An international number (E.164).
    case phone
    /// Two letters of ISO 3166-1.
    case country
    /// bcrypt, scrypt or argon2.
    case passwordHash = "password_hash"
}

/// One column of a resource.
package struct Column: Sendable, Equatable {
    package let name: String
    package let type: ColumnType
    /// Can be imported but is never exported or shown (password hashes).
    package let isWriteOnly: Bool
    /// Holds personal data; reports mask it.
    package let isPersonal: Bool

    /// What its text must be beyond text.
    package let check: ColumnCheck
    /// Tells whether somebody wants messages: false, or a word such as `unsubscribed`, is a refusal that imports keep.
    package let holdsConsent: Bool
    /// Characters its text may have at most.
    package let maxLength: Int?

    package init(
        _ name: String, _ type: ColumnType, isWriteOnly: Bool = false, isPersonal: Bool = false,
        check: ColumnCheck = .none, holdsConsent: Bool = false, maxLength: Int? = nil
    ) {
        self.name = name
        self.type = type
        self.check = check
        self.holdsConsent = holdsConsent
        self.maxLength = maxLength
        self.isWriteOnly = isWriteOnly
        self.isPersonal = isPersonal
    }

    /// The same column, as one that holds personal data.
    package var asPersonal: Column {
        Column(
            name, type, isWriteOnly: isWriteOnly, isPersonal: true, check: check, holdsConsent: holdsConsent,
            maxLength: maxLength)
    }
}

/// One table that can be exported, and perhaps imported.
///
/// `org_id` is implied and never listed.
package struct Resource: Sendable, Equatable {
    package let name: String
    /// Table in the database; usually the resource's name.
    package let table: String
    package let columns: [Column]
    /// Key columns after `org_id`, in order.
    package let key: [String]
    /// The column that `from`, `to` and `last` act on; a `timestamp` or a `date`.
    package let timeColumn: String?
    package let canExport: Bool
    package let canImport: Bool

    package init(
        name: String, table: String? = nil, columns: [Column], key: [String], timeColumn: String?,
        canExport: Bool = true, canImport: Bool = false
    ) {
        self.name = name
        self.table = table ?? name
        self.columns = columns
        self.key = key
        self.timeColumn = timeColumn
        self.canExport = canExport
        self.canImport = canImport
    }

    /// The column of that name.
    package func column(_ name: String) -> Column? { columns.first { $0.name.hasSameBytes(as: name) } }

    /// Columns an export may read, in catalogue order.
    package var exportableColumns: [Column] { columns.filter { !$0.isWriteOnly } }

    /// Key columns, in key order.
    package var keyColumns: [Column] { key.compactMap { column($0) } }
}
