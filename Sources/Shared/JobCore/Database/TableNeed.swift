/// What jobs need of one table.
package struct TableNeed: Sendable {
    package let table: String
    package let columns: [String]
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    package let rights: [String]

    /// What jobs need of the tables of a catalogue and of their own.
    package static func all(_ catalogue: Catalogue) -> [TableNeed] {
        catalogue.resources.map { resource in
            // Updates are a mode that a role may be kept from.
            TableNeed(
                table: resource.table, columns: ["org_id"] + resource.columns.map(\.name),
                rights: ["SELECT"] + (resource.canImport ? ["INSERT"] : []))
        }
            + TableDefinition.system.map { table in
                let rights =
                    switch table.name {
                    case "api_keys": ["SELECT"]
                    case "audit_log": ["SELECT", "INSERT"]
                    default: ["SELECT", "INSERT", "UPDATE", "DELETE"]
                    }
                let isUsed = !table.name.hasPrefix("import_") || catalogue.resources.contains { $0.canImport }
                return TableNeed(
                    table: table.name, columns: table.fields.map(\.name), rights: isUsed ? rights : [])
            }
    }
}

/// What is wrong with a table that is there.
package struct TableShortcoming: Sendable {
    package let table: String
    /// Columns it has not.
    package let columns: [String]
    /// What the role may not do.
    package let rights: [String]
    package let role: String

    /// `nil` when nothing is wrong.
    package init?(table: String, columns: [String], rights: [String] = [], role: String = "") {
        if columns.isEmpty && rights.isEmpty { return nil }
        self.table = table
        self.columns = columns
        self.rights = rights
        self.role = role
    }
}
