internal import JobCore

/// What a careful person would want to know about the table that rows go to.
enum TableCautions {
    /// Of columns whose declared type changes values without a word: a number in it is kept as one, whatever its text was.
    ///
    /// See https://www.sqlite.org/datatype3.html#type_affinity.
    static func notes(_ connection: Connection, _ request: LoadRequest, _ columns: [Column]) throws(JobError) -> [Note]
    {
        let statement = try connection.prepare(
            SQLStatement("SELECT name, type FROM pragma_table_info(?1)", values: [.text(request.resource.table)]))
        var types: [String: String] = [:]
        while try statement.step() { types[statement.text(0).lowercased()] = statement.text(1) }
        return columns.compactMap { column in
            guard isText(column.type), let type = types[column.name.lowercased()], keepsNumbers(type) else {
                return nil
            }
            return Note(
                "column_rounds", at: column.name,
                "The column is \(type) in the table: SQLite keeps what looks like a number as one, 00742 as 742 and no more "
                    + "than 15 digits of a decimal. If that is not meant, declare it TEXT.")
        }
    }

    /// Whether values are bound as text.
    private static func isText(_ type: ColumnType) -> Bool {
        switch type {
        case .text, .decimal, .date, .uuid, .json: true
        case .int, .double, .bool, .timestamp: false
        }
    }

    /// Whether the declared type has an affinity to numbers.
    private static func keepsNumbers(_ type: String) -> Bool {
        let words = type.uppercased()
        if words.contains("INT") { return true }
        return !["CHAR", "CLOB", "TEXT", "BLOB"].contains { words.contains($0) } && !words.isEmpty
    }
}
