internal import JobCore

/// All keys that the organisation has in the table, read at once: a tenth of the work of asking for as many one by one.
struct StoredKeys: KeyReader {
    /// More are not remembered; they would take more memory than a job should.
    private static let maximumCount = 4 << 20
    /// For each key that was asked for, so many may be read (asking for one costs the server as much as sending ten).
    private static let keysPerQuestion = 50
    private static let batchBytes = 1 << 18

    private let connection: Connection
    private let columns: [Column]
    private let forms: [WireForm]
    private let sql: String
    private let estimate: Int

    /// `nil` where keys are not told apart by their canonical text, or there are too many.
    init?(_ request: LoadRequest, _ shape: TableShape, _ key: [TableShape.Field], _ connection: Connection) throws {
        let columns = request.resource.key.compactMap { request.resource.column($0) }
        guard columns.count == key.count, zip(columns, key).allSatisfy(Self.isToldByText),
            try Self.hasPlainCollations(shape, key, connection)
        else { return nil }
        self.connection = connection
        self.columns = columns
        let reads = try zip(columns, key).map { try ColumnRead($0, $1, table: request.resource.table) }
        forms = reads.map(\.form)
        sql = """
            SELECT \(reads.map(\.expression).joined(separator: ", ")) FROM \(Quoting.table(request.resource.table))
            WHERE org_id = \(Quoting.literal(request.orgId))
            """
        estimate = try QueryPlan(sql, connection).rows
        if estimate > Self.maximumCount { return nil }
    }

    /// Whether reading them is worth it after so many questions.
    ///
    /// Reading is begun early: the most it can cost in vain is a second.
    func pays(afterQuestions count: Int) -> Bool { count * Self.keysPerQuestion >= estimate }

    /// Reads them.
    func read(into load: DryRunLoad) throws {
        let decoder = BinaryRowDecoder(
            connection: connection, columns: columns, forms: forms, batchBytes: Self.batchBytes)
        let rows = RowCopy(connection: connection, decoder: decoder)
        try rows.begin("COPY (\(sql) LIMIT \(Self.maximumCount + 1)) TO STDOUT (FORMAT binary)")
        let pool = Pool { RowBatch(columnCount: 0) }
        var last: RowBatch?
        try load.learnStoredKeys(columns.map(\.name), columns: columns, limit: Self.maximumCount) {
            if let batch = last.take() { pool.give(batch) }
            last = try rows.next(pool)
            return last
        }
    }

    /// Equal keys have equal text, and no others.
    private static func isToldByText(_ column: Column, _ field: TableShape.Field) -> Bool {
        switch column.type {
        case .text: ["text", "character varying"].contains(field.baseTypeName)
        case .uuid: field.baseTypeName == "uuid"
        case .int: ["smallint", "integer", "bigint"].contains(field.baseTypeName)
        default: false
        }
    }

    /// A collation may take different texts for equal (https://www.postgresql.org/docs/current/collation.html).
    private static func hasPlainCollations(
        _ shape: TableShape, _ key: [TableShape.Field], _ connection: Connection
    ) throws -> Bool {
        try connection.execute(
            """
            SELECT NOT EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
              WHERE a.attrelid = $1::oid AND a.attname = ANY ($2::text[]) AND NOT c.collisdeterministic)
            """, [String(shape.objectId), ArrayText.encode(key.map(\.name))]
        ).flag(0, 0)
    }
}
