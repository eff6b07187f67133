/// A table to create: columns, primary key, indexes.
///
/// The same for every database; the dialect writes it down.
package struct TableDefinition: Sendable {
    package struct Field: Sendable {
        package let name: String
        package let type: ColumnType
        package let isRequired: Bool
    }

    package let name: String
    package let fields: [Field]
    package let primaryKey: [String]
    /// Columns of each further index.
    package let indexes: [[String]]

    package init(name: String, fields: [Field], primaryKey: [String], indexes: [[String]] = []) {
        self.name = name
        self.fields = fields
        self.primaryKey = primaryKey
        self.indexes = indexes
    }

    /// The table of a resource: `org_id` first in the primary key, and an index that reads by time within a tenant.
    package init(_ resource: Resource) {
        name = resource.table
        fields =
            [Field(name: "org_id", type: .text, isRequired: true)]
            + resource.columns.map { column in
                Field(name: column.name, type: column.type, isRequired: resource.key.contains(column.name))
            }
        primaryKey = ["org_id"] + resource.key
        if let time = resource.timeColumn, resource.key.first != time {
            indexes = [["org_id", time] + resource.key.filter { $0 != time }]
        } else {
            indexes = []
        }
    }

    /// The statements that create the table and its indexes when they are missing.
    package func createStatements(_ dialect: some SQLDialect) -> [String] {
        var lines = fields.map { field in
            let type = dialect.columnType(field.type, isKey: primaryKey.contains(field.name))
            return "  \(dialect.quote(field.name)) \(type)" + (field.isRequired ? " NOT NULL" : "")
        }
        lines.append("  PRIMARY KEY (\(primaryKey.map(dialect.quote).joined(separator: ", ")))")
        var statements = [
            "CREATE TABLE IF NOT EXISTS \(dialect.quoteTable(name)) (\n" + lines.joined(separator: ",\n") + "\n)"
                + dialect.tableOptions
        ]
        for index in indexes {
            let indexName =
                (name.split(separator: ".").last.map(String.init) ?? name) + "_by_"
                + index.dropFirst().prefix(1).joined()
            statements.append(
                "CREATE INDEX IF NOT EXISTS \(dialect.quote(indexName)) ON \(dialect.quoteTable(name)) "
                    + "(\(index.map(dialect.quote).joined(separator: ", ")))")
        }
        return statements
    }

    /// The tables of a catalogue, and those of the jobs.
    package static func all(_ catalogue: Catalogue) -> [TableDefinition] {
        catalogue.resources.map { TableDefinition($0) } + system
    }

    /// What an import needs to remember: how far each job has come, and the rows it refused.
    package static let system: [TableDefinition] = [
        TableDefinition(
            name: "import_ledger",
            fields: [
                Field(name: "org_id", type: .text, isRequired: true),
                Field(name: "job_id", type: .text, isRequired: true),
                Field(name: "spec_sha256", type: .text, isRequired: true),
                Field(name: "attempt_id", type: .text, isRequired: true),
                Field(name: "source_tag", type: .text, isRequired: true),
                Field(name: "records", type: .int, isRequired: true),
                Field(name: "inserted", type: .int, isRequired: true),
                Field(name: "updated", type: .int, isRequired: true),
                Field(name: "skipped", type: .int, isRequired: true),
                Field(name: "rejected", type: .int, isRequired: true),
                Field(name: "is_complete", type: .bool, isRequired: true),
                Field(name: "updated_at", type: .timestamp, isRequired: true),
            ], primaryKey: ["org_id", "job_id"]),
        TableDefinition(
            name: "import_rejects",
            fields: [
                Field(name: "org_id", type: .text, isRequired: true),
                Field(name: "job_id", type: .text, isRequired: true),
                Field(name: "record", type: .int, isRequired: true),
                Field(name: "line", type: .int, isRequired: true),
                Field(name: "byte_offset", type: .int, isRequired: true),
                Field(name: "source_column", type: .text, isRequired: true),
                Field(name: "code", type: .text, isRequired: true),
                Field(name: "message", type: .text, isRequired: true),
                Field(name: "field_count", type: .int, isRequired: true),
                Field(name: "fields", type: .text, isRequired: true),
            ], primaryKey: ["org_id", "job_id", "record"]),
    ]
}
