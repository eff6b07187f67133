internal import JobCore

/// What is found out about the table before the first row.
struct LoadSetUp {
    private let plan: LoadPlan
    private let columns: [Column]
    private let connection: Connection

    init(_ plan: LoadPlan, _ columns: [Column], _ connection: Connection) {
        self.plan = plan
        self.columns = columns
        self.connection = connection
    }

    /// Creates the tables of the jobs, so that a database with tables of its own needs no migration.
    func createMissingJobTables() throws {
        let missing = try Maintenance.missing(TableDefinition.system, connection)
        if missing.isEmpty { return }
        do {
            _ = try Maintenance.create(TableDefinition.system, connection)
        } catch let error as ServerError where error.sqlState == "42501" {
            throw JobError(
                "tables_missing", .configuration,
                "\(connection.name): \(missing.joined(separator: ", ")) are missing, and the role may not create them",
                hint: "run `ImportJob migrate` once with a role that may")
        }
    }

    /// The writer of a real import, and whether another one may work beside it; creates its temporary table.
    func writer() throws -> (writer: RowWriter, mayBeOneOfSeveral: Bool) {
        let (shape, fields) = try examine()
        let target = RowTarget(plan, columns, fields, shape, connection)
        if let setUp = target.setUp { try connection.execute(setUp) }
        let probe = KeyProbe(plan, try keyFields(shape), connection)
        let writer = RowWriter(
            plan, target: target, probe: probe, keys: keys, keyConstraints: shape.keyConstraints,
            startsWary: try probe.hasRows(), connection)
        return (writer, shape.hasIndependentRows && !plan.isAtomic)
    }

    /// The writer of a dry run.
    func dryRun() throws -> DryRunWriter {
        let (shape, _) = try examine()
        let probe = KeyProbe(plan, try keyFields(shape), connection)
        return DryRunWriter(plan, probe: try probe.hasRows() ? probe : nil, keys: keys)
    }

    /// The keys of a batch.
    private var keys: BatchKeys { BatchKeys(plan.resource, columns) }

    private func keyFields(_ shape: TableShape) throws -> [TableShape.Field] {
        try shape.require(plan.resource.key, table: plan.resource.table, to: "SELECT", \.canSelect, connection)
    }

    /// The table, and its columns that are loaded.
    ///
    /// Throws `database_statement` for what is missing or cannot be written, `database_forbidden` for what the role may
    /// not write, `key_not_unique` when nothing keeps the key unique.
    private func examine() throws -> (TableShape, [TableShape.Field]) {
        let table = plan.resource.table
        let shape = try TableShape(plan.resource, connection)
        let names = columns.map(\.name)
        _ = try shape.require(["org_id"] + names, table: table, to: "INSERT", \.canInsert, connection)
        if plan.mode == .upsert {
            let changed = names.filter { !plan.resource.key.contains($0) }
            _ = try shape.require(changed, table: table, to: "UPDATE", \.canUpdate, connection)
        }
        let fields = names.compactMap { shape.fields[$0] }
        if let generated = fields.first(where: \.isGenerated) {
            throw JobError(
                "database_statement", .configuration,
                "\(connection.name): the server makes the values of column \(generated.name) of table \(table)",
                hint: "leave the column out of the mapping, or out of the catalogue")
        }
        if shape.keyConstraints.isEmpty && shape.relationKind != "v" {
            let key = (["org_id"] + plan.resource.key).joined(separator: ", ")
            throw JobError(
                "key_not_unique", .configuration, "\(connection.name): nothing keeps (\(key)) of table \(table) unique",
                hint: "create a primary key or a unique index on these columns")
        }
        return (shape, fields)
    }
}
