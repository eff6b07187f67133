internal import JobCore

/// What is found out about the table before the first row.
struct LoadSetUp {
    private let request: LoadRequest
    private let columns: [Column]
    private let connection: Connection

    init(_ request: LoadRequest, _ columns: [Column], _ connection: Connection) {
        self.request = request
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
                .tablesMissing,
                "\(connection.name): \(missing.joined(separator: ", ")) are missing, and the role may not create them",
                hint: "run `ImportJob migrate` once with a role that may")
        }
    }

    /// The writer of a real import, whether another one may work beside it, and what to know about the table; creates its
    /// temporary tables.
    func writer() throws -> (writer: any BatchWriter, mayBeOneOfSeveral: Bool, notes: [Note]) {
        let (shape, fields) = try examine()
        let notes = try TableCautions(request, columns, shape, connection).notes()
        if request.readsStoredRows {
            let table = MatchTable(
                probe: try matches(shape), rows: try rows(shape, fields, .insert),
                changes: try changes(shape, request.changeLayout(columns)))
            return (settling(MatchedLoad(request, columns: columns, table: table), shape), false, notes)
        }
        let mayBeOneOfSeveral = shape.hasIndependentRows && !request.isAtomic && forms(shape)?.joinsTexts != true
        return (settling(try rows(shape, fields, request.mode), shape), mayBeOneOfSeveral, notes)
    }

    /// The writer of a dry run, and what to know about the table.
    func dryRun() throws -> (writer: any BatchWriter, notes: [Note]) {
        let (shape, _) = try examine()
        let load = DryRunLoad(request, columns: columns)
        let isKeyed = request.mode != .update
        var probe = isKeyed ? KeyProbe(request, try keyFields(shape), keys: keys, connection) : nil
        if try probe?.hasRows() == false { probe = nil }
        let stored = probe == nil ? nil : try StoredKeys(request, shape, keyFields(shape), connection)
        let writer = DryRunWriter(load, table: probe, all: stored)
        let whole: any BatchWriter =
            request.readsStoredRows
            ? MatchedLoad(
                request, columns: columns, table: MatchTable(probe: try matches(shape), rows: writer, changes: nil))
            : writer
        return (settling(whole, shape), try TableCautions(request, columns, shape, connection).notes())
    }

    private func forms(_ shape: TableShape) -> KeyForms? { KeyForms(request, columns, shape, connection) }

    /// The writer, behind what puts keys into the form of the table where that is needed.
    private func settling(_ writer: any BatchWriter, _ shape: TableShape) -> any BatchWriter {
        forms(shape).map { SettlingWriter($0, writer) } ?? writer
    }

    /// What writes rows into the table.
    private func rows(
        _ shape: TableShape, _ fields: [TableShape.Field], _ mode: LoadMode
    ) throws -> any BatchWriter {
        let target = RowTarget(request, mode, columns, fields, shape, connection)
        if let setUp = target.setUp, request.mode != .update { try connection.execute(setUp) }
        let probe = KeyProbe(request, try keyFields(shape), keys: keys, connection)
        let table = LoadTable(target, probe: probe, keyConstraints: shape.keyConstraints, connection)
        return BulkWriter(mode, table, keys: keys, startsWary: try probe.hasRows())
    }

    /// What changes rows that are there.
    private func changes(_ shape: TableShape, _ layout: ChangeLayout) throws -> any BatchWriter {
        let fields = layout.columns.compactMap { shape.fields[$0.name] }
        let target = RowTarget(changing: layout, request, fields, connection)
        if let setUp = target.setUp { try connection.execute(setUp) }
        return BulkWriter(
            .update, LoadTable(target, probe: nil, keyConstraints: [], connection),
            keys: RowKeys(request.resource.key, layout.columns), startsWary: false)
    }

    /// What finds rows that are there.
    private func matches(_ shape: TableShape) throws -> MatchProbe {
        let table = request.resource.table
        let layout = request.changeLayout(columns)
        let needed = request.matchOn + layout.read.map(\.name)
        _ = try shape.require(needed, table: table, to: "SELECT", \.canSelect, connection)
        return try MatchProbe(request, layout, keys: RowKeys(matchOn: request, columns), shape, connection)
    }

    /// The keys of a batch.
    private var keys: RowKeys { RowKeys(request.resource.key, columns) }

    private func keyFields(_ shape: TableShape) throws -> [TableShape.Field] {
        try shape.require(request.resource.key, table: request.resource.table, to: "SELECT", \.canSelect, connection)
    }

    /// The table, and its columns that are loaded.
    ///
    /// Throws `database_statement` for what is missing or cannot be written, `database_forbidden` for what the role may
    /// not write, `key_not_unique` when nothing keeps the key unique.
    private func examine() throws -> (TableShape, [TableShape.Field]) {
        let table = request.resource.table
        let shape = try TableShape(request.resource, connection)
        let names = columns.map(\.name)
        if request.mode != .update {
            _ = try shape.require(["org_id"] + names, table: table, to: "INSERT", \.canInsert, connection)
        }
        if request.mode != .insert {
            let changed = request.changeLayout(columns).changed.map(\.name)
            _ = try shape.require(changed, table: table, to: "UPDATE", \.canUpdate, connection)
        }
        let fields = names.compactMap { shape.fields[$0] }
        if let generated = fields.first(where: \.isGenerated) {
            throw JobError(
                .databaseStatement,
                "\(connection.name): the server makes the values of column \(generated.name) of table \(table)",
                hint: "leave the column out of the mapping, or out of the catalogue")
        }
        if let cutting = fields.first(where: \.cutsText) {
            throw JobError(
                .columnTypeMismatch,
                "column \(cutting.name) of table \(table) is \(cutting.typeName), which cuts text without a word",
                hint: "make it text, or leave the column out of the mapping")
        }
        if shape.keyConstraints.isEmpty && shape.relationKind != "v" {
            let key = (["org_id"] + request.resource.key).joined(separator: ", ")
            throw JobError(
                .keyNotUnique, "\(connection.name): nothing keeps (\(key)) of table \(table) unique")
        }
        return (shape, fields)
    }
}
