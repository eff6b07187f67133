import JobCore

/// A driver that the product does not know: `toy:NAME` is a database in the memory of this process.
struct ToyDriver: DatabaseDriver {
    let schemes = ["toy"]
    let form = "toy:NAME"
    let isEmbedded = true
    let dialect: any SQLDialect = NoDialect()
    let database: any Database

    func open(_ url: String, jobId: String?, patience: Double) throws(JobError) -> any Database { database }

    /// It speaks no SQL: what it would print of its tables is nothing.
    private struct NoDialect: SQLDialect {
        let name = "toy"
        let tableOptions = ""

        func createStatements(_ table: TableDefinition) -> [String] { [] }
        func columnType(_ type: ColumnType, isKey: Bool) -> String { "" }
        func placeholder(_ number: Int) -> String { "" }
        func comparable(_ column: Column, _ use: ComparisonUse) -> String { "" }
        func jsonField(_ column: Column, path: String, _ use: ComparisonUse) -> String { "" }
        func jsonPath(_ keys: [String]) -> String { "" }
        func isDistinct(_ left: String, _ right: String) -> String { "" }
        func contains(_ text: String, _ part: String) -> String { "" }
        func startsWith(_ text: String, _ part: String) -> String { "" }
        func microseconds(_ column: String) -> String { "" }
    }
}
