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

    /// The tables of a catalogue, and those of the jobs.
    package static func all(_ catalogue: Catalogue) -> [TableDefinition] {
        catalogue.resources.map { TableDefinition($0) } + system
    }

    /// The tables of the jobs themselves: how far each import has come, the rows it refused, who may run jobs, who did.
    package static let system = [importLedger, importRejects, apiKeys, auditLog]

    package static let importLedger = TableDefinition(
        name: "import_ledger",
        fields: required([
            ("org_id", .text), ("job_id", .text), ("spec_sha256", .text), ("attempt_id", .text), ("fence", .int),
            ("source_tag", .text), ("records", .int), ("inserted", .int), ("updated", .int), ("skipped", .int),
            ("rejected", .int), ("is_complete", .bool), ("updated_at", .timestamp),
        ]), primaryKey: ["org_id", "job_id"])

    package static let importRejects = TableDefinition(
        name: "import_rejects",
        fields: required([
            ("org_id", .text), ("job_id", .text), ("record", .int), ("line", .int), ("byte_offset", .int),
            ("source_column", .text), ("code", .text), ("message", .text), ("field_count", .int), ("fields", .text),
        ]), primaryKey: ["org_id", "job_id", "record"])

    package static let apiKeys = TableDefinition(
        name: "api_keys",
        fields: required([
            ("key_hash", .text), ("org_id", .text), ("actor_id", .text), ("role", .text), ("plan", .text),
        ]) + [Field(name: "revoked_at", type: .timestamp, isRequired: false)], primaryKey: ["key_hash"])

    package static let auditLog = TableDefinition(
        name: "audit_log",
        fields: required([
            ("org_id", .text), ("seq", .int), ("at", .timestamp), ("actor", .text), ("action", .text),
            ("job_id", .text), ("resource", .text), ("filters", .text), ("rows", .int), ("bytes", .int),
            ("outcome", .text), ("prev_hash", .text), ("hash", .text),
        ]), primaryKey: ["org_id", "seq"], indexes: [["org_id", "job_id"]])

    private static func required(_ fields: [(name: String, type: ColumnType)]) -> [Field] {
        fields.map { Field(name: $0.name, type: $0.type, isRequired: true) }
    }
}
